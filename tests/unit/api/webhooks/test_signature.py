"""Signatures of deliveries, and secrets at rest."""

import stat
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from api.webhooks.seal import Unsealable, seal, sealing_key, unseal
from api.webhooks.signature import TOLERANCE_S, holds, sign
from infra.settings import Settings

SECRET = b"what both sides know"
NOW = 1_700_000_000


def test_signature_is_the_one_that_openssl_makes() -> None:
    # printf '1700000000.{"type":"teste"}' | openssl dgst -sha256 -hmac 'what both sides know'
    known = "bd8adb19bddb16232d884444d9a14f6683db2d18fb285e9a10b4813ca53bb3b3"

    assert sign(SECRET, NOW, b'{"type":"teste"}') == f"t=1700000000,v1={known}"


def test_signature_holds_for_its_body_its_secret_and_five_minutes() -> None:
    header = sign(SECRET, NOW, b"body")

    assert holds(SECRET, header, b"body", NOW + TOLERANCE_S)
    assert not holds(SECRET, header, b"body", NOW + TOLERANCE_S + 1)
    assert not holds(SECRET, header, b"Body", NOW)
    assert not holds(b"another", header, b"body", NOW)


@pytest.mark.parametrize("header", ["", "t=,v1=", "v1=00", "t=x,v1=00", "t=1700000000", "t=²,v1=0"])
def test_header_that_is_none_holds_for_nothing(header: str) -> None:
    assert not holds(SECRET, header, b"body", NOW)


KEY = b"k" * 32


@pytest.mark.parametrize("secret", ["", "s", "segredo de 33 sinais, e mais um é", "🔑" * 50])
def test_sealed_secret_is_opened_by_its_key(secret: str) -> None:
    assert unseal(KEY, "aabbccddeeff", seal(KEY, "aabbccddeeff", secret)) == secret.encode()


def test_secret_is_sealed_differently_each_time_and_not_in_sight() -> None:
    one, other = (seal(KEY, "aabbccddeeff", "the same secret") for _ in range(2))

    assert one != other
    assert "secret" not in one


@pytest.mark.parametrize("place", [0, 20, -6])
def test_seal_that_was_touched_does_not_open(place: int) -> None:
    sealed = seal(KEY, "aabbccddeeff", "a secret of some length")
    at = place % len(sealed)
    touched = sealed[:at] + ("A" if sealed[at] != "A" else "B") + sealed[at + 1 :]

    with pytest.raises(Unsealable):
        unseal(KEY, "aabbccddeeff", touched)


def test_seal_opens_for_no_other_webhook_and_no_other_key() -> None:
    sealed = seal(KEY, "aabbccddeeff", "a secret")

    with pytest.raises(Unsealable):
        unseal(KEY, "ffeeddccbbaa", sealed)
    with pytest.raises(Unsealable, match="another key"):
        unseal(b"x" * 32, "aabbccddeeff", sealed)
    with pytest.raises(Unsealable):
        unseal(KEY, "aabbccddeeff", "é not base64")


def test_key_is_made_once_and_only_its_owner_reads_it(settings: Callable[..., Settings]) -> None:
    chosen = settings()

    assert sealing_key(chosen) == sealing_key(chosen)
    file = chosen.home / "secrets" / "webhook-key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sealing_key(settings(HORUS_WEBHOOK_KEY="one for all machines")) != sealing_key(chosen)


def test_receiver_in_the_docs_takes_what_we_send_and_nothing_else() -> None:
    page = (Path(__file__).parents[4] / "docs" / "webhooks.md").read_text()
    receiver: dict[str, Callable[[str, str, bytes], bool]] = {}
    exec(page.split("```python\n")[1].split("```")[0], receiver)
    genuine = receiver["genuine"]
    header = sign(SECRET, int(time.time()), b"body")

    assert genuine(SECRET.decode(), header, b"body")
    assert not genuine(SECRET.decode(), header, b"another body")
    assert not genuine("another secret", header, b"body")
    assert not genuine(SECRET.decode(), sign(SECRET, int(time.time()) - 400, b"body"), b"body")
