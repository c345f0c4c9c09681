"""How a file is cut: by copy where that can be used, always by one demuxer out of one local file."""

from pathlib import Path

import msgspec
import pytest

from producers.analyses.cut import arguments, copies
from producers.analyses.pieces import Piece, anchor_of
from schemas.events.analyses import Contents
from schemas.names import epoch_start
from tests.unit.producers.analyses.asked import requested

H264 = Contents(
    format="mov", duration_s=60, video="h264", pixels="yuv420p", longest_gop_s=2, audio="aac", audio_stream=1
)


@pytest.mark.parametrize(
    ("changes", "copied"),
    [
        ({}, True),
        ({"video": "hevc", "pixels": "yuv420p10le"}, True),
        ({"video": "mpeg2video", "pixels": "yuv422p"}, True),
        ({"pixels": "yuv422p10le"}, False),
        ({"video": "vp9"}, False),
        ({"longest_gop_s": 40.0}, False),
        ({"timed": False}, False),
        ({"video": None}, True),
    ],
)
def test_picture_is_copied_only_where_stages_and_browsers_can_use_it(
    changes: dict[str, object], copied: bool
) -> None:
    assert copies(msgspec.structs.replace(H264, **changes)) is copied


def test_ffmpeg_opens_one_local_file_by_one_demuxer() -> None:
    command = arguments(Path("ffmpeg"), Path("/media/-i http"), H264, Path("/spool"), copy=True)

    assert command[command.index("-protocol_whitelist") + 1] == "file"
    assert command[command.index("-i") - 1] == "mov"
    assert command[command.index("-i") + 1] == "file:/media/-i http"


def test_sound_that_browsers_do_not_play_becomes_aac() -> None:
    flac = msgspec.structs.replace(H264, audio="flac")

    command = arguments(Path("ffmpeg"), Path("a"), flac, Path("/spool"), copy=True)

    assert command[command.index("-c:a") + 1] == "aac"


def test_file_begins_at_its_request_and_its_epoch_says_so_exactly() -> None:
    asked = requested(1)
    first = Piece(seq=0, file=Path("0.ts"), start=903_600, duration=90_000, kinds=frozenset({"video"}))

    anchor = anchor_of([first], asked)

    assert epoch_start(anchor.epoch) == anchor.utc == anchor.at(first.start)
    assert 0 <= (asked.at - anchor.utc).total_seconds() < 0.001
