"""Where the pieces of one installation lie below its home."""

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from infra.settings import Settings

# A Unix socket's path holds 107 bytes (<sys/un.h>), and supervisord first makes it as `<name>.<pid>`.
LONGEST_SOCKET = 107 - len(".4194304")


@dataclass(frozen=True)
class Installation:
    """The files of one installation."""

    home: Path

    @property
    def run(self) -> Path:
        """Return the folder of what lives as long as a run."""
        return self.home / "run"

    @property
    def logs(self) -> Path:
        """Return the folder with a log for each process."""
        return self.home / "logs"

    @property
    def stages(self) -> Path:
        """Return the folder in which each Faust app makes one of its own."""
        return self.home / "faust"

    @property
    def conf(self) -> Path:
        """Return the supervisor's configuration."""
        return self.run / "supervisord.conf"

    @property
    def pid_file(self) -> Path:
        """Return the file with the supervisor's process id."""
        return self.run / "supervisord.pid"

    @property
    def lock(self) -> Path:
        """Return the file that whoever starts the stack holds locked."""
        return self.run / "lock"

    @property
    def supervisor_log(self) -> Path:
        """Return the supervisor's own log: every start and end of a process."""
        return self.logs / "supervisord.log"

    @property
    def socket(self) -> Path:
        """Return the supervisor's socket: in the home, or where its path is short enough."""
        in_home = self.run / "supervisor.sock"
        if len(os.fsencode(in_home)) <= LONGEST_SOCKET:
            return in_home
        name = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"horus-{os.getuid()}-{name}" / "supervisor.sock"

    def log(self, process: str) -> Path:
        """Return the log of a process."""
        return self.logs / f"{process}.log"

    def make_folders(self) -> None:
        """Make what a run needs. Raises OSError, also when the socket's folder belongs to somebody else."""
        for folder in (self.home, self.run, self.logs, self.stages):
            folder.mkdir(parents=True, exist_ok=True)
        folder = self.socket.parent
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.stat().st_uid != os.getuid():
            raise PermissionError(f"{folder} belongs to somebody else")


def api_url(settings: Settings) -> str:
    """Return the address to open in a browser on this machine."""
    anywhere = {"0.0.0.0", "::", ""}  # noqa: S104 - read, not bound
    host = "127.0.0.1" if settings.horus_host in anywhere else settings.horus_host
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.horus_port}"
