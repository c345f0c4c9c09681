"""Secrets of webhooks, and the addresses that carry tokens, as they lie in the log: sealed with a key that is
not in it.

A signature needs the secret itself, so a hash will not do. The key is HORUS_WEBHOOK_KEY, or a file that only
Horus' account may read, ``<home>/secrets/webhook-key``; API processes on several machines are given the same
one. Who reads the log, or a copy of it, learns no secret; who has both has them all.

Encrypt-then-MAC with HMAC-SHA256 from the standard library: the keystream is the PRF in counter mode (NIST SP
800-108), over a nonce of 16 random bytes that no two seals share; the tag covers id, nonce and text.
"""

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from hashlib import sha256

from infra.secret_file import secret_in
from infra.settings import Settings

_NONCE = 16
_TAG = 32


class Unsealable(ValueError):
    """A sealed secret that this key does not open: another key, or another holder's."""


def sealing_key(settings: Settings) -> bytes:
    """Return the key: the one set, else that in the home's secrets, made if not there."""
    if settings.horus_webhook_key is not None:
        return sha256(settings.horus_webhook_key.get_secret_value().encode()).digest()
    return sha256(secret_in(settings.home / "secrets" / "webhook-key").encode()).digest()


def seal(key: bytes, holder: str, secret: str) -> str:
    """Return a secret as it may lie in the log; it opens for its holder alone, e.g. the id of a webhook."""
    nonce = secrets.token_bytes(_NONCE)
    text = secret.encode()
    hidden = _xor(text, _stream(key, nonce, len(text)))
    return urlsafe_b64encode(nonce + hidden + _tag(key, holder, nonce + hidden)).decode()


def unseal(key: bytes, holder: str, sealed: str) -> bytes:
    """Return the secret of a holder. Raises Unsealable."""
    try:
        whole = urlsafe_b64decode(sealed.encode())
    except (Error, UnicodeEncodeError) as error:
        raise Unsealable("not a sealed secret") from error
    body, tag = whole[:-_TAG], whole[-_TAG:]
    if len(body) < _NONCE or not hmac.compare_digest(tag, _tag(key, holder, body)):
        raise Unsealable("sealed with another key (HORUS_WEBHOOK_KEY, <home>/secrets/webhook-key)")
    nonce, hidden = body[:_NONCE], body[_NONCE:]
    return _xor(hidden, _stream(key, nonce, len(hidden)))


def _stream(key: bytes, nonce: bytes, length: int) -> bytes:
    own = hmac.digest(key, b"horus webhook stream", sha256)
    blocks = range((length + 31) // 32)
    return b"".join(hmac.digest(own, nonce + each.to_bytes(4, "big"), sha256) for each in blocks)[:length]


def _tag(key: bytes, holder: str, body: bytes) -> bytes:
    own = hmac.digest(key, b"horus webhook tag", sha256)
    return hmac.digest(own, holder.encode() + b"\0" + body, sha256)


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))
