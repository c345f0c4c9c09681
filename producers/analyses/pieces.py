"""The segments of a file: where each lies on its timeline, what it holds, and the events that tell of it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from infra.media_store import segment_uri, sha256_of
from producers.analyses.cut import Cut
from producers.epoch import Anchor, name_of
from producers.index import demux, span
from producers.outbox import Letter
from producers.segments import letters
from schemas.events import AnalysisRequested, AudioIndexed, FramesIndexed, SegmentRecorded
from schemas.events.analyses import Kind
from schemas.events.media import PTS_HZ, SegmentRef


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """One segment of a file, not yet in the media store."""

    seq: int
    file: Path
    start: int
    """90 kHz ticks, unwrapped."""
    duration: int
    """90 kHz ticks."""
    kinds: frozenset[Kind]
    """What will be measured in it."""
    last_of: frozenset[Kind] = frozenset()
    """What nothing more comes of after it."""
    last: bool = False


def laid_out(cuts: Sequence[Cut]) -> list[Piece]:
    """Return the pieces of a file in order; those in which nothing can be read are left out."""
    pieces: list[Piece] = []
    near: int | None = None
    for each in cuts:
        index = demux(each.file, near)
        placed = span(index, each.end)
        if placed is None:
            continue
        kinds: set[Kind] = set()
        if index.video is not None and index.frames.pts:
            kinds.add("video")
        if index.audio and index.chunks.pts:
            kinds.add("audio")
        start, duration = placed
        near = start + duration
        pieces.append(
            Piece(seq=len(pieces), file=each.file, start=start, duration=duration, kinds=frozenset(kinds))
        )
    return with_ends(pieces)


def with_ends(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces of a whole file, each marked with what ends in it."""
    ends: dict[Kind, int] = {}
    for piece in pieces:
        ends.update(dict.fromkeys(piece.kinds, piece.seq))
    return [
        msgspec.structs.replace(
            piece,
            last_of=frozenset(kind for kind, seq in ends.items() if seq == piece.seq),
            last=piece.seq == len(pieces) - 1,
        )
        for piece in pieces
    ]


def length_s(pieces: Sequence[Piece]) -> float:
    """Return how much of a file some pieces hold that can be measured, in seconds."""
    return sum(piece.duration for piece in pieces if piece.kinds) / PTS_HZ


def anchor_of(pieces: Sequence[Piece], requested: AnalysisRequested) -> Anchor:
    """Return the epoch of an analysis: the file's first picture (else sound) is put at its request.

    The same each time, however often the work is done. To the millisecond, so that the epoch's name says it.
    """
    zero = requested.at - timedelta(microseconds=requested.at.microsecond % 1000)
    return Anchor(epoch=name_of(zero), pts=pieces[0].start, utc=zero)


def reference(piece: Piece, anchor: Anchor, requested: AnalysisRequested) -> SegmentRef:
    """Return how a piece is named in events, from its file."""
    channel = requested.channel
    return SegmentRef(
        channel=channel,
        epoch=anchor.epoch,
        seq=piece.seq,
        uri=segment_uri(channel, anchor.epoch, piece.seq),
        size=piece.file.stat().st_size,
        sha256=sha256_of(piece.file),
        start=anchor.at(piece.start),
        start_pts=piece.start,
        duration_s=piece.duration / PTS_HZ,
    )


def events_of(
    piece: Piece, segment: SegmentRef, requested: AnalysisRequested, at: datetime
) -> tuple[Letter, ...]:
    """Return the events of a piece, in the order in which they are written; reads its packets."""
    told = letters(segment, demux(piece.file, piece.start), None, recorded_at=at, fps=requested.fps)
    return tuple(_marked(told, piece, requested.filename))


def _marked(told: Iterable[Letter], piece: Piece, filename: str) -> Iterable[Letter]:
    for topic, event in told:
        match event:
            case SegmentRecorded():
                yield topic, msgspec.structs.replace(event, filename=filename, last=piece.last)
            case FramesIndexed():
                yield topic, msgspec.structs.replace(event, last="video" in piece.last_of)
            case AudioIndexed():
                yield topic, msgspec.structs.replace(event, last="audio" in piece.last_of)
