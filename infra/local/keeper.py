"""Keeping a stack up from the foreground: started, watched, started again when its supervisor is killed."""

import contextlib
import subprocess
import threading
import time
from collections.abc import Callable, Mapping

from infra.local.bring_up import bring_up
from infra.local.control import NotRunning
from infra.local.ports import complaints
from infra.local.preflight import wanted_ports
from infra.local.stack import Say, Stack
from infra.local.supervise import start_supervisor, take_down

# How soon a killed process is spoken of, and a killed supervisor replaced.
WATCH_S = 0.5
# What was on leashes is gone within a moment; a Postgres that ends by itself takes a little longer.
PORTS_DEADLINE_S = 15.0
# Between tries to bring up what does not come up: as long as a person needs to read why.
AGAIN_S = 5.0
TAKE_DOWNS = 2


class Keeper:
    """A stack and the thread that keeps it up. The thread lives as long as the supervisor's leash needs."""

    def __init__(
        self, stack: Stack, environment: Mapping[str, str], migrate: Callable[[], None], say: Say
    ) -> None:
        """Prepare; nothing starts before `start`."""
        self._stack = stack
        self._environment = environment
        self._migrate = migrate
        self._say = say
        self._stopping = threading.Event()
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._pids: dict[str, int] = {}
        self._supervisor: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
        self.ended = threading.Event()
        """Set when the stack is down for good: it was told so, or the first start failed."""

    def start(self) -> None:
        """Start everything and return when it is ready. Raises what made the first start fail."""
        self._thread.start()
        # In short waits: a wait without end would not let Ctrl-C through.
        while not self._ready.wait(WATCH_S):
            pass
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Take everything down and return when nothing is left. A second Ctrl-C meanwhile is the caller's."""
        self._stopping.set()
        deadline = time.monotonic() + PORTS_DEADLINE_S
        taken_down = 0
        while self._thread.is_alive() and time.monotonic() < deadline:
            # Not running: somebody else was faster, it never came up, or it is only now coming up.
            with contextlib.suppress(NotRunning):
                take_down(self._stack.installation)
                taken_down += 1
                # The second is for a supervisor that was just being started anew. No more: one that has
                # ended, but whose end nobody has taken note of yet, can be taken down for ever.
                if taken_down <= TAKE_DOWNS:
                    deadline = time.monotonic() + PORTS_DEADLINE_S
            self._thread.join(WATCH_S)

    def _run(self) -> None:
        try:
            self._begin()
        except BaseException as error:
            self._failure = error
            self.ended.set()
            self._ready.set()
            return
        self._ready.set()
        try:
            self._watch()
        finally:
            # Also when there is nobody left to tell: `horus up | head` must not wait for ever.
            self.ended.set()

    def _watch(self) -> None:
        while not self._stopping.wait(WATCH_S):
            code = self._supervisor.poll() if self._supervisor is not None else None
            if code is None:
                self._tell_of_restarts()
            elif code == 0:
                break  # `horus down`, from another terminal.
            else:
                self._say(f"the supervisor ended ({code}), and all with it: starting again")
                self._begin_again()
        # Not before the supervisor has ended: its leash is tied to this thread, and would cut it short.
        while self._supervisor is not None and self._supervisor.poll() is None:
            time.sleep(WATCH_S)

    def _begin(self) -> None:
        self._supervisor = start_supervisor(self._stack.installation, self._environment, on_leash=True)
        bring_up(self._stack, self._migrate, self._say)
        self._pids = {each.name: each.pid for each in self._stack.control.states()}

    def _begin_again(self) -> None:
        deadline = time.monotonic() + PORTS_DEADLINE_S
        while complaints(wanted_ports(self._stack.settings)) and time.monotonic() < deadline:
            time.sleep(WATCH_S)
        try:
            self._begin()
        except Exception as error:
            # Whatever it was, the next try may find it gone: a keeper that ends keeps nothing.
            if not self._stopping.is_set():
                self._say(str(error))
                self._stopping.wait(AGAIN_S)
                # Half a stack is no ground to build on; with its supervisor goes all of it.
                if self._supervisor is not None:
                    self._supervisor.kill()

    def _tell_of_restarts(self) -> None:
        try:
            states = self._stack.control.states()
        except NotRunning:
            return  # Its end is noticed by the next look at the process.
        for each in states:
            if each.pid and each.pid != self._pids.get(each.name):
                self._pids[each.name] = each.pid
                self._say(f"{each.name} ended and was started again (pid {each.pid})")
