"""One minute of a channel: which of its seconds were healthy, faulty, or watched by nobody. Pure."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from projections.coverage_faults import Fault
from projections.coverage_heard import Kind
from projections.coverage_seconds import MINUTE_S, Mask, within


class Heard(msgspec.Struct, frozen=True):
    """What was heard of a minute, united over all events; see `projections.coverage_heard.Kind`."""

    picture: Mask = 0
    sound: Mask = 0
    video: Mask = 0
    audio: Mask = 0
    trouble: Mask = 0


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What a minute is found to have been. A second is healthy, faulty, or neither: not observed."""

    healthy: Mask
    """Measured, picture and sound where both were recorded, and no fault covers it."""
    faulty: Mask
    """A fault covers it, and somebody was watching."""
    faults: dict[str, int]
    """Seconds by fault type; a second may have several."""

    @property
    def observed(self) -> Mask:
        """Which seconds were healthy or faulty."""
        return self.healthy | self.faulty


class Minute(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table."""

    channel: str
    minute: int
    """Its number since 1970."""
    heard: Heard
    judged: Judged


def united(heard: Heard, further: Mapping[Kind, Mask]) -> Heard:
    """Return what was heard, with more of it: the same whatever came first, and however often."""
    changes = {kind: getattr(heard, kind) | mask for kind, mask in further.items()}
    return msgspec.structs.replace(heard, **changes)


def judge(minute: int, heard: Heard, faults: Iterable[Fault]) -> Judged:
    """Return what a minute was, from what was heard of it and the faults of its channel."""
    watched = heard.picture | heard.sound | heard.video | heard.audio | heard.trouble
    unmeasured = (heard.picture & ~heard.video) | (heard.sound & ~heard.audio)
    by_type: dict[str, Mask] = {}
    for fault in faults:
        # Open ones have no end yet: they last as long as somebody watches.
        mask = within(fault.seconds, minute) & watched
        if mask:
            by_type[fault.type] = by_type.get(fault.type, 0) | mask
    faulty = 0
    for mask in by_type.values():
        faulty |= mask
    return Judged(
        healthy=(heard.video | heard.audio) & ~unmeasured & ~faulty,
        faulty=faulty,
        faults={name: by_type[name].bit_count() for name in sorted(by_type)},
    )


def judged(heard: Mapping[tuple[str, int], Heard], faults: Mapping[str, Iterable[Fault]]) -> Iterator[Minute]:
    """Yield minutes, given by channel and number since 1970, with what they were; ``faults`` by channel."""
    of_channel: dict[str, list[int]] = {}
    for channel, minute in sorted(heard):
        of_channel.setdefault(channel, []).append(minute)
    for channel, minutes in of_channel.items():
        # Faults are short and many, minutes many: each fault goes to the few minutes that it reaches.
        reaching: dict[int, list[Fault]] = {}
        for fault in faults.get(channel, ()):
            first, end = fault.seconds.first // MINUTE_S, -(-fault.seconds.end // MINUTE_S)
            for minute in minutes[bisect_left(minutes, first) : bisect_left(minutes, end)]:
                reaching.setdefault(minute, []).append(fault)
        for minute in minutes:
            told = heard[channel, minute]
            found = judge(minute, told, reaching.get(minute, ()))
            yield Minute(channel=channel, minute=minute, heard=told, judged=found)


def first_second(mask: Mask) -> int | None:
    """Return the first second of a mask, None of an empty one."""
    return (mask & -mask).bit_length() - 1 if mask else None


def last_second(mask: Mask) -> int | None:
    """Return the last second of a mask, None of an empty one."""
    return mask.bit_length() - 1 if mask else None


def longest_hole(mask: Mask) -> tuple[int, int] | None:
    """Return where the longest run of seconds missing between those of a mask begins, and its length.

    A length of 0, at the first second, where none is missing; None of an empty mask.
    """
    first = first_second(mask)
    if first is None:
        return None
    # From the last second down to the first, the ends cut off: holes are what lies between ones.
    shown = format(mask, "b")[::-1].strip("0")
    longest = max(shown.split("1"), key=len)
    return first + (shown.index(longest) if longest else 0), len(longest)
