"""Addresses of sources in the log: nothing that opens them can be read, and the right key has it back."""

import re
from urllib.parse import urlsplit, urlunsplit

import pytest
from cryptography.fernet import Fernet
from hypothesis import given
from hypothesis import strategies as st

from infra.sealed_url import NotOpened, seal, unsealed
from infra.shown_url import HARMLESS, shown_url

KEY = Fernet.generate_key().decode()
OTHER = Fernet.generate_key().decode()
TOKEN = r"sealed:gAAAAA[\w-]+=*"

# Signs that addresses may hold, and those in which they are read in more than one way.
words = st.text(st.sampled_from("abcXYZ019-._~%:=+,;!$'()*é"), max_size=12)
secrets = st.text(st.sampled_from("ghijklmnopqrstuvwxyz"), min_size=6, max_size=20).map(
    lambda each: f"Q{each}Q"
)


def key() -> str:
    return KEY


def another() -> str:
    return OTHER


def none() -> str:
    raise AssertionError("nobody needs a key here")


@st.composite
def addresses(draw: st.DrawFn) -> str:
    scheme = draw(st.sampled_from(["srt", "udp", "rtp", "rtmp", "rtmps", "rtsp", "http", "https"]))
    user = draw(st.sampled_from(["", "ana@", "ana:"])) + draw(words)
    place = draw(st.sampled_from(["10.0.0.5:9000", "tv.example", "[::1]:80", ":9001"]))
    path = draw(st.sampled_from(["", "/", "/live/"]))
    path += draw(words) if path else ""
    names = st.one_of(words, st.sampled_from(sorted(HARMLESS)), st.just("passphrase"))
    pairs = draw(st.lists(st.tuples(names, st.sampled_from(["", "="]), words), max_size=4))
    query = "&".join("".join(pair) for pair in pairs)
    fragment = draw(words)
    at = "" if user.endswith("@") else "@"
    return f"{scheme}://{user}{at}{place}{path}?{query}#{fragment}"


@given(addresses())
def test_sealed_address_opens_to_what_it_was(url: str) -> None:
    sealed = seal(url, key)

    # Empty parts (`?` with nothing behind it) go; ffmpeg was never given them.
    assert unsealed(sealed, key) == urlunsplit(urlsplit(url))


@given(addresses())
def test_sealed_address_is_shown_like_the_plain_one_and_sealed_once(url: str) -> None:
    sealed = seal(url, key)

    assert shown_url(sealed) == shown_url(url)
    assert seal(sealed, none) == sealed


@given(addresses(), secrets)
def test_nothing_of_a_secret_is_left_wherever_it_stands(url: str, secret: str) -> None:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    places = [
        parts._replace(netloc=f"{secret}@{host}"),
        parts._replace(netloc=f"ana:{secret}@{host}"),
        parts._replace(path=f"/live/{secret}/x.m3u8"),
        parts._replace(path=f"/{secret}"),
        parts._replace(query=f"mode=caller&passphrase={secret}"),
        parts._replace(query=f"streamid={secret}&latency=200"),
        parts._replace(query=secret),
        parts._replace(query=f"{secret}=="),
        parts._replace(query=f"pass%70hrase={secret}"),
        parts._replace(query=f"passphrase=sealed:{secret}"),
        parts._replace(fragment=secret),
    ]
    for place in places:
        sealed = seal(urlunsplit(place), key)
        assert secret not in sealed
        assert unsealed(sealed, key) == urlunsplit(place)


@pytest.mark.parametrize(
    ("url", "form"),
    [
        (
            "srt://10.0.0.5:9000?mode=caller&passphrase=hush-hush&latency=200",
            rf"srt://10\.0\.0\.5:9000\?mode=caller&passphrase={TOKEN}&latency=200",
        ),
        ("srt://:9001?mode=listener&streamid=#!::r=tv1", rf"srt://:9001\?mode=listener&{TOKEN}#{TOKEN}"),
        ("rtsp://ana:pw@10.0.0.5/cam", rf"rtsp://{TOKEN}@10\.0\.0\.5/{TOKEN}"),
        ("rtmp://tv.example/app/key", rf"rtmp://tv\.example/{TOKEN}"),
        ("https://tv.example/live.m3u8?t=1", rf"https://tv\.example/{TOKEN}\?t={TOKEN}"),
    ],
)
def test_where_a_source_is_stays_readable(url: str, form: str) -> None:
    assert re.fullmatch(form, seal(url, key))


@pytest.mark.parametrize(
    "url",
    [
        "srt://127.0.0.1:9000?mode=listener",
        "udp://239.1.1.1:5000?pkt_size=1316",
        "http://10.0.0.5/",
        "file:///media/a%20clip.ts",
        "v4l2:///dev/video0",
    ],
)
def test_what_holds_no_secret_needs_no_key(url: str) -> None:
    assert seal(url, none) == url


@pytest.mark.parametrize(
    "url", ["srt://h:1?passphrase=hush-hush", "rtmp://h/app/key", "rtsp://sealed:pw@h/x"]
)
def test_plain_address_of_an_older_event_passes_through(url: str) -> None:
    assert unsealed(url, none) == url


def test_wrong_key_says_what_to_do_and_tells_no_secret() -> None:
    sealed = seal("srt://h:1?passphrase=hush-hush", key)

    with pytest.raises(NotOpened, match=r"HORUS_SEAL_KEY.*configure the channel again"):
        unsealed(sealed, another)


def test_secret_taken_out_of_the_log_is_not_told_to_another_host() -> None:
    sealed = seal("rtmp://tv.example/app/key", key)

    with pytest.raises(NotOpened, match="another host"):
        unsealed(sealed.replace("tv.example", "evil.example"), key)


def test_one_secret_is_sealed_differently_each_time() -> None:
    url = "srt://h:1?passphrase=hush-hush"

    assert seal(url, key) != seal(url, key)
