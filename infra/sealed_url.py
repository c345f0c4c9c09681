"""The address of a source as it lies in the log: where it is can be read, what opens it is sealed.

Whoever reads ``horus.streams.v1``, or a copy of it, learns what `infra.shown_url` shows and the names of
the options; the key is in no event (`infra.seal_key`). Each secret is sealed together with its host, so that
nobody who read it in the log can have Horus tell it to a host of his own. Fernet: AES-128-CBC, HMAC-SHA256.
"""

import re
from collections.abc import Callable
from urllib.parse import urlsplit, urlunsplit

from cryptography.fernet import Fernet, InvalidToken

from infra.shown_url import HARMLESS

Key = Callable[[], str]
"""Returns the key, as Fernet takes it; asked only where there is something to seal or to open."""

_SIGN = "sealed:"
# What Fernet makes begins with its version and the high bytes of a clock, and has 100 letters at least: a
# passphrase that only begins like the sign is one to be sealed itself.
_SEALED = re.compile(rf"{_SIGN}(gAAAAA[A-Za-z0-9_-]{{92,}}={{0,2}})")
# Their paths name a file or a device of the machine, and open nothing.
_LOCAL = frozenset({"", "file", "v4l2"})


class NotOpened(ValueError):
    """A sealed address that cannot be opened here; the text is one line that says what to do."""


def seal(url: str, key: Key) -> str:
    """Return an address (`infra.source_url.check`) with user, password, path and all options sealed but the
    harmless ones. What is sealed already stays as it is. Raises what ``key`` raises."""

    def hidden(text: str, place: str) -> str:
        if _SEALED.fullmatch(text):
            return text
        return _SIGN + Fernet(key()).encrypt(f"{place}\n{text}".encode()).decode()

    return _changed(url, hidden)


def unsealed(url: str, key: Key) -> str:
    """Return an address as ffmpeg opens it; a plain one, as older events hold it, is returned as it is.

    Raises NotOpened when the key is another one, or the address has been put together of others.
    """

    def shown(text: str, place: str) -> str:
        found = _SEALED.fullmatch(text)
        if found is None:
            return text
        try:
            sealed_for, _, secret = Fernet(key()).decrypt(found[1]).decode().partition("\n")
        except InvalidToken:
            raise NotOpened(
                "the address is sealed with another key: set HORUS_SEAL_KEY to the one that it was sealed "
                "with, or configure the channel again with its whole address"
            ) from None
        if sealed_for != place:
            raise NotOpened(
                "the address holds a secret that was sealed for another host: configure the channel again "
                "with its whole address"
            )
        return secret

    return _changed(url, shown)


def _changed(url: str, change: Callable[[str, str], str]) -> str:
    """Return an address with each part that may open its source changed, given it and its place."""
    parts = urlsplit(url)
    if parts.scheme in _LOCAL:
        return url
    user, at, host = parts.netloc.rpartition("@")
    place = f"{parts.scheme}://{host.lower()}"

    def option(pair: str) -> str:
        name, _, value = pair.partition("=")
        if name in HARMLESS:
            return pair
        # A token may stand for itself, without a name and with the signs that base64 ends with.
        if _SEALED.fullmatch(pair) or not value.strip("="):
            return changed(pair)
        return f"{name}={changed(value)}"

    def changed(text: str) -> str:
        return change(text, place) if text else text

    # RTMP and HLS carry their keys in the path, and no sign tells which part of it is one.
    slash, path = parts.path[:1], parts.path[1:]
    return urlunsplit(
        parts._replace(
            netloc=f"{changed(user)}{at}{host}",
            path=slash + changed(path),
            query="&".join(map(option, parts.query.split("&"))),
            # ffmpeg reads a # within a passphrase as a part of it.
            fragment=changed(parts.fragment),
        )
    )
