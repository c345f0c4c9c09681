"""Which ffmpeg runs, and that it runs with what keeps a segment as it came."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.settings import BadSettings, Settings
from producers import ffmpeg
from producers.ffmpeg import Command, Sound, arguments
from producers.sources import Source, source


def command(sound: Sound = "copy") -> list[str]:
    made = Command(binary=Path("ffmpeg"), source=source("srt://h:1"), spool=Path("spool"), sound=sound)
    return arguments(made, 7, 9)


def test_this_installation_has_an_ffmpeg_that_cuts(settings: Callable[..., Settings]) -> None:
    assert ffmpeg.cuts(ffmpeg.find(settings()))


def test_a_program_that_is_no_ffmpeg_does_not_cut(tmp_path: Path) -> None:
    assert not ffmpeg.cuts(tmp_path / "none")
    assert not ffmpeg.cuts(Path(sys.executable))


def test_a_given_ffmpeg_that_is_too_old_is_refused_by_name(
    settings: Callable[..., Settings], tmp_path: Path
) -> None:
    old = tmp_path / "ffmpeg"
    old.write_text('#!/bin/sh\necho " srt"\n')
    old.chmod(0o755)
    with pytest.raises(BadSettings, match="HORUS_FFMPEG"):
        ffmpeg.find(settings(HORUS_FFMPEG=str(old)))


def test_picture_is_never_encoded_and_sound_only_where_asked() -> None:
    assert "aac" not in command()
    assert command("aac").count("aac") == 1
    assert all("libx264" not in word for word in command("aac"))


def test_sound_that_cannot_be_muxed_is_left_out_of_both_outputs() -> None:
    assert not [word for word in command("none") if word.startswith("0:a")]


def test_the_pipes_are_those_given() -> None:
    words = command()
    assert words[words.index("-segment_list") + 1] == "pipe:7"
    assert words[-1] == "pipe:9"


def test_raw_pictures_are_compressed_and_cut_each_second(
    settings: Callable[..., Settings], tmp_path: Path
) -> None:
    # What a capture device gives: pictures as they are, and no sound.
    pictures = tmp_path / "pictures"
    pictures.write_bytes(bytes(64 * 64 * 3 // 2 * 75))
    form = ("-f", "rawvideo", "-video_size", "64x64", "-pixel_format", "yuv420p", "-framerate", "25")
    camera = Source(url=str(pictures), options=form, raw=True)
    made = Command(binary=ffmpeg.find(settings()), source=camera, spool=tmp_path, sound="copy")
    packets, listed = tmp_path / "packets", tmp_path / "listed"
    with packets.open("wb") as told, listed.open("wb") as named:
        words = arguments(made, named.fileno(), told.fileno())
        subprocess.run(words, pass_fds=(named.fileno(), told.fileno()), check=True, stderr=subprocess.DEVNULL)
    lengths = [line.split(",")[1:] for line in listed.read_text().splitlines()]
    assert [round(float(end) - float(start), 2) for start, end in lengths] == [1.0, 1.0, 1.0]
    assert sum(not line.startswith("#") for line in packets.read_text().splitlines()) == 75
    assert all((tmp_path / f"{number:08d}.ts").stat().st_size for number in range(3))
