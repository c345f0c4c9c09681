"""The analyses of the last month, as the log tells them, and waiting for one to be over."""

import asyncio
import threading
from collections.abc import Callable, Sequence

from confluent_kafka import Message

from api.analysis_state import AnalysisState, folded
from infra.follow import Follower
from infra.following import Following
from schemas.envelope import Envelope
from schemas.topics import ANALYSES

Condition = Callable[[AnalysisState], bool]


class AnalysisBoard:
    """Follows ``horus.analyses.v1``. `get` may be called from any thread, the rest on the event loop."""

    def __init__(self, bootstrap_servers: str) -> None:
        """Prepare; nothing is read before `start`."""
        self._bootstrap_servers = bootstrap_servers
        self._lock = threading.Lock()
        self._states: dict[str, AnalysisState] = {}
        self._waiting: dict[asyncio.Future[None], tuple[str, Condition]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._following = Following("analyses", self._followers)

    def start(self) -> None:
        """Begin to follow, in a thread; a broker that is away is waited for. Call it on the event loop."""
        self._loop = asyncio.get_running_loop()
        self._following.start()

    def stop(self) -> None:
        """Stop following."""
        self._following.stop()

    @property
    def ready(self) -> bool:
        """Tell whether the topic has been read to its end and is followed."""
        return self._following.ready

    def get(self, channel: str) -> AnalysisState | None:
        """Return the analysis that runs, or ran, on a channel."""
        with self._lock:
            return self._states.get(channel)

    async def wait(self, channel: str, until: Condition, within_s: float) -> AnalysisState | None:
        """Return the analysis once ``until`` holds of it, or as it is when that takes too long."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[future] = (channel, until)
        try:
            # What came before this was said is known; what comes after it settles the future.
            self._settle(channel)
            async with asyncio.timeout(within_s):
                await future
        except TimeoutError:
            pass
        finally:
            del self._waiting[future]
        return self.get(channel)

    def _followers(self) -> Sequence[Follower]:
        return (Follower(self._bootstrap_servers, ANALYSES, self._take),)

    def _take(self, envelope: Envelope, _: Message) -> None:
        channel = envelope.event.channel
        with self._lock:
            state = folded(self._states.get(channel), envelope.event)
            if state is None:
                return
            self._states[channel] = state
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._settle, channel)

    def _settle(self, channel: str) -> None:
        state = self.get(channel)
        if state is None:
            return
        for future, (awaited, until) in list(self._waiting.items()):
            if awaited == channel and not future.done() and until(state):
                future.set_result(None)
