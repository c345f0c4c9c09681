"""Where media may come from: forms, hosts and files."""

from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.host_policy import HostRefused, policy
from infra.source_url import BadSource, admitted, check

ANY = policy("any", "HORUS_STREAM_HOSTS")
LOOPBACK = policy("127.0.0.0/8,::1", "HORUS_STREAM_HOSTS")


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


@pytest.mark.parametrize(
    "url",
    [
        "http://allowed\\@evil/x",
        "http://allowed@evil@other/x",
        "http://a[::1]/x",
        "http://[::1]evil/x",
        "http://[::1",
        "http://127%2e0%2e0%2e1/x",
        "http://ho st/x",
        "srt://host:9000 -f lavfi",
        "rtmp://host/app swfUrl=http://evil/",
        "http:/host/x",
        "http:host/x",
        "srt://host:0",
        "srt://host:99999",
        "srt://host:9000:9001",
        "udp://１２７.0.0.1:5000",
        "http://höst/x",
        "file://host/x.ts",
        "v4l2:///dev/video",
        "v4l2:///dev/../etc/passwd",
        "v4l2:///dev/mem",
        "v4l2://host/dev/video0",
        "http://h/" + "x" * 4000,
        "http://h/\ud800",
        "file:///a%00b.ts",
    ],
)
def test_what_two_programs_could_read_in_two_ways_is_refused(url: str) -> None:
    with pytest.raises(BadSource):
        check(url)


def test_shell_metacharacters_are_only_letters_of_an_address() -> None:
    assert check("http://h/$(reboot);`id`|x") == "http://h/$(reboot);`id`|x"


@given(st.text(max_size=60))
def test_any_text_is_taken_or_refused_in_one_line(text: str) -> None:
    try:
        check(text)
    except BadSource as refused:
        assert "\n" not in str(refused)


@pytest.mark.parametrize(
    ("url", "opened"),
    [
        ("srt://127.1:9000?mode=caller", "srt://127.0.0.1:9000?mode=caller"),
        ("udp://@0x7f000001:5000", "udp://@127.0.0.1:5000"),
        ("srt://[::FFFF:127.0.0.1]:9000", "srt://127.0.0.1:9000"),
        ("http://user:pw@2130706433/x.m3u8", "http://user:pw@127.0.0.1/x.m3u8"),
        ("srt://localhost:9000", "srt://127.0.0.1:9000"),
        ("http://localhost:80/x", "http://localhost:80/x"),
        ("srt://[::1]:9000", "srt://[::1]:9000"),
    ],
)
def test_what_is_opened_is_the_address_that_was_checked(url: str, opened: str) -> None:
    assert admitted(url, LOOPBACK, None) == opened


@pytest.mark.parametrize(
    "url",
    [
        "srt://:9000?mode=listener",
        "srt://0.0.0.0:9000?mode=listener",
        "srt://[::]:9000?mode=listener",
        "udp://239.1.1.1:5000",
        "udp://127.0.0.1:5000?sources=10.0.0.1,127.0.0.1",
        "rtp://127.0.0.1:5000?localaddr=10.0.0.1",
        "http://tv.example/x.m3u8",
        "rtsp://127.0.0.1@10.0.0.1/x",
    ],
)
def test_a_policy_of_loopback_alone_refuses_all_that_reaches_further(url: str) -> None:
    with pytest.raises(HostRefused, match="HORUS_STREAM_HOSTS"):
        admitted(url, LOOPBACK, None)


def test_a_listener_on_every_address_is_admitted_where_every_host_is() -> None:
    assert admitted("srt://:9000?mode=listener", ANY, None) == "srt://:9000?mode=listener"


def test_a_name_that_changes_its_address_after_the_check_leads_nowhere_else() -> None:
    answers = iter([("10.0.0.5",), ("127.0.0.1",)])

    def rebinding(_: str) -> Iterable[str]:
        return next(answers)

    hosts = msgspec.structs.replace(ANY, lookup=rebinding)
    assert admitted("srt://tv.example:9000", hosts, None) == "srt://10.0.0.5:9000"


def test_only_files_in_the_folders_are_admitted_links_followed(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside.ts"
    inside.mkdir()
    (inside / "one.ts").touch()
    outside.touch()
    (inside / "link.ts").symlink_to(outside)
    assert admitted(str(inside / "one.ts"), ANY, (inside,)) == (inside / "one.ts").as_uri()
    for path in (outside, inside / "link.ts", inside / ".." / "outside.ts", tmp_path / "inside-too.ts"):
        with pytest.raises(BadSource, match="HORUS_STREAM_FILES"):
            admitted(f"file://{path}", ANY, (inside,))
    assert admitted(str(outside), ANY, None) == outside.as_uri()
