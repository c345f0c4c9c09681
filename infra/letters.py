"""A dead letter as it is read back: what was rejected, by whom, where, when and why, and what became of it.

A letter cannot be edited where it lies. What became of it is told by a further record on the same topic, a
mark: no key, no value, and headers that name the letter and say how it was settled.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Literal

import msgspec

from infra.clock import iso
from infra.dead_letter import AT, OFFSET, PARTITION, REASON, STAGE, WHY
from schemas.envelope import Headers
from schemas.topics import TOPICS, Topic

Fate = Literal["retried", "dropped"]
"""How a letter was settled: written to its source topic again, or given up."""

_FATES: dict[str, Fate] = {"retried": "retried", "dropped": "dropped"}
_MARK = "horus_dlq_settled"
_OF = "horus_dlq_settled_letter"
_AT = "horus_dlq_settled_at"

LETTERED: tuple[Topic, ...] = tuple(topic for topic in TOPICS if topic.has_dlq)
"""The topics whose rejected records go to a dead-letter topic beside them."""


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A rejected record without its bytes. ``number`` names it: its offset on its dead-letter topic."""

    topic: str
    """The topic that the record was rejected from."""
    number: int
    stage: str
    partition: int
    offset: int
    """Where the record lies on ``topic``; -1 where no header tells."""
    reason: str
    at: datetime
    key: bytes | None
    size: int
    """Bytes of the value."""
    settled: Fate | None = None

    @property
    def identity(self) -> "_Identity":
        """Return what copies of one letter share: a stage that is killed right after it writes it again."""
        # A record that no stage has written says of no other that it is its copy.
        return (self.topic, self.stage, *self.record)

    @property
    def record(self) -> tuple[int, int]:
        """Return what letters of one record share, whichever stages rejected it: its partition and offset."""
        return (self.partition, self.offset if self.offset >= 0 else -2 - self.number)


_Identity = tuple[str, str, int, int]


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """The word that a letter is settled."""

    topic: str
    number: int
    fate: Fate


def letter_or_mark(
    topic: str,
    number: int,
    key: bytes | None,
    value: bytes | None,
    headers: Iterable[tuple[str, str | bytes | None]],
    written_at: datetime,
) -> Letter | Mark:
    """Read a record of the dead-letter topic beside ``topic``; what its headers do not tell is left open."""
    told = _told(headers)
    settles = _number(told.get(_OF), -1)
    fate = _FATES.get(told.get(_MARK, ""))
    if fate is not None and settles >= 0 and key is None and value is None:
        return Mark(topic=topic, number=settles, fate=fate)
    return Letter(
        topic=topic,
        number=number,
        stage=told.get(STAGE, "?"),
        partition=_number(told.get(PARTITION), 0),
        offset=_number(told.get(OFFSET), -1),
        reason=told.get(REASON, "no header says why"),
        at=_moment(told.get(AT)) or written_at,
        key=key,
        size=len(value or b""),
    )


def mark_headers(number: int, fate: Fate, at: datetime) -> Headers:
    """Return the headers of the mark that settles a letter."""
    return [(_MARK, fate.encode()), (_OF, str(number).encode()), (_AT, iso(at).encode())]


def own_headers(headers: Sequence[tuple[str, str | bytes | None]]) -> Headers:
    """Return the headers that the rejected record had: a letter's without those added at its end."""
    added = len(WHY)
    ours = tuple(name for name, _ in headers[-added:]) == WHY
    return list(headers[:-added] if ours else headers)


def folded(records: Iterable[Letter | Mark]) -> list[Letter]:
    """Return each letter once, in the order of the log, settled where a mark says so of it or of a copy."""
    found: dict[_Identity, Letter] = {}
    names: dict[tuple[str, int], _Identity] = {}
    for record in records:
        if isinstance(record, Letter):
            found.setdefault(record.identity, record)
            names[record.topic, record.number] = record.identity
        elif (settled := names.get((record.topic, record.number))) is not None:
            found[settled] = msgspec.structs.replace(found[settled], settled=record.fate)
    return list(found.values())


def _told(headers: Iterable[tuple[str, str | bytes | None]]) -> dict[str, str]:
    """Return the headers as text; of several with one name the last, which is the one that was added."""
    return {
        name: value.decode(errors="replace") if isinstance(value, bytes) else value
        for name, value in headers
        if value is not None
    }


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text is not None and text.isdecimal() else otherwise


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
