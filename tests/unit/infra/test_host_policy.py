"""Which hosts may be connected to: no name is looked up here but by a made-up resolver."""

from collections.abc import Iterable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.host_policy import HostPolicy, HostRefused, HostUnknown, policy


def never(name: str) -> Iterable[str]:
    raise AssertionError(f"{name} was looked up")


def answering(*addresses: str) -> Iterable[str]:
    return lambda _: addresses  # type: ignore[return-value]


def made(text: str, lookup: object = never) -> HostPolicy:
    return msgspec.structs.replace(policy(text, "HORUS_WEBHOOK_HOSTS"), lookup=lookup)


NOT_PUBLIC = [
    "127.0.0.1",
    "127.1",
    "0x7f.1",
    "0x7F000001",
    "2130706433",
    "017700000001",
    "0177.0.0.1",
    "127.0.0.1.",
    "0",
    "0.0.0.0",
    "",
    "::",
    "::1",
    "0:0:0:0:0:0:0:1",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
    "::127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b:1::10.0.0.1",
    "2002:7f00:1::",
    "2001:0:4136:e378:8000:63bf:80ff:fffe",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "168.63.129.16",
    "100.100.100.200",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "224.0.0.1",
    "ff02::1",
    "240.0.0.1",
    "255.255.255.255",
    "192.0.2.1",
    "198.18.0.1",
    "localhost",
    "LOCALHOST",
    "api.localhost.",
    "metadata.google.internal",
    "metadata",
]
NO_HOSTS = [
    "a..b",
    "user@host",
    "host:80",
    "[::1]",
    "127.0.0.1%00",
    "127.0.0.1 ",
    "256.1.1.1",
    "1.2.3.4.5",
    "08.1.1.1",
    "0x",
    ".",
    "..",
    "-a.example",
    "a_.-b",
    "ho st",
    "１２７.0.0.1",
    "127。0。0。1",
    "tv.example/x",
    "x" * 300,
    "\0",
    "$(id)",
]


@pytest.mark.parametrize("host", NOT_PUBLIC + NO_HOSTS)
def test_public_refuses_whatever_is_not_of_the_open_internet(host: str) -> None:
    with pytest.raises(HostRefused):
        made("public").addresses(host)


@pytest.mark.parametrize("host", ["8.8.8.8", "1.1.1.1.", "2606:4700:4700::1111", "64:ff9b::8.8.8.8"])
def test_public_takes_addresses_of_the_open_internet(host: str) -> None:
    with_nat64 = made("public,64:ff9b::/96") if host.startswith("64") else made("public")
    assert len(with_nat64.addresses(host)) == 1


@pytest.mark.parametrize("host", ["10.0.0.1", "127.0.0.1", "239.1.1.1", "", "::1", "fc00::1"])
def test_any_takes_every_address_but_those_of_metadata(host: str) -> None:
    assert made("any").addresses(host)


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "0xa9fea9fe",
        "fe80::1%1",
        "metadata",
        "64:ff9b::a9fe:a9fe",
    ],
)
def test_any_refuses_metadata_in_every_form(host: str) -> None:
    with pytest.raises(HostRefused):
        made("any").addresses(host)


def test_metadata_is_allowed_where_its_network_is_listed() -> None:
    assert made("169.254.0.0/16").addresses("169.254.169.254")


@pytest.mark.parametrize("host", ["127.0.0.2", "::ffff:127.0.0.1", "localhost", "::1", "127.9"])
def test_a_list_of_networks_takes_their_addresses(host: str) -> None:
    assert made("127.0.0.0/8, ::1").addresses(host)


@pytest.mark.parametrize("host", ["8.8.8.8", "10.0.0.1", "0.0.0.0", "", "::", "tv.example", "::2"])
def test_a_list_of_networks_takes_nothing_else_and_asks_no_resolver(host: str) -> None:
    with pytest.raises(HostRefused, match="HORUS_WEBHOOK_HOSTS"):
        made("127.0.0.0/8,::1").addresses(host)


def test_every_address_of_a_name_must_be_allowed() -> None:
    assert len(made("public", answering("8.8.8.8", "2606:4700::1")).addresses("tv.example")) == 2
    for bad in ("127.0.0.1", "::ffff:10.0.0.1", "fe80::1%eth0", "169.254.169.254"):
        with pytest.raises(HostRefused, match=r"tv\.example"):
            made("public", answering("8.8.8.8", bad)).addresses("tv.example")


def test_a_listed_name_may_be_private_but_never_metadata() -> None:
    assert made("tv.lan", answering("10.0.0.1")).addresses("TV.lan.")
    assert made(".lan", answering("10.0.0.1")).addresses("a.b.lan")
    with pytest.raises(HostRefused):
        made(".lan", answering("10.0.0.1")).addresses("evil-lan")
    with pytest.raises(HostRefused):
        made("tv.lan", answering("169.254.169.254")).addresses("tv.lan")


def test_a_name_is_looked_up_once() -> None:
    asked: list[str] = []

    def counting(name: str) -> Iterable[str]:
        asked.append(name)
        return ("8.8.8.8",)

    made("public", counting).addresses("tv.example.")
    assert asked == ["tv.example"]


def test_a_name_without_an_address_is_unknown_not_refused() -> None:
    def failing(name: str) -> Iterable[str]:
        raise OSError(name)

    for lookup in (failing, answering(), answering("nonsense")):
        with pytest.raises(HostUnknown):
            made("any", lookup).addresses("tv.example")


@given(st.text(max_size=40))
def test_any_text_has_an_answer_or_a_refusal_in_one_line(host: str) -> None:
    try:
        made("public", answering("127.0.0.1")).addresses(host)
    except HostRefused as refused:
        assert "\n" not in str(refused)
    else:
        raise AssertionError("nothing but loopback was there to be found")


@given(st.integers(0, 2**32 - 1), st.sampled_from(["{}", "0x{:x}", "0{:o}"]))
def test_a_number_is_the_address_that_the_kernel_takes_it_for(number: int, form: str) -> None:
    (found,) = made("0.0.0.0/0").addresses(form.format(number))
    assert int(found) == number


@pytest.mark.parametrize("text", ["", "any,", "10.0.0.1/8", "ho st", "*.lan", "::1/200", "http://x", "all!"])
def test_a_setting_that_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"host|network|permitted|bits|neither"):
        policy(text, "HORUS_STREAM_HOSTS")
