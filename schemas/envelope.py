"""CloudEvents 1.0, Kafka protocol binding, binary content mode: how an event lies in the log."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

import msgspec

from schemas.events import EVENTS, Event
from schemas.identity import fact_id
from schemas.upcast import EARLIER, name_and_version, upgraded

CONTENT_TYPE = "application/json"
SPEC_VERSION = "1.0"

_VERSION, _CONTENT = SPEC_VERSION.encode(), CONTENT_TYPE.encode()
_WRITTEN = ("ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "content-type")
"""The headers that `encode` writes, in its order."""

Headers = list[tuple[str, str | bytes | None]]

Reads = Mapping[str, Callable[[bytes], Event]]
"""CloudEvents type -> how a value of it is read."""


def reads(instead: Mapping[str, type[Event]] = EVENTS) -> Reads:
    """Return how every version of every event is read; those of ``instead`` as the structs it names."""
    return {
        name: msgspec.json.Decoder(event).decode for name, event in {**EARLIER, **EVENTS, **instead}.items()
    }


_encoder = msgspec.json.Encoder()
WHOLE = reads()
_KINDS = {name.encode(): name for name in WHOLE}

_identity_types = {kind: f"{name_and_version(kind)[0]}.v1" for kind in (*EARLIER, *EVENTS)}


class Undecodable(ValueError):
    """A message that is not an event of the contract; the text says why in one line."""


class Encoded(msgspec.Struct, frozen=True, kw_only=True):
    """An event as Kafka wants it."""

    id: str
    key: bytes
    value: bytes
    headers: Headers


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """An event read back, and what its CloudEvents attributes say of it."""

    id: str
    """As it was written: reading an event in a later version does not change what it is called."""
    type: str
    """As it was written; ``event.TYPE`` is the version as which it was read, the latest."""
    source: str
    time: datetime
    event: Event


def event_id(event: Event) -> str:
    """Return the UUIDv5 of an event: of its name and of the fact that it states.

    Every version of an event counts as its first: work that is done again after an upgrade must get the id
    under which the log already holds it.
    """
    return fact_id(_identity_types[event.TYPE], *event.fact())


def encode(event: Event, *, source: str, time: datetime) -> Encoded:
    """Make the Kafka record of an event; ``source`` is the stage, ``time`` (UTC-aware) when it spoke."""
    if time.tzinfo is None:
        raise ValueError("the time of an event must be UTC-aware")
    identity = event_id(event)
    return Encoded(
        id=identity,
        key=event.about().encode(),
        value=_encoder.encode(event),
        headers=[
            ("ce_specversion", _VERSION),
            ("ce_id", identity.encode()),
            ("ce_type", event.TYPE.encode()),
            ("ce_source", source.encode()),
            ("ce_time", time.isoformat().encode()),
            ("content-type", _CONTENT),
        ],
    )


def decode(
    headers: Iterable[tuple[str, bytes | str | None]] | None, value: bytes | None, by: Reads = WHOLE
) -> Envelope:
    """Read an event back from a Kafka record, as today's version of it; ``by``: see `reads`.

    Raises Undecodable when an attribute is missing, the type is unknown or the value does not fit it.
    """
    identity, kind, source, time = _as_written(headers) or _attributes(headers)
    read = by.get(kind)
    if read is None:
        raise Undecodable(f"unknown event type {kind!r}")
    if value is None:
        raise Undecodable(f"{kind} without a value")
    try:
        event = read(value)
        if kind in EARLIER:
            event = upgraded(event)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Undecodable(f"{kind} does not decode: {error}") from error
    return Envelope(identity, kind, source, _time(time), event)


def _as_written(headers: object) -> tuple[str, str, str, str] | None:
    """Return id, type, source and time from the headers that `encode` writes; None: look at each of them.

    Half of the time that looking takes, and rebuilding is made of this.
    """
    if not isinstance(headers, list) or len(headers) != len(_WRITTEN):
        return None
    (one, version), (two, identity), (three, kind), (four, source), (five, time), (six, content) = headers
    if (one, two, three, four, five, six) != _WRITTEN or version != _VERSION or content != _CONTENT:
        return None
    try:
        return identity.decode(), _KINDS[kind], source.decode(), time.decode()
    except (AttributeError, KeyError, UnicodeDecodeError):
        return None


def _attributes(headers: Iterable[tuple[str, bytes | str | None]] | None) -> tuple[str, str, str, str]:
    found: dict[str, str] = {}
    name = ""
    try:
        for name, raw in headers or ():
            if raw is not None:
                found[name] = raw.decode() if isinstance(raw, bytes) else raw
    except UnicodeDecodeError as error:
        raise Undecodable(f"header {name} is not UTF-8") from error
    try:
        return found["ce_id"], found["ce_type"], found["ce_source"], found["ce_time"]
    except KeyError as error:
        raise Undecodable(f"not a CloudEvent: header {error.args[0]} is missing") from error


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Undecodable(f"ce_time {text!r} is not a time") from error
    if moment.tzinfo is None:
        raise Undecodable(f"ce_time {text!r} has no offset")
    return moment
