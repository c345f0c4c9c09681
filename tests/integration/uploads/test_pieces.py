"""Claims about cutting whole files, without services: all of a file is there, each end marked once."""

import shutil
from itertools import pairwise
from pathlib import Path

import pytest

from infra import clock
from infra.ffmpeg import find_ffmpeg
from infra.media_store import MediaStore
from infra.probe import look_into
from infra.settings import load
from producers.analyses.pieces import length_s
from producers.analyses.work import Desk, Work
from schemas.events import AnalysisRequested
from schemas.names import analysis_channel
from tests.integration.analysis.clips import CLIPS, make

CHANNEL = analysis_channel("a" * 32)
# By copy; by encoding; by encoding because a copy holds nothing; sound alone; a clock that wraps.
NAMES = ("h264_b_frames.mp4", "vp9.webm", "begins_midway.mkv", "no_picture.flac", "clock_wraps.ts")


@pytest.mark.parametrize("name", NAMES)
def test_pieces_follow_each_other_and_hold_the_whole_of(name: str, clip: Path, tmp_path: Path) -> None:
    (made,) = (each for each in CLIPS if each.name == name)
    file = make(made, clip, tmp_path)
    contents = look_into(file)
    original = tmp_path / "media" / CHANNEL / "original"
    original.parent.mkdir(parents=True)
    shutil.copy(file, original)
    desk = Desk(
        bootstrap_servers="127.0.0.1:1",  # nobody is told of anything
        ffmpeg=find_ffmpeg(load({}, dotenv=None)),
        spool=tmp_path / "spool",
        store=MediaStore(str(tmp_path / "media")),
        stopping=lambda: False,
    )
    desk.spool.mkdir()
    requested = AnalysisRequested(
        channel=CHANNEL,
        at=clock.now(),
        uri=f"media://{CHANNEL}/original",
        filename=name,
        size=1,
        contents=contents,
        fps=5.0,
        by="test",
    )

    pieces = Work(desk, requested).pieces(lambda _: None)

    assert length_s(pieces) == pytest.approx(contents.duration_s, abs=0.15)
    # A hundredth of a second: times in milliseconds, and sound that comes in chunks.
    assert max(abs(b.start - a.start - a.duration) for a, b in pairwise(pieces)) <= 900
    ends = [kind for piece in pieces for kind in piece.last_of]
    assert sorted(ends) == sorted({kind for piece in pieces for kind in piece.kinds})
    assert [piece.last for piece in pieces] == [False] * (len(pieces) - 1) + [True]
