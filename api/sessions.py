"""The cookie that a browser carries after the log-in: whose key began it, until when it holds, signed."""

import hmac
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import scrypt, sha256

import msgspec

COOKIE = "horus_session"
# A wall of monitors must not log itself out in the middle of a shift, nor over a holiday.
SESSION_LASTS = timedelta(days=30)


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A session that is ours and not yet over."""

    key_id: str
    """The key that began it. Whether that key still holds is another question."""
    until: datetime


def begun(key_id: str, admin_key: str, now: datetime) -> str:
    """Return the cookie's value: signed with the administrator's key, so that it outlives a restart, counts
    on all API processes of an installation, and ends for everybody when that key is changed."""
    until = str(int((now + SESSION_LASTS).timestamp()))
    return f"{key_id}.{until}.{_signature(key_id, until, admin_key)}"


def read(token: str, admin_key: str, now: datetime) -> Session | None:
    """Return the session of a cookie, None for one that is forged or over."""
    key_id, _, rest = token.partition(".")
    until, _, signature = rest.partition(".")
    signed = _signature(key_id, until, admin_key)
    # The signature first: what it does not cover is not looked at.
    if not hmac.compare_digest(signature.encode("utf-8", "replace"), signed.encode()):
        return None
    ends = datetime.fromtimestamp(int(until), UTC)
    return Session(key_id=key_id, until=ends) if now < ends else None


def _signature(key_id: str, until: str, admin_key: str) -> str:
    said = f"session of {key_id} until {until}".encode("utf-8", "replace")
    return hmac.new(_stretched(admin_key), said, sha256).hexdigest()


@lru_cache(maxsize=4)
def _stretched(admin_key: str) -> bytes:
    """Return what signs: a viewer who guesses, on his own machine, at the key that signed his cookie pays
    16 MB and some 50 ms a guess (RFC 7914), for a person may have chosen that key. Made once a process."""
    return scrypt(admin_key.encode(), salt=b"horus session", n=2**14, r=8, p=1)
