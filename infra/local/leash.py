"""``python leash.py PARENT SIGNAL USER COMMAND...``: run a command that dies by SIGNAL when its parent dies.

Nothing may outlive a supervisor killed by SIGKILL, which can tell nobody. `setpriv --pdeathsig` would do
but for a race: when the parent dies before the request is made, the child stays for ever.
"""

import ctypes
import os
import pwd
import signal
import sys
from pathlib import Path

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
SAME_USER = "-"
PARENT_IS_GONE = 0


def leashed(
    command: list[str],
    *,
    parent: int | Path,
    by: signal.Signals = signal.SIGKILL,
    user: str | None = None,
) -> list[str]:
    """Return a command line that runs ``command`` until its parent dies.

    ``parent`` is the parent's process id or a file that holds it, ``by`` the signal that the command then
    gets, ``user`` the account to become first (needs root). The kernel watches the *thread* that started the
    child: start it from one that lives as long.
    """
    # -I -S: without site-packages and environment the interpreter is up in 10 ms instead of 40.
    return [sys.executable, "-I", "-S", __file__, str(parent), by.name, user or SAME_USER, *command]


def main() -> int:
    """Put on the leash, then become the command; returns only when the parent is already gone."""
    parent, by, user, *command = sys.argv[1:]
    # Before the change of user: the file may lie in a folder that is closed to it.
    expected = _parent(parent)
    if user != SAME_USER:
        account = pwd.getpwnam(user)
        os.initgroups(user, account.pw_gid)
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)
    # After the change of user, which clears the request.
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.Signals[by], 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != expected:
        return PARENT_IS_GONE
    os.execvp(command[0], command)


def _parent(named: str) -> int:
    return int(named) if named.isdigit() else int(Path(named).read_text())


if __name__ == "__main__":
    sys.exit(main())
