"""The key that seals what opens a source: the one set, else a file of this installation."""

from base64 import urlsafe_b64decode
from binascii import Error
from pathlib import Path

from infra.sealed_url import NotOpened
from infra.secret_file import secret_in
from infra.settings import Settings

# As people are told of it: a status goes to every viewer, whom the machine's folders do not concern.
_WHERE = "<home>/secrets/seal-key"


class BadSealKey(ValueError):
    """The file of the key holds none; the text is one line that says what to do."""


def key_to_seal(settings: Settings) -> str:
    """Return the key, made at first need. Raises BadSealKey, and OSError when it cannot be kept."""
    return _set(settings) or _key(secret_in(_file(settings)))


def key_to_open(settings: Settings) -> str:
    """Return the key; none is made, for it would open nothing. Raises NotOpened."""
    given = _set(settings)
    if given is not None:
        return given
    try:
        return _key(_file(settings).read_text().strip())
    except (OSError, UnicodeDecodeError, BadSealKey) as error:
        why = error.strerror if isinstance(error, OSError) else "it holds no key"
        raise NotOpened(
            f"there is no key to the sealed address ({_WHERE}: {why}): set HORUS_SEAL_KEY to the one that it "
            "was sealed with, or configure the channel again with its whole address"
        ) from error


def _set(settings: Settings) -> str | None:
    given = settings.horus_seal_key
    return _padded(given.get_secret_value()) if given is not None else None


def _file(settings: Settings) -> Path:
    return settings.home / "secrets" / "seal-key"


def _key(text: str) -> str:
    try:
        whole = len(urlsafe_b64decode(_padded(text))) == 32
    except (Error, ValueError):
        whole = False
    if not whole:
        raise BadSealKey(f"{_WHERE} holds no key: put it back, or remove the file for a new one")
    return _padded(text)


def _padded(text: str) -> str:
    """Return base64 with the signs at its end that a file of ours leaves out."""
    return text + "=" * (-len(text) % 4)
