"""What people may see of a source's address."""

import pytest

from infra.shown_url import masking, shown_url


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


def test_masking_hides_secrets_wherever_a_line_holds_them() -> None:
    masked = masking("srt://user:p%40ss@h:1?passphrase=corr%20ect&mode=caller")
    line = masked(
        "Connection to srt://user:p%40ss@h:1?passphrase=corr%20ect&mode=caller failed"
        " for p@ss, corr ect, corr+ect"
    )
    assert not any(secret in line for secret in ("p%40ss", "p@ss", "corr%20ect", "corr ect", "corr+ect"))
    assert line.startswith("Connection to srt://h:1?mode=caller failed")


@pytest.mark.parametrize(
    "line",
    [
        "[https] Opening 'https://cdn.example/live/tok3n-abcdef/seg-7.ts?sig=hush-hush' for reading",
        "HTTP error 404 of https://other.example/tok3n-abcdef/index.m3u8",
        "tok3n-abcdef: Invalid data found",
        "sig%3Dhush%2dhush",
        "hush-hush and HUSH-HUSH",
    ],
)
def test_tokens_in_the_path_and_query_of_hls_are_hidden_in_every_line(line: str) -> None:
    masked = masking("https://cdn.example/live/tok3n-abcdef/index.m3u8?sig=hush-hush")(line)
    assert "tok3n" not in masked
    assert "hush-hush" not in masked.lower()


def test_a_percent_encoded_secret_is_hidden_in_every_spelling() -> None:
    masked = masking("srt://h:1?passphrase=a%2Fb%20c%3Ddef")
    for spelled in ("a%2Fb%20c%3Ddef", "a%2fb%20c%3ddef", "a/b c=def", "a%2Fb+c%3Ddef", "a/b%20c%3Ddef"):
        assert masked(f"bad secret {spelled}!") == "bad secret ***!", spelled


def test_a_line_without_secrets_stays_as_it_is() -> None:
    line = "[mpegts] PES packet size mismatch"
    assert masking("srt://10.0.0.5:9000?mode=caller&latency=200000")(line) == line


def test_a_file_is_told_by_its_name() -> None:
    masked = masking("file:///home/operator/tapes/one.ts")
    assert masked("Error opening input file:/home/operator/tapes/one.ts") == "Error opening input file:one.ts"
