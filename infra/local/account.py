"""The account that Postgres runs as. It refuses to run as root, and what it touches must be open to it."""

import os
import pwd
import secrets
import shutil
import stat
from pathlib import Path

# Debian's own account for the server, else the one that owns nothing and is on every machine.
ACCOUNTS = ("postgres", "nobody")
# Where a server's files go when the home lies in a folder closed to its account, such as /root.
OPEN_ROOT = Path("/var/lib/horus")


def server_account() -> str | None:
    """Return the account to become before running a server: None (stay as you are) unless root."""
    if os.geteuid() != 0:
        return None
    for name in ACCOUNTS:
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise RuntimeError(f"Postgres does not run as root, and there is no account {' or '.join(ACCOUNTS)}")


def open_to(path: Path, account: str | None) -> bool:
    """Tell whether an account may pass through every folder above ``path``."""
    if account is None:
        return True
    entry = pwd.getpwnam(account)
    return all(_may_pass(folder, entry) for folder in path.absolute().parents if folder.exists())


def _may_pass(folder: Path, entry: pwd.struct_passwd) -> bool:
    status = folder.stat()
    if status.st_uid == entry.pw_uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == entry.pw_gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def own_folder(folder: Path, account: str | None) -> Path:
    """Return a folder that belongs to the account, made when it is missing: ``folder`` itself, or, where that
    is out of its reach, one in the open with ``folder`` as a link to it."""
    if not folder.exists():
        folder.parent.mkdir(parents=True, exist_ok=True)
        if open_to(folder, account):
            folder.mkdir(mode=0o700)
        else:
            elsewhere = OPEN_ROOT / f"{folder.name}-{secrets.token_hex(8)}"
            elsewhere.mkdir(parents=True, mode=0o700)
            OPEN_ROOT.chmod(0o755)
            folder.unlink(missing_ok=True)  # A link whose target was removed.
            folder.symlink_to(elsewhere)
        give(folder, account)
    return folder.resolve()


def give(path: Path, account: str | None) -> None:
    """Make the account the owner of a file or folder."""
    if account is not None:
        entry = pwd.getpwnam(account)
        os.chown(path, entry.pw_uid, entry.pw_gid)


def open_copy(root: Path, trees: tuple[str, ...], name: str) -> Path:
    """Return a folder in the open with copies of the given folders of ``root``, made once; for programs that
    lie out of the account's reach."""
    copy = OPEN_ROOT / name
    if not copy.exists():
        OPEN_ROOT.mkdir(parents=True, exist_ok=True)
        OPEN_ROOT.chmod(0o755)
        beside = OPEN_ROOT / f".{name}-{secrets.token_hex(8)}"
        for tree in trees:
            shutil.copytree(root / tree, beside / tree, symlinks=True)
        try:
            beside.rename(copy)
        except OSError:
            shutil.rmtree(beside)  # Another start copied it first.
    return copy
