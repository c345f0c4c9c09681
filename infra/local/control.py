"""Talking to the supervisor of an installation over its socket."""

import http.client
import xmlrpc.client
from dataclasses import dataclass
from typing import Any, cast

from supervisor.xmlrpc import Faults, SupervisorTransport

from infra.local.installation import Installation
from infra.local.processes import Group


@dataclass(frozen=True)
class State:
    """How a process fares. ``state`` is supervisord's word: RUNNING, STARTING, BACKOFF, STOPPED..."""

    name: str
    state: str
    pid: int
    """0 while it does not run."""
    started_at: int
    """Seconds since 1970."""
    described: str
    """supervisord's line about it: why it failed, or how long it has run."""


class NotRunning(RuntimeError):
    """No supervisor answers in this home."""


class Stopping(NotRunning):
    """The supervisor is on its way out and takes no orders."""


class Control:
    """A supervisor, running or not."""

    def __init__(self, installation: Installation) -> None:
        """Name it; nothing is connected before a call."""
        transport = SupervisorTransport(None, None, f"unix://{installation.socket}")
        self._server = xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport)

    def running(self) -> bool:
        """Tell whether a supervisor answers."""
        try:
            self.pid()
        except NotRunning:
            return False
        return True

    def pid(self) -> int:
        """Return the supervisor's process id. Raises NotRunning."""
        return int(self._call("supervisor.getPID"))

    def states(self) -> list[State]:
        """Return the state of every process. Raises NotRunning."""
        return [
            State(
                name=each["name"],
                state=each["statename"],
                pid=each["pid"],
                started_at=each["start"],
                described=each["spawnerr"] or each["description"],
            )
            for each in self._call("supervisor.getAllProcessInfo")
        ]

    def start(self, group: Group, name: str) -> None:
        """Ask for a process to be started; returns at once. Raises NotRunning."""
        try:
            self._call("supervisor.startProcess", f"{group}:{name}", False)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != Faults.ALREADY_STARTED:
                raise

    def shutdown(self) -> None:
        """Ask the supervisor to stop everything and end; returns at once. Raises NotRunning."""
        self._call("supervisor.shutdown")

    def _call(self, method: str, *given: object) -> Any:
        try:
            called = cast(Any, self._server)
            for part in method.split("."):
                called = getattr(called, part)
            return called(*given)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode == Faults.SHUTDOWN_STATE:
                raise Stopping("Horus is stopping") from fault
            raise
        except (OSError, http.client.HTTPException, xmlrpc.client.ProtocolError) as error:
            raise NotRunning("Horus does not run here") from error
        finally:
            # A kept connection would go stale with the supervisor it belongs to.
            cast(Any, self._server)("close")()
