"""How much may be rejected before something else must be wrong: then a stage stops instead of going on.

A few bad records are put aside and the rest goes on. Where one follows another, it is not they that are bad:
a newer Horus writes the topic, the media store is not mounted. A stage that went on would carry everything
into the dead letters, and nobody would be watching. So it stops before the record that is one too many: that
record and all after it stay where they are, and nothing is lost by waiting.

What counts is what lies in the log: the letters of this stage, without those that an operator has settled. A
process that is started again finds the same count, and stops before the same record; `horus dlq` settles.
"""

from collections.abc import Collection, Iterable, Mapping

import msgspec

from infra.letter_box import last_letters
from infra.letters import folded
from infra.settings import Settings
from schemas.names import analysis_of
from schemas.topics import Topic

WINDOW = 200
"""Offsets of a partition over which the share of rejected ones is taken: some minutes of media."""
REMEMBERED = 10_000
"""Letters at the end of a topic that are looked at. Before it stops a stage leaves 8,000 of 16 partitions at
the most, for HORUS_POISON_RUN is 500 or less; other stages leave theirs."""
EXIT_CODE = 70
"""What a process ends with that stops for this: EX_SOFTWARE of sysexits.h."""

Place = tuple[str, int]
"""Topic and partition."""


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """What a stage rejects at most; by the settings HORUS_POISON_RUN and HORUS_POISON_RATIO."""

    run: int
    """A record that would be this many in a row is not rejected any more."""
    ratio: float
    """Nor one that would make it more than this share of the last WINDOW offsets."""


class TooMuchPoison(RuntimeError):
    """So much is rejected that something else must be wrong; the text says where, why, and what to do."""


def limit_of(settings: Settings) -> Limit:
    """Return what an installation lets a stage reject."""
    return Limit(run=settings.horus_poison_run, ratio=settings.horus_poison_ratio)


class Past(msgspec.Struct, frozen=True, kw_only=True):
    """What a stage has rejected before, as offsets of each partition."""

    open: Mapping[Place, Collection[int]] = {}
    settled: Mapping[Place, Collection[int]] = {}
    """What an operator has looked at: it does not count, neither now nor when it is read again."""


class PoisonGauge:
    """Counts what one stage rejects, partition by partition."""

    def __init__(self, stage: str, limit: Limit, past: Past | None = None) -> None:
        """Begin with what `past_of` has found."""
        self._stage = stage
        self._limit = limit
        past = past or Past()
        self._rejected = {place: set(offsets) for place, offsets in past.open.items()}
        self._settled = past.settled
        self._stopped: dict[Place, str] = {}

    def judge(self, topic: str, partition: int, offset: int, key: bytes | None, reason: str) -> None:
        """Count a record that is about to become a dead letter; the same one again counts once.

        Raises TooMuchPoison: then it must stay where it is, unacknowledged, and everything after it.
        """
        place = (topic, partition)
        if not _counts(key) or offset in self._settled.get(place, ()):
            return
        reach = max(WINDOW, self._limit.run)
        lately = {each for each in self._rejected.get(place, ()) if each > offset - reach} | {offset}
        run = _run(lately, offset)
        share = sum(offset - WINDOW < each <= offset for each in lately) / WINDOW
        if (stopped := self._stopped.get(place)) is not None:
            what = stopped
        elif run >= self._limit.run:
            what = f"{run} records in a row"
        elif share > self._limit.ratio:
            what = f"{share:.0%} of the last {WINDOW} records"
        else:
            self._rejected[place] = lately
            return
        # Work that is under way side by side must not go on behind the record that was left out.
        self._stopped[place] = what
        raise TooMuchPoison(
            f"{self._stage} stops before {topic}[{partition}]@{offset}: {what} rejected, this one because: "
            f"{reason}; see `horus dlq list --stage {self._stage}`, and docs/operations.md on going on"
        )


def past_of(bootstrap_servers: str, stage: str, topics: Iterable[Topic]) -> Past:
    """Read from the dead letters what a stage has rejected of its inputs.

    Raises KafkaException or TimeoutError when the broker is away.
    """
    waiting: dict[Place, set[int]] = {}
    settled: dict[Place, set[int]] = {}
    for topic in topics:
        for letter in folded(last_letters(bootstrap_servers, topic, REMEMBERED)):
            if letter.stage == stage and letter.offset >= 0 and _counts(letter.key):
                into = waiting if letter.settled is None else settled
                into.setdefault((topic.name, letter.partition), set()).add(letter.offset)
    return Past(open=waiting, settled=settled)


def _counts(key: bytes | None) -> bool:
    # A file that cannot be analysed is told to who sent it, and ends at its first rejected segment. A hundred
    # such files say nothing of the channels.
    return key is None or analysis_of(key.decode(errors="replace")) is None


def _run(offsets: set[int], offset: int) -> int:
    """Return how many offsets around one are there without a gap, that one included."""
    first = last = offset
    while first - 1 in offsets:
        first -= 1
    while last + 1 in offsets:
        last += 1
    return last - first + 1
