"""CloudEvents 1.0, Kafka protocol binding, binary content mode: how an event lies in the log."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from schemas.events import EVENTS, Event
from schemas.identity import fact_id

CONTENT_TYPE = "application/json"
SPEC_VERSION = "1.0"

Headers = list[tuple[str, str | bytes | None]]

_encoder = msgspec.json.Encoder()
_decoders = {name: msgspec.json.Decoder(event) for name, event in EVENTS.items()}


class Undecodable(ValueError):
    """A message that is not an event of the contract; the text says why in one line."""


class Encoded(msgspec.Struct, frozen=True, kw_only=True):
    """An event as Kafka wants it."""

    id: str
    key: bytes
    value: bytes
    headers: Headers


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """An event read back, and what its CloudEvents attributes say of it."""

    id: str
    type: str
    source: str
    time: datetime
    event: Event


def event_id(event: Event) -> str:
    """Return the UUIDv5 of an event: of its type and of the fact that it states."""
    return fact_id(event.TYPE, *event.fact())


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
            ("ce_specversion", SPEC_VERSION.encode()),
            ("ce_id", identity.encode()),
            ("ce_type", event.TYPE.encode()),
            ("ce_source", source.encode()),
            ("ce_time", time.isoformat().encode()),
            ("content-type", CONTENT_TYPE.encode()),
        ],
    )


def decode(headers: Iterable[tuple[str, bytes | str | None]] | None, value: bytes | None) -> Envelope:
    """Read an event back from a Kafka record.

    Raises Undecodable when an attribute is missing, the type is unknown or the value does not fit it.
    """
    attributes = _attributes(headers)
    missing = [name for name in ("ce_id", "ce_type", "ce_source", "ce_time") if name not in attributes]
    if missing:
        raise Undecodable(f"not a CloudEvent: header {missing[0]} is missing")
    kind = attributes["ce_type"]
    decoder = _decoders.get(kind)
    if decoder is None:
        raise Undecodable(f"unknown event type {kind!r}")
    if value is None:
        raise Undecodable(f"{kind} without a value")
    try:
        event = decoder.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Undecodable(f"{kind} does not decode: {error}") from error
    return Envelope(
        id=attributes["ce_id"],
        type=kind,
        source=attributes["ce_source"],
        time=_time(attributes["ce_time"]),
        event=event,
    )


def _attributes(headers: Iterable[tuple[str, bytes | str | None]] | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, raw in headers or ():
        if raw is None:
            continue
        try:
            found[name] = raw.decode() if isinstance(raw, bytes) else raw
        except UnicodeDecodeError as error:
            raise Undecodable(f"header {name} is not UTF-8") from error
    return found


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Undecodable(f"ce_time {text!r} is not a time") from error
    if moment.tzinfo is None:
        raise Undecodable(f"ce_time {text!r} has no offset")
    return moment
