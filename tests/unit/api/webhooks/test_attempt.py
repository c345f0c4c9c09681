"""Attempts at deliveries over real HTTP on loopback."""

import asyncio
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.webhooks.attempt import ANSWER_BYTES, BadTarget, Outcome, Poster, target
from api.webhooks.signature import holds
from infra.host_policy import HostPolicy, Word, policy
from tests.unit.api.webhooks.target import Target, listening

SECRET = b"what both sides know"
NOW = 1_700_000_000
LOOPBACK = policy("127.0.0.0/8", "HORUS_WEBHOOK_HOSTS")
PUBLIC = policy("public", "HORUS_WEBHOOK_HOSTS")


@pytest.fixture
def there() -> Iterator[Target]:
    with listening() as made:
        yield made


def looking_up(lookup: Callable[[str], list[str]], word: Word) -> HostPolicy:
    return HostPolicy(setting="TEST", networks=LOOPBACK.networks, words=frozenset({word}), lookup=lookup)


def post(
    url: str,
    allowed: HostPolicy = LOOPBACK,
    timeout_s: float = 10.0,
    times: int = 1,
    tls: ssl.SSLContext | None = None,
) -> list[Outcome]:
    async def tried() -> list[Outcome]:
        poster = Poster(url, SECRET, allowed, timeout_s, clock=lambda: NOW, tls=tls)
        try:
            return [await poster.post("delivery-1", b'{"type":"teste"}') for _ in range(times)]
        finally:
            await poster.close()

    return asyncio.run(tried())


def test_delivery_is_signed_and_named(there: Target) -> None:
    (outcome,) = post(f"http://127.0.0.1:{there.port}/hook?who=noc")

    assert outcome.delivered
    (heard,) = there.heard
    assert heard.path == "/hook?who=noc"
    assert heard.body == b'{"type":"teste"}'
    assert heard.headers["horus-delivery"] == "delivery-1"
    assert heard.headers["content-type"] == "application/json"
    assert heard.headers["host"] == f"127.0.0.1:{there.port}"
    assert holds(SECRET, heard.headers["horus-signature"], heard.body, NOW)


@pytest.mark.parametrize("status", [400, 404, 410, 429, 500, 503])
def test_answer_that_is_no_success_is_no_delivery(there: Target, status: int) -> None:
    there.answer = lambda _: (status, {}, b"no")

    assert post(there.url) == [Outcome(status=status, reason=f"answered {status}")]


def test_redirect_is_not_followed(there: Target) -> None:
    with listening() as elsewhere:
        there.answer = lambda _: (307, {"Location": elsewhere.url}, b"")
        (outcome,) = post(there.url)

        assert outcome.reason == "answered 307: redirects are not followed"
        assert elsewhere.connections == 0


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433", "[::ffff:127.0.0.1]", "0"]
)
def test_forbidden_loopback_target_hears_nothing(there: Target, host: str) -> None:
    (outcome,) = post(f"http://{host}:{there.port}/hook", PUBLIC)

    assert not outcome.delivered
    assert "HORUS_WEBHOOK_HOSTS" in outcome.reason
    assert there.connections == 0


def test_name_that_changes_its_address_after_the_check_leads_nowhere_else(there: Target) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.7"]])
    asked: list[str] = []

    def look_up(name: str) -> list[str]:
        asked.append(name)
        return next(answers)

    rebinding = looking_up(look_up, "public")
    first, second = post(f"http://noc.example:{there.port}/hook", rebinding, times=2)

    assert first.delivered
    assert there.heard[0].headers["host"] == f"noc.example:{there.port}"
    assert second.reason == "noc.example (10.0.0.7) is not among the hosts that TEST allows"
    # Once an attempt, and never by the HTTP client itself.
    assert asked == ["noc.example"] * 2


def test_name_with_one_forbidden_address_is_forbidden(there: Target) -> None:
    two = looking_up(lambda _: ["127.0.0.1", "10.0.0.7"], "public")

    assert not post(f"http://noc.example:{there.port}/", two)[0].delivered
    assert there.connections == 0


def test_target_that_does_not_answer_is_left_in_time(there: Target) -> None:
    let_go = threading.Event()

    def hang(_: object) -> tuple[int, dict[str, str], bytes]:
        let_go.wait(30)
        return 204, {}, b""

    there.answer = hang
    (outcome,) = post(there.url, timeout_s=0.2)
    let_go.set()

    assert outcome == Outcome(reason="no answer within 0.2 s")


def test_long_answer_is_not_read_to_its_end(there: Target) -> None:
    there.answer = lambda _: (200, {"Content-Type": "text/plain"}, b"x" * (ANSWER_BYTES * 200))

    first, second = post(there.url, times=2)

    assert first.delivered
    assert second.delivered
    assert there.connections == 2


def test_url_does_not_get_into_the_log(there: Target, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    post(f"http://127.0.0.1:{there.port}/services/T0KEN")

    assert len(there.heard) == 1
    assert "T0KEN" not in caplog.text
    assert "horus-signature" not in caplog.text.lower()


def test_connection_is_used_again(there: Target) -> None:
    there.answer = lambda _: (200, {}, b"thanks")

    post(there.url, times=3)

    assert (len(there.heard), there.connections) == (3, 1)


def test_port_where_nobody_listens_is_an_outcome() -> None:
    with listening() as closed:
        url = closed.url
    (outcome,) = post(url)

    assert outcome.status is None
    assert outcome.reason.startswith("no connection")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("ftp://noc.example/", "begins with"),
        ("file:///etc/passwd", "begins with"),
        ("noc.example/hook", "begins with"),
        ("http://", "host"),
        ("https://user:word@noc.example/", "no user"),
        ("https://noc.example/#part", "fragment"),
        ("http://noc.example\\@127.0.0.1/", "no user"),
        ("http://noc.example:99999/", "no such port"),
        ("http://noc.example:0/", "no such port"),
        ("http://[::1/", "URL"),
        ("http://noc.example/\x00", "URL"),
        ("", "begins with"),
    ],
)
def test_url_that_no_webhook_may_have_is_refused_by_reason(url: str, why: str) -> None:
    with pytest.raises(BadTarget, match=why):
        target(url)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for noc.example that signs itself, with its key."""
    folder = tmp_path_factory.mktemp("tls")
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-subj", "/CN=noc.example", "-addext", "subjectAltName=DNS:noc.example",
            "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem"), "-days", "2",
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return folder


@pytest.mark.parametrize(("name", "delivered"), [("noc.example", True), ("other.example", False)])
def test_certificate_is_checked_against_the_name_though_an_address_is_connected_to(
    certificate: Path, name: str, delivered: bool
) -> None:
    trusting = ssl.create_default_context(cafile=str(certificate / "cert.pem"))
    own = looking_up(lambda _: ["127.0.0.1"], "any")
    with listening(certificate) as there:
        (outcome,) = post(f"https://{name}:{there.port}/", own, tls=trusting)

        assert outcome.delivered is delivered
        assert len(there.heard) == int(delivered)
        assert delivered or "certificate verify failed" in outcome.reason.lower()
