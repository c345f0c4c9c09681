"""What ffmpeg says, taken from runs of ffmpeg 9 under each trouble."""

import pytest

from producers.words import Came, Listed, PacketList, listed, said
from schemas.events.media import PTS_HZ


@pytest.mark.parametrize(
    ("line", "failure"),
    [
        (
            "[srt @ 0x5b] [error] Connection to srt://127.0.0.1:1?mode=caller failed: Input/output error",
            "unreachable",
        ),
        ("[tcp @ 0x5b] [error] Connection to tcp://127.0.0.1:1 failed: Connection refused", "unreachable"),
        (
            "[tcp @ 0x5b] [error] Failed to resolve hostname nosuch.invalid: Name or service not known",
            "unreachable",
        ),
        ("[http @ 0x5b] [warning] HTTP error 404 Not Found", "unreachable"),
        (
            "[in#0 @ 0x5b] [error] Error opening input: Invalid data found when processing input",
            "undecodable",
        ),
        ("[error] Output file does not contain any stream", "undecodable"),
        ("[in#0 @ 0x5b] [error] Error opening input: Connection timed out", "timeout"),
        ("[in#0/mpegts @ 0x5b] [error] Error during demuxing: Connection timed out", "timeout"),
        ("[out#0/segment @ 0x5b] [error] Error writing trailer: No space left on device", "disk"),
        ("[info] Input #0, mpegts, from 'srt://Connection refused':", None),
        ("[in#0/mpegts @ 0x5b] [error] Error during demuxing: Input/output error", None),
    ],
)
def test_a_complaint_names_the_trouble(line: str, failure: str | None) -> None:
    assert said(line).failure == failure


def test_memory_addresses_and_levels_are_left_out() -> None:
    heard = said("[in#0/mpegts @ 0x560165a9d7c0] [warning] changing packet size to 192\n")
    assert heard.text == "[in#0/mpegts] changing packet size to 192"
    assert heard.bytes_seen and heard.news


def test_opened_files_are_no_news() -> None:
    assert not said("[segment @ 0x5b] [info] Opening '00000001.ts' for writing").news


def test_streams_are_announced_with_their_codecs() -> None:
    video = "[info]   Stream #0:0[0x100]: Video: h264 (High) ([27][0][0][0] / 0x001B), yuv420p, 25 fps"
    audio = "[info]   Stream #0:1[0x101](por): Audio: mp2 (mp3float) ([3][0][0][0] / 0x0003), 48000 Hz"
    assert said(video).stream == ("Video", "h264")
    assert said(audio).stream == ("Audio", "mp2")
    assert said("[info]   Stream #0:0 -> #0:0 (copy)").stream is None


def test_a_clock_that_steps_back_is_told_in_seconds_of_the_segments() -> None:
    line = (
        "[vost#{}:0/copy @ 0x5b] [warning] Non-monotonic DTS; previous: 1382400, current: 127920; changing to"
        " 1382401. This may result in incorrect timestamps in the output file."
    )
    assert said(line.format(0)).back_s == pytest.approx((1382400 - 127920) / PTS_HZ)
    assert said(line.format(1)).back_s is None


def test_the_sums_of_the_segments_say_that_it_is_over() -> None:
    assert said("[out#0/segment @ 0x5b] [info] video:846KiB audio:31KiB subtitle:0KiB").over
    assert not said("[out#1/framecrc @ 0x5b] [info] video:846KiB audio:31KiB subtitle:0KiB").over


def test_segment_list_lines() -> None:
    assert listed("00000003.ts,4.421333,5.181333\n") == Listed("00000003.ts", round(5.181333 * PTS_HZ))
    assert listed("") is None
    assert listed("nonsense") is None


def test_packets_are_read_in_the_time_base_of_their_stream() -> None:
    packets = PacketList()
    for line in ("#tb 0: 1/1000", "#media_type 0: video", "#tb 1: 1/90000", "#media_type 1: audio"):
        assert packets.read(line) is None
    assert packets.video == 0
    assert packets.read("0,     40,     80,     40,    16475, 0xb6c36ca2, F=0x0") == Came(0, 7200, 3600)
    assert packets.read("1, 126000, 126000, 1920, 217, 0x25716a41") == Came(1, 126000, 1920)


@pytest.mark.parametrize("line", ["", "0, NOPTS", "7, 1, 1, 1, 1, 0x0", "0, 1, NOPTS, 1, 1, 0x0"])
def test_broken_packet_lines_are_passed_over(line: str) -> None:
    packets = PacketList()
    packets.read("#tb 0: 1/90000")
    assert packets.read(line) is None
