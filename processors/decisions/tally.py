"""What is remembered of the file that a channel runs through: its faults so far, and what the models said."""

from datetime import datetime

import msgspec

from schemas.events.analyses import Found, Judged, Kind, Score
from schemas.events.detections import Measured
from schemas.faults import FAULTS, Category

# Four digits, as the scores themselves are kept.
_DIGITS = 4


class Tally(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The samples of a file's picture, or of its sound, added up."""

    samples: int = 0
    likeliest: float = 0.0
    """Sum over the samples of the highest of the faults' scores."""
    highest: dict[str, float] = msgspec.field(default_factory=dict)
    total: dict[str, float] = msgspec.field(default_factory=dict)
    model: str | None = None


class FileState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The file so far. Once a kind has ended, only that is remembered of it."""

    tallies: dict[Kind, Tally] = msgspec.field(default_factory=dict)
    found: tuple[Found, ...] = ()
    ended: tuple[Kind, ...] = ()
    ended_at: datetime | None = None
    """When the last of them ended."""


def kind_of(category: Category) -> Kind:
    """Return by what a fault is judged; a picture that does not decode is a fault of the picture."""
    return "audio" if category is Category.AUDIO else "video"


def counted(tally: Tally, event: Measured) -> Tally:
    """Return the tally with the samples of one more segment."""
    samples = len(event.times_s)
    if not samples:
        return msgspec.structs.replace(tally, model=event.model.name)
    highest, total = dict(tally.highest), dict(tally.total)
    for name, scores in event.scores.items():
        highest[name] = max(highest.get(name, 0.0), *scores)
        total[name] = total.get(name, 0.0) + sum(scores)
    faults = [scores for name, scores in event.scores.items() if name in FAULTS]
    return Tally(
        samples=tally.samples + samples,
        likeliest=tally.likeliest + sum(map(max, zip(*faults, strict=True))),
        highest=highest,
        total=total,
        model=event.model.name,
    )


def judged(tally: Tally, found: tuple[Found, ...]) -> Judged:
    """Return what is known of a file's picture or sound when nothing more will come."""
    return Judged(
        found=tuple(sorted(found, key=lambda each: (each.start_s, each.type))),
        scores={
            name: Score(
                highest=round(highest, _DIGITS), mean=round(tally.total[name] / tally.samples, _DIGITS)
            )
            for name, highest in tally.highest.items()
        },
        suspicion=round(tally.likeliest / tally.samples, _DIGITS) if tally.samples else 1.0,
        samples=tally.samples,
        model=tally.model,
    )
