"""What a replay leads to, as people and programs read it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from processors.replay.difference import Counts, Difference, counted


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """A finished replay."""

    since: datetime
    until: datetime
    channels: tuple[str, ...]
    """The channels of which anything was read."""
    settings: dict[str, str]
    """What was changed for this replay, by name."""
    model: str | None
    """Name and version of the model that measured again; None: the measures are those of the log."""
    totals: Counts
    by_type: dict[str, Counts]
    by_channel: dict[str, Counts]
    differences: tuple[Difference, ...]
    """All that are not the same, by start; at most as many as were asked for."""
    truncated: bool
    """There are more differences than these; the totals count all."""
    notes: tuple[str, ...]
    """What a reader should know, a sentence each."""
    segments: int
    """Segments of picture and of sound that were decided, warm-up included."""
    samples: int
    """Scores of a moment in them."""
    measured_again: int
    """Of these segments, those that a model measured again."""
    missing: int
    """Segments that could not be measured again, because their media is gone or has no index."""
    published: int
    """Events written to the topic that was asked for."""
    took_s: float


def totals_by(differences: Iterable[Difference], names: Sequence[str]) -> dict[str, Counts]:
    """Return the counts of differences for each name; ``names`` has one for each difference."""
    groups: dict[str, list[Difference]] = {}
    for each, name in zip(differences, names, strict=True):
        groups.setdefault(name, []).append(each)
    return {name: counted(groups[name]) for name in sorted(groups)}
