"""HLS playlists (RFC 8216) out of recorded segments: live ones, and any past window."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from math import ceil

import msgspec

from schemas.events import SegmentRecorded
from schemas.events.media import SegmentRef

# Three target durations are what players keep ready (RFC 8216, 6.3.3); as many again for slow networks.
LIVE_SEGMENTS = 6
# A month of segments of one second would be a playlist of 200 MB.
WINDOW_SEGMENTS = 50_000
# Sequence numbers count from here, so that they stay small enough for players with 32 bits.
ERA = datetime(2026, 1, 1, tzinfo=UTC)
# Segments last 1 s or longer, save the last of an epoch: by two numbers a second, counting anew from a later
# segment (another process, a restart) always begins past whatever was counted before.
NUMBERS_PER_S = 2.0

MEDIA_TYPE = "application/vnd.apple.mpegurl"


class Numbered(msgspec.Struct, frozen=True, kw_only=True):
    """A segment and its place in the channel's endless playlist."""

    segment: SegmentRef
    number: int
    """Media sequence number: one more than the segment before."""
    discontinuities: int
    """Discontinuity sequence number: one more with each epoch."""


class Counter:
    """Numbers the segments of one channel as they come; a segment keeps its number."""

    def __init__(self) -> None:
        """Start before the first segment."""
        self._numbered: list[Numbered] = []

    def number(self, segments: Iterable[SegmentRecorded]) -> Sequence[Numbered]:
        """Return the segments (by start, those in memory now) with their numbers."""
        known = {(each.segment.epoch, each.segment.seq): each for each in self._numbered}
        now: list[Numbered] = []
        for event in segments:
            same = known.get((event.segment.epoch, event.segment.seq))
            if same is not None:
                now.append(same)
            elif before := now[-1] if now else (self._numbered[-1] if self._numbered else None):
                now.append(_next(before, event.segment))
            else:
                now.append(_first(event.segment))
        self._numbered = now
        return now


def _first(segment: SegmentRef) -> Numbered:
    seconds = (segment.start - ERA).total_seconds()
    return Numbered(segment=segment, number=int(seconds * NUMBERS_PER_S), discontinuities=int(seconds))


def _next(before: Numbered, segment: SegmentRef) -> Numbered:
    return Numbered(
        segment=segment,
        number=before.number + 1,
        discontinuities=before.discontinuities + (segment.epoch != before.segment.epoch),
    )


def live(numbered: Sequence[Numbered], prefix: str, target_s: int) -> str:
    """Return the live playlist of a channel's last segments.

    ``prefix`` stands before each segment's address, which is relative to the playlist's; ``target_s`` is the
    longest segment of the channel, rounded up, and shall not shrink from one answer to the next.
    """
    shown = numbered[-LIVE_SEGMENTS:]
    head = [
        f"#EXT-X-MEDIA-SEQUENCE:{shown[0].number if shown else 0}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{shown[0].discontinuities if shown else 0}",
    ]
    return _playlist(target_s, head, [each.segment for each in shown], prefix, [])


def vod(segments: Sequence[SegmentRef], prefix: str) -> str:
    """Return the playlist of a past window, whole."""
    head = ["#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-MEDIA-SEQUENCE:0"]
    return _playlist(target(segments), head, segments, prefix, ["#EXT-X-ENDLIST"])


def target(segments: Iterable[SegmentRef]) -> int:
    """Return the target duration in whole seconds: no segment may last longer (RFC 8216, 4.3.3.1)."""
    return max((ceil(segment.duration_s) for segment in segments), default=1) or 1


def _playlist(
    target_s: int, head: Sequence[str], segments: Sequence[SegmentRef], prefix: str, tail: Sequence[str]
) -> str:
    # Version 6: what EXT-X-INDEPENDENT-SEGMENTS and floating durations ask for at most.
    lines = ["#EXTM3U", "#EXT-X-VERSION:6", f"#EXT-X-TARGETDURATION:{target_s}", *head]
    lines.append("#EXT-X-INDEPENDENT-SEGMENTS")
    epoch = segments[0].epoch if segments else ""
    for segment in segments:
        if segment.epoch != epoch:
            lines.append("#EXT-X-DISCONTINUITY")
            epoch = segment.epoch
        lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{_date(segment.start)}")
        lines.append(f"#EXTINF:{segment.duration_s:.3f},")
        lines.append(f"{prefix}{segment.epoch}/{segment.seq}.ts")
    return "\n".join([*lines, *tail]) + "\n"


def _date(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
