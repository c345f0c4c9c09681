from pathlib import Path

import av
import msgspec
import psutil
import pytest

from infra.demo import render as rendering
from infra.demo.programme import Fault, Programme
from infra.demo.render import RenderFailed, fingerprint, render, rendered


def _pictures(path: Path) -> list[tuple[float, float]]:
    """Return (seconds since the first picture, luma between the graphics) of each picture."""
    with av.open(str(path)) as source:
        frames = list(source.decode(video=0))
    first = frames[0].time
    assert first is not None
    return [((frame.time or 0) - first, float(frame.to_ndarray()[45:126].mean())) for frame in frames]


def test_the_file_shows_black_exactly_when_the_script_says(short: Programme, short_file: Path) -> None:
    pictures = _pictures(short_file)
    assert len(pictures) == short.frames
    black = short.faults[0]
    for seconds, luma in pictures:
        assert (luma < 24) == black.covers(seconds + 0.02), seconds


def test_the_file_is_what_a_broadcaster_sends(short_file: Path) -> None:
    with av.open(str(short_file)) as source:
        video, audio = source.streams.video[0], source.streams.audio[0]
        assert source.format.name == "mpegts"
        assert (video.codec_context.name, video.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert (audio.codec_context.name, audio.sample_rate, audio.channels) == ("aac", 48_000, 2)
        keys = [packet.pts for packet in source.demux(video) if packet.is_keyframe and packet.pts is not None]
    assert [round((key - keys[0]) / 90_000, 3) for key in keys] == [0.0, 1.0, 2.0, 3.0]


def test_a_rendered_programme_is_not_rendered_again(short: Programme, short_file: Path) -> None:
    before = short_file.stat().st_mtime_ns
    told: list[float] = []
    assert rendered(short, short_file.parent, told.append) == short_file
    assert short_file.stat().st_mtime_ns == before
    assert told == []


def test_another_script_is_another_file(short: Programme) -> None:
    other = msgspec.structs.replace(short, faults=(Fault("fade", 1.28, 2.24),))
    assert fingerprint(other) != fingerprint(short)
    assert fingerprint(msgspec.structs.replace(short)) == fingerprint(short)


def test_an_interrupt_leaves_no_file_and_no_ffmpeg(short: Programme, tmp_path: Path) -> None:
    def interrupt(share: float) -> None:
        if share > 0.2:
            raise KeyboardInterrupt

    before = set(psutil.Process().children())
    with pytest.raises(KeyboardInterrupt):
        render(short, tmp_path / "half.ts", interrupt)
    assert list(tmp_path.iterdir()) == []
    assert set(psutil.Process().children()) <= before


def test_progress_rises_to_one(short: Programme, tmp_path: Path) -> None:
    told: list[float] = []
    render(msgspec.structs.replace(short, duration_s=1.0, faults=()), tmp_path / "x.ts", told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_an_ffmpeg_that_fails_is_quoted(
    short: Programme, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "AUDIO_BITRATE", "loud")
    with pytest.raises(RenderFailed, match="loud"):
        render(short, tmp_path / "x.ts")
    assert list(tmp_path.iterdir()) == []
