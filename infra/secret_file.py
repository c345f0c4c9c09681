"""A secret that an installation makes for itself: a file that only its account may read."""

import os
import secrets
from pathlib import Path


def secret_in(file: Path) -> str:
    """Return the secret in a file; 256 random bits are put there first when there is none.

    Of several processes that start at once, all get the same one. Raises OSError.
    """
    if not file.exists():
        _make(file)
    return file.read_text().strip()


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    beside.touch(mode=0o600, exist_ok=False)
    beside.write_text(secrets.token_urlsafe(32) + "\n")
    try:
        # A link is made in one step and replaces nothing: the first one stays.
        os.link(beside, file)
    except FileExistsError:
        pass
    finally:
        beside.unlink()
