"""What ffmpeg is told of a source."""

import pytest

from infra.source_url import check
from producers.sources import source


def test_a_path_becomes_a_file_address() -> None:
    assert check("/media/a clip.ts") == "file:///media/a%20clip.ts"
    assert source("/media/a clip.ts").url == "file:/media/a clip.ts"


def test_a_name_that_looks_like_a_scheme_list_is_only_a_file() -> None:
    assert check("subfile,,start,0.ts").startswith("file:///")


@pytest.mark.parametrize(
    ("url", "protocols"),
    [
        ("srt://h:1", "srt"),
        ("udp://h:1", "udp"),
        ("https://h/x.m3u8", "http,https,httpproxy,tls,tcp,crypto"),
        ("/x.ts", "file"),
    ],
)
def test_each_scheme_may_open_only_its_own_protocols(url: str, protocols: str) -> None:
    options = source(url).options
    assert options[options.index("-protocol_whitelist") + 1] == protocols


def test_a_file_that_is_a_playlist_is_not_read_as_one() -> None:
    options = source("/x.m3u8").options
    formats = options[options.index("-format_whitelist") + 1].split(",")
    assert not {"hls", "concat", "dash", "sdp", "image2"} & set(formats)


def test_timeouts_of_the_address_do_not_override_ours() -> None:
    opened = source("srt://h:1?timeout=0&connect_timeout=99&latency=2000000")
    assert "timeout" not in opened.url
    assert "latency=2000000" in opened.url
    assert opened.latency_s == 2.0


def test_an_srt_address_without_host_or_with_the_mode_listens() -> None:
    assert source("srt://:9000").listens
    assert source("srt://0.0.0.0:9000?mode=listener").listens
    assert not source("srt://h:9000").listens


def test_a_capture_device_is_read_raw_and_compressed_before_it_is_cut() -> None:
    opened = source("v4l2:///dev/video0")
    assert (opened.url, opened.options, opened.raw) == ("/dev/video0", ("-f", "v4l2"), True)
