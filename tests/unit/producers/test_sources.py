"""Where media may come from, and what is shown of it."""

import pytest

from producers.sources import BadSource, check, mask, masking, source


@pytest.mark.parametrize(
    "url",
    [
        "srt://10.0.0.5:9000",
        "srt://:9000?mode=listener",
        "udp://239.1.1.1:5000",
        "rtp://239.1.1.1:5000",
        "rtmp://host/app/key",
        "rtmps://host/app/key",
        "rtsp://user:pw@host/stream",
        "rtsps://host/stream",
        "http://host/live.m3u8",
        "https://host/live.m3u8",
        "file:///media/clip.ts",
    ],
)
def test_whitelisted_addresses_stay_as_they_are(url: str) -> None:
    assert check(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "concat:/etc/passwd|/etc/shadow",
        "pipe:0",
        "data:text/plain,x",
        "ftp://host/x",
        "gopher://host/x",
        "crypto:file:///x",
        "lavfi:testsrc",
        "srt://host",
        "udp://239.1.1.1",
        "http:///x.m3u8",
        "rtmp://host:notaport/x",
        "file:relative.ts",
        "srt://host:9000\n-i /etc/passwd",
        "-i",
        "",
    ],
)
def test_anything_else_is_refused_in_one_line(url: str) -> None:
    with pytest.raises(BadSource) as refused:
        check(url)
    assert "\n" not in str(refused.value)


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
        ("https://h/x.m3u8", "http,https,tls,tcp,crypto"),
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


def test_mask_hides_users_passphrases_and_tokens_and_keeps_the_rest() -> None:
    assert mask("srt://h:1?mode=caller&passphrase=secret&streamid=key") == (
        "srt://h:1?mode=caller&passphrase=***&streamid=***"
    )
    assert mask("rtsp://user:pw@h:554/x") == "rtsp://***@h:554/x"
    assert mask("https://h/x.m3u8?token=abc") == "https://h/x.m3u8?token=***"
    assert mask("rtmp://h/app/stream-key") == "rtmp://h/app/***"
    assert mask("udp://239.1.1.1:5000?pkt_size=1316") == "udp://239.1.1.1:5000?pkt_size=1316"


def test_masking_hides_secrets_wherever_a_line_holds_them() -> None:
    masked = masking("srt://user:p%40ss@h:1?passphrase=corr%20ect&mode=caller")
    line = masked(
        "Connection to srt://user:p%40ss@h:1?passphrase=corr%20ect&mode=caller failed for p@ss, corr ect"
    )
    assert "p%40ss" not in line and "p@ss" not in line
    assert "corr%20ect" not in line and "corr ect" not in line
    assert "caller" in line and "failed" in line
