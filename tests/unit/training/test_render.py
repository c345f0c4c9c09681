"""Rendered files: what is written beside them, and what lost packets amount to."""

from pathlib import Path

import av
import msgspec
import numpy as np
import pytest

from tests.unit.training.small_media import RASTER, small_media
from training.picture.programme import Programme
from training.picture.raster import Raster
from training.render.damage import damage, events
from training.render.encode import EncodingFailed, encode
from training.render.encoding import Encoding, choose_encoding
from training.render.packets import lose_packets
from training.truth_file import Fault, Truth, Unclear, read_truth, rendered, truth_path, write_truth

FPS = 25.0
ENCODING = Encoding(
    raster=RASTER,
    interlaced=False,
    codec="libx264",
    kilobits=800,
    constant=False,
    gop=25,
    b_frames=2,
    preset="superfast",
    chroma="yuv420p",
    container="ts",
    offset_s=7.0,
    audio_codec="aac",
    audio_kilobits=96,
)


@pytest.fixture(scope="module")
def stream(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return 4 s of programme as a transport stream."""
    folder = tmp_path_factory.mktemp("stream")
    programme = Programme(small_media(folder), RASTER, [], np.random.default_rng(1), graphics=False)
    encode(programme.frames(100), ENCODING, folder / "whole.ts")
    return folder / "whole.ts"


def lossy(stream: Path, share: float, spans: list[tuple[float, float]]) -> Path:
    target = stream.with_name("lossy.ts")
    target.write_bytes(lose_packets(stream.read_bytes(), spans, share, 1.0, np.random.default_rng(3)))
    return target


def test_packets_are_lost_only_where_asked(stream: Path) -> None:
    shares = damage(stream, lossy(stream, 0.3, [(2.0, 3.0)]), FPS)
    bad = [index / FPS for index, share in enumerate(shares) if share > 0]
    assert len(shares) == 100
    # B pictures lie between references: damage may show a few pictures early, and until the next key frame.
    assert 1.8 < min(bad) < 2.5
    assert max(bad) < 4.0


def test_nothing_lost_is_no_damage(stream: Path) -> None:
    assert max(damage(stream, lossy(stream, 0.0, [(0.0, 4.0)]), FPS)) == 0


def test_what_is_no_transport_stream_is_refused() -> None:
    with pytest.raises(ValueError, match="no transport stream"):
        lose_packets(b"x" * 376, [(0.0, 1.0)], 0.1, 1.0, np.random.default_rng(0))


def test_damage_that_heals_and_returns_is_one_event() -> None:
    shares = [0.0] * 50 + [0.1] * 30 + [0.0] * 15 + [0.1] * 30 + [0.0] * 50
    faults, unclear = events(shares, FPS, "test")
    assert [(fault.start_s, fault.end_s) for fault in faults] == [(2.0, 5.0)]
    assert all("bloco" not in stretch.types for stretch in unclear)


def test_damage_too_short_to_count_is_unclear() -> None:
    faults, unclear = events([0.0] * 50 + [0.1] * 12 + [0.0] * 50, FPS, "test")
    assert faults == []
    assert any(
        "bloco" in stretch.types and stretch.start_s < 2.0 and stretch.end_s > 2.4 for stretch in unclear
    )


def test_sound_goes_with_the_picture(tmp_path: Path) -> None:
    black = (np.zeros((90, 160, 3), np.uint8) for _ in range(50))
    sound = np.zeros((2, 96_000), np.float32)
    encode(black, ENCODING, tmp_path / "a.ts", sound)
    with av.open(str(tmp_path / "a.ts")) as container:
        assert len(container.streams.video) == len(container.streams.audio) == 1
        assert container.start_time is not None and container.start_time / 1e6 > 6.5
    assert list(tmp_path.glob("*.f32")) == []


@pytest.mark.parametrize("codec", ["libx264", "mpeg2video"])
def test_fields_of_two_pictures_make_a_frame(tmp_path: Path, codec: str) -> None:
    # Fields need a height that four divides.
    fields = Raster(160, 96, 50.0)
    encoding = msgspec.structs.replace(ENCODING, raster=fields, interlaced=True, codec=codec)
    grey = (np.full((96, 160, 3), 4 * index, np.uint8) for index in range(50))
    encode(grey, encoding, tmp_path / "a.ts")
    with av.open(str(tmp_path / "a.ts")) as container:
        frames = list(container.decode(video=0))
    assert len(frames) == 25
    assert frames[0].interlaced_frame
    luma = frames[10].to_ndarray()[:96, :160].astype(int)
    assert luma[1::2].mean() - luma[::2].mean() > 2


def test_ffmpeg_says_what_it_refuses(tmp_path: Path) -> None:
    black = (np.zeros((90, 160, 3), np.uint8) for _ in range(5))
    with pytest.raises(EncodingFailed, match="nowhere"):
        encode(black, ENCODING, tmp_path / "nowhere" / "a.ts")


def test_no_channel_is_encoded_into_blocks() -> None:
    rng = np.random.default_rng(1)
    for _ in range(200):
        encoding = choose_encoding(rng)
        options = " ".join(encoding.picture_options())
        assert "-qmax" in options or "qpmax" in options
        assert encoding.raster.width % 2 == encoding.raster.height % 2 == 0
        assert 12 <= encoding.gop <= 100


def test_a_truth_is_read_as_it_was_written(tmp_path: Path) -> None:
    truth = Truth(
        duration_s=40.0,
        split="test",
        seed=1,
        sources=("video/a.mp4",),
        has_picture=True,
        has_sound=False,
        width=160,
        height=90,
        fps=25.0,
        video_codec="libx264",
        bitrate_kbps=800,
        gop=25,
        graphics=("logo",),
        faults=(Fault(type="fade", start_s=5.0, end_s=9.5, detail="level 0"),),
        unclear=(Unclear(start_s=20.0, end_s=22.0, types=("freeze",)),),
    )
    media = tmp_path / "a.ts"
    media.write_bytes(b"")
    assert rendered(tmp_path) == []
    write_truth(media, truth)
    assert read_truth(media) == truth
    assert rendered(tmp_path) == [media]
    assert truth_path(media).name == "a.json"
    assert not truth.healthy
