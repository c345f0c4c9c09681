"""Which media shows an occurrence, and where in the clip the fault lies. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from schemas.events import SegmentRecorded
from schemas.events.media import SegmentRef
from schemas.names import epoch_start

# Five seconds either side let an operator see what went before and that it is over.
PRE_ROLL = timedelta(seconds=5)
POST_ROLL = timedelta(seconds=5)
# A longer fault looks the same all through; its clip ends after a minute of it and stays small.
LONGEST_FAULT = timedelta(seconds=60)


class Window(msgspec.Struct, frozen=True):
    """A stretch of UTC."""

    start: datetime
    end: datetime


def window_of(fault_start: datetime, fault_end: datetime) -> Window:
    """Return what a clip of a fault should show."""
    return Window(fault_start - PRE_ROLL, min(fault_end, fault_start + LONGEST_FAULT) + POST_ROLL)


def covered(segments: Sequence[SegmentRecorded], window: Window) -> bool:
    """Tell whether media up to the end of the window is there, or all that a file has."""
    if not segments:
        return False
    return max(each.segment.end for each in segments) >= window.end or any(each.last for each in segments)


def runs(segments: Sequence[SegmentRecorded]) -> list[list[SegmentRef]]:
    """Return segments grouped into unbroken runs: one epoch each, without a hole in its numbering."""
    grouped: list[list[SegmentRef]] = []
    for each in segments:
        ref = each.segment
        if grouped and (grouped[-1][-1].epoch, grouped[-1][-1].seq + 1) == (ref.epoch, ref.seq):
            grouped[-1].append(ref)
        else:
            grouped.append([ref])
    return grouped


def offset_in_clip(segments: Sequence[SegmentRef], moment: datetime) -> float:
    """Return where a moment lies in a clip of these segments, in seconds; gaps have no length."""
    offset = 0.0
    for ref in segments:
        if moment < ref.end:
            return round(offset + max(0.0, (moment - ref.start).total_seconds()), 3)
        offset += ref.duration_s
    return round(offset, 3)


def in_file(segments: Sequence[SegmentRecorded], moment: datetime) -> float:
    """Return where a moment lies in the file that was analysed, in seconds: its epoch begins with it."""
    zero = epoch_start(segments[0].segment.epoch)
    return round(max((moment - zero).total_seconds(), 0.0), 3)


def thumbnail_segment(segments: Sequence[SegmentRef], fault_start: datetime) -> SegmentRef:
    """Return the first segment that begins within the fault, else the last one before it.

    A segment's first frame is a key frame, so that one decodes without its past.
    """
    within = [each for each in segments if each.start >= fault_start]
    return within[0] if within else segments[-1]
