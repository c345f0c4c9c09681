"""What an event tells of the watching of a channel: which seconds were taken in, measured, or troubled. Pure.

The inputs of coverage are the fewest that can tell "healthy" from "nobody looked":

- ``horus.detections.v1``: a second is measured when a sample lies in it. Nothing else proves that somebody
  looked.
- ``horus.media.segments.v1``: which seconds came with a picture and with sound. Without it a dead audio stage
  and a channel without sound look alike. Its ``MediaGap`` adds nothing: what has no media has no mark.
- ``horus.stream-status.v1``: seconds in which the ingest told of a trouble: it watched, and saw no signal.
  And when a channel was stopped on purpose (`projections.coverage_off`).
- ``horus.ocorrencias.v1``: what was wrong (`projections.coverage_faults`).

A mark is a fact of its own. Marks are united and never taken back, in whatever order and however often they
come.
"""

from collections.abc import Iterator
from typing import Literal

import msgspec

from projections.coverage_seconds import END, FIRST, Seconds, lasted, micros, second_of
from schemas.events import Event, SegmentRecorded, StreamStatusChanged, VideoMeasured
from schemas.events.detections import Measured
from schemas.names import analysis_of

Kind = Literal["picture", "sound", "video", "audio", "trouble"]
"""Recorded with a picture, or with sound; picture measured, or sound; the ingest waited for a signal."""

# The longest that a trouble lasts before it is first told is 10 s (no key frame) and a closing second
# (producers/trouble.py); a first word that reaches back further tells of a time when nobody watched.
REACH_S = 15
# A trouble is told again every two seconds while it lasts (producers/status.py), some tenths late at times:
# between its last word and the media that came back the ingest watched as well.
WORD_S = 3
# Longer segments and sparser samples are nobody's (segments last a group of pictures): what claims to be one
# must not fill the table.
LONGEST_S = 600.0
_SECOND_US = 1_000_000
# A picture is the first reference frame from its place on the grid on (processors/video/measure.py): with the
# usual three B-frames between them, at 25 frames a second, it comes up to some two tenths late.
_LATE_US = 250_000


class Mark(msgspec.Struct, frozen=True):
    """Some seconds of a channel of which an event tells."""

    kind: Kind
    seconds: Seconds


def heard(event: Event) -> Iterator[Mark]:
    """Yield what an event tells of the watching of a live channel; nothing of that of a file."""
    if analysis_of(event.channel) is not None:
        return
    for mark in _marks(event):
        if FIRST <= mark.seconds.first < mark.seconds.end <= END:
            yield mark


def _marks(event: Event) -> Iterator[Mark]:
    match event:
        case SegmentRecorded():
            start = micros(event.segment.start)
            seconds = lasted(start, start + _us(event.segment.duration_s))
            if event.video is not None:
                yield Mark("picture", seconds)
            if event.audio:
                yield Mark("sound", seconds)
        case Measured():
            yield from _samples(event)
        case StreamStatusChanged(state="trouble"):
            until = micros(event.observed_at)
            since = max(micros(event.since), until - REACH_S * _SECOND_US)
            yield Mark("trouble", lasted(since, until))
        case StreamStatusChanged(state="running"):
            since = micros(event.since)
            yield Mark("trouble", lasted(since - WORD_S * _SECOND_US, since))


def _samples(event: Measured) -> Iterator[Mark]:
    picture = isinstance(event, VideoMeasured)
    kind: Kind = "video" if picture else "audio"
    start, period = micros(event.segment.start), _us(event.period_s)
    # A picture speaks for the time around it, sound for what follows.
    before, after = (period // 2 + _LATE_US, period // 2 + _LATE_US) if picture else (0, period)
    looked_at: set[int] = set()
    for offset_s in event.times_s:
        at = start + _us(offset_s)
        looked_at.add(second_of(at))
        if before + after > _SECOND_US:
            # So sparse that a second may have no sample of its own.
            spoken_for = lasted(at - before, at + after)
            looked_at.update(range(spoken_for.first, spoken_for.end))
    first: int | None = None
    for second in sorted(looked_at):
        first = second if first is None else first
        if second + 1 not in looked_at:
            yield Mark(kind, Seconds(first, second + 1))
            first = None


def _us(seconds: float) -> int:
    """Return a duration in microseconds, within what can be."""
    return round(max(-LONGEST_S, min(seconds, LONGEST_S)) * _SECOND_US)
