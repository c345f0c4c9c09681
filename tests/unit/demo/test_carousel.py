import io
from bisect import bisect_right
from dataclasses import dataclass
from itertools import accumulate, pairwise, takewhile
from pathlib import Path

import av
import pytest

from infra.demo.carousel import Carousel, Piece


@pytest.fixture(scope="module")
def carousel(short_file: Path) -> Carousel:
    return Carousel(short_file, 4.0)


def _until(carousel: Carousel, entry_s: float, end_s: float) -> list[Piece]:
    return list(takewhile(lambda piece: piece.position_s < end_s, carousel.pieces(entry_s)))


@dataclass(frozen=True)
class Seen:
    kind: str
    key: bool
    pts_s: float
    dts_s: float


def _packets(pieces: list[Piece]) -> list[Seen]:
    with av.open(io.BytesIO(b"".join(piece.data for piece in pieces)), "r", format="mpegts") as stream:
        return [
            Seen(packet.stream.type, packet.is_keyframe, packet.pts / 90_000, packet.dts / 90_000)
            for packet in stream.demux()
            if packet.pts is not None and packet.dts is not None
        ]


@pytest.mark.parametrize(
    ("since", "entry"), [(-5.0, 0.0), (0.0, 0.0), (0.01, 1.0), (3.0, 3.0), (3.2, 4.0), (41.5, 42.0)]
)
def test_a_receiver_enters_at_the_next_key_frame(carousel: Carousel, since: float, entry: float) -> None:
    assert carousel.entry(since) == pytest.approx(entry, abs=1e-4)


@pytest.mark.parametrize("since", [0.0, 1.3, 3.7])
def test_transmission_begins_with_a_key_frame_at_its_time(carousel: Carousel, since: float) -> None:
    entry = carousel.entry(since)
    pieces = _until(carousel, entry, entry + 1.5)
    assert pieces[0].position_s == pytest.approx(entry, abs=1e-4)
    first = next(packet for packet in _packets(pieces) if packet.kind == "video")
    assert first.key
    assert first.pts_s == pytest.approx(10.0 + entry, abs=1e-4)


def test_time_runs_on_over_the_end_of_the_file(carousel: Carousel) -> None:
    for kind, step in (("video", 0.04), ("audio", 1024 / 48_000)):
        packets = _packets(_until(carousel, 2.0, 10.0))
        times = [packet.dts_s for packet in packets if packet.kind == kind]
        gaps = [b - a for a, b in pairwise(times)]
        assert min(gaps) > 0.9 * step
        # Sound frames do not divide the programme: one of them may be missing where it begins again.
        assert max(gaps) < 2 * step + 0.001
        assert times[-1] - times[0] > 7


def test_pieces_leave_in_the_order_of_their_time(carousel: Carousel) -> None:
    sent = [piece.send_s for piece in _until(carousel, 1.0, 9.0)]
    assert sent == sorted(sent)


def test_what_goes_out_decodes_without_a_fault(carousel: Carousel) -> None:
    stream = io.BytesIO(b"".join(piece.data for piece in _until(carousel, 3.0, 6.0)))
    with av.open(stream, "r", format="mpegts") as source:
        source.streams.video[0].codec_context.options = {"err_detect": "explode"}
        assert len(list(source.decode(video=0))) >= 70


def test_no_picture_leaves_before_it_shows_and_the_quickest_leaves_then(carousel: Carousel) -> None:
    pieces = _until(carousel, 0.0, 2.0)
    ends = list(accumulate(len(piece.data) for piece in pieces))
    with av.open(io.BytesIO(b"".join(piece.data for piece in pieces)), "r", format="mpegts") as stream:
        waits = [
            pieces[bisect_right(ends, packet.pos)].send_s - (packet.pts / 90_000 - 10.0)
            for packet in stream.demux(video=0)
            if packet.pts is not None and packet.pos is not None
        ]
    # The muxer gives a packet out when the other stream's next has come: one frame of sound later at most.
    assert -1e-6 < min(waits) < 1024 / 48_000
