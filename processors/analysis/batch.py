"""A few seconds of scores, and the event that live watching would write of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from processors.columns import column, columns, thresholds, used
from processors.models.model import Model
from schemas.events import AudioMeasured, VideoMeasured
from schemas.events.media import SegmentRef

# The fold of decisions counts in UTC: the zero of the file's media clock is put at an instant of no meaning.
ORIGIN = datetime(2000, 1, 1, tzinfo=UTC)
CHANNEL = "file"
_EPOCH = "20000101T000000.000Z"
_NO_SUM = "0" * 64

Kind = TypeVar("Kind", VideoMeasured, AudioMeasured)


@dataclass(frozen=True)
class Batch:
    """Samples in the order of time."""

    times_s: NDArray[np.float64]
    """Start of each sample on the media clock (PTS), seconds, (n,)."""
    scores: NDArray[np.float32]
    """Probabilities of the model's classes, (n, c)."""


def parts(batch: Batch, hole_s: float, seen_s: float) -> Iterator[Batch]:
    """Yield a batch in parts between holes of ``hole_s`` or more; none of a batch without samples.

    ``seen_s`` is the time of the sample before it: a step back on the clock parts too.
    """
    steps = np.diff(batch.times_s, prepend=seen_s)
    places = np.flatnonzero((steps >= hole_s) | (steps <= 0.0))
    for times_s, scores in zip(np.split(batch.times_s, places), np.split(batch.scores, places), strict=True):
        if len(times_s):
            yield Batch(times_s, scores)


def measured(
    kind: type[Kind], batch: Batch, model: Model, *, number: int, period_s: float, shift_s: float
) -> Kind:
    """Return a batch as the event of segment ``number``, put later by ``shift_s``.

    The batch holds at least one sample.
    """
    first_s, last_s = float(batch.times_s[0]), float(batch.times_s[-1])
    return kind(
        channel=CHANNEL,
        segment=segment(number, first_s + shift_s, last_s + period_s + shift_s),
        times_s=column(batch.times_s - first_s),
        period_s=period_s,
        scores=columns(model, batch.scores),
        measures={},
        model=used(model),
        thresholds=thresholds(model),
        expected=len(batch.times_s),
        decoded=len(batch.times_s),
    )


def undecodable(model: Model, packets: int, *, number: int, start_s: float, end_s: float) -> VideoMeasured:
    """Return the event of a stretch of ``packets`` pictures of which none decodes; media clock, seconds."""
    return VideoMeasured(
        channel=CHANNEL,
        segment=segment(number, start_s, end_s),
        times_s=(),
        period_s=end_s - start_s,
        scores={},
        measures={},
        model=used(model),
        expected=packets,
        decoded=0,
        failed=packets,
    )


def segment(number: int, start_s: float, end_s: float) -> SegmentRef:
    """Return what stands for a segment of the file between two times of its media clock."""
    return SegmentRef(
        channel=CHANNEL,
        epoch=_EPOCH,
        seq=number,
        uri=f"media://{CHANNEL}/{_EPOCH}/{number:08d}.ts",
        size=0,
        sha256=_NO_SUM,
        start=ORIGIN + timedelta(seconds=start_s),
        start_pts=0,
        duration_s=end_s - start_s,
    )
