"""Which ffmpeg runs, and that it runs with what keeps a segment as it came."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.settings import BadSettings, Settings
from producers import ffmpeg
from producers.ffmpeg import Command, Sound, arguments
from producers.sources import source


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
