"""Keys: how they are made, told apart and checked. Kept are only their hashes."""

import hmac
import re
import secrets
from hashlib import sha256

import msgspec

from infra.secret_file import secret_in
from infra.settings import Settings

SECRET_BYTES = 32
"""256 bits: beyond guessing, which is why one round of SHA-256 is enough and slow hashes add nothing."""
ID_BYTES = 6
PREFIX = "hrs"
"""Lets scanners of repositories and logs find a key that got out."""

_FORM = re.compile(rf"{PREFIX}\.([0-9a-f]{{{2 * ID_BYTES}}})\.([A-Za-z0-9_-]{{1,200}})")


class NewKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key that was just made."""

    key_id: str
    key: str
    """The whole key, for its holder alone."""
    hash: str
    """SHA-256 of its secret part, in hex."""


def mint() -> NewKey:
    """Make a key of 256 random bits."""
    key_id, secret = secrets.token_hex(ID_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    return NewKey(key_id=key_id, key=f"{PREFIX}.{key_id}.{secret}", hash=_hash(secret))


def id_of(given: str) -> str | None:
    """Return the id that a key names; None for what has not the form of a made key."""
    found = _FORM.fullmatch(given)
    return found[1] if found else None


def holds(given: str, kept_hash: str | None) -> bool:
    """Compare a made key with its hash in constant time, as long for a key that nobody has (None)."""
    found = _FORM.fullmatch(given)
    right = hmac.compare_digest(_hash(found[2] if found else ""), kept_hash or "0" * 64)
    return right and found is not None and kept_hash is not None


def same(given: str, key: str) -> bool:
    """Compare a key with the administrator's own in constant time, whatever its length and signs."""
    # Headers are Latin-1 on the wire, bodies may hold anything: nothing of it may fail to encode.
    return hmac.compare_digest(_digest(given), _digest(key))


def admin_key(settings: Settings) -> str:
    """Return the administrator's key: the one set, else that in ``<home>/secrets/admin-key``, made if not
    there."""
    if settings.horus_admin_key is not None:
        return settings.horus_admin_key.get_secret_value()
    return secret_in(settings.home / "secrets" / "admin-key")


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _digest(text: str) -> bytes:
    return sha256(text.encode("utf-8", "surrogatepass")).digest()
