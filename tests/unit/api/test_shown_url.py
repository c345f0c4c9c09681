"""What people may see of a source's address."""

import pytest

from api.shown_url import shown_url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (
            "srt://10.0.0.5:9000?mode=caller&passphrase=hush&latency=200",
            "srt://10.0.0.5:9000?mode=caller&latency=200",
        ),
        ("srt://0.0.0.0:9000?mode=listener&streamid=secret", "srt://0.0.0.0:9000?mode=listener"),
        ("rtmp://host/app/stream-key", "rtmp://host/…"),
        ("rtsp://user:password@[fe80::1]:554/cam", "rtsp://[fe80::1]:554/…"),
        ("https://cdn.example/live/index.m3u8?token=secret", "https://cdn.example/…"),
        ("udp://239.1.1.1:1234", "udp://239.1.1.1:1234"),
        ("file:///home/operator/tapes/one.ts", "one.ts"),
        ("/home/operator/tapes/one.ts", "one.ts"),
        ("srt://[broken", "…"),
        ("srt://host:notaport", "…"),
    ],
)
def test_address_tells_where_but_nothing_that_opens_it(url: str, shown: str) -> None:
    assert shown_url(url) == shown
