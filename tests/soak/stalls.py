"""How long an event took from the media to a reader of the log, and which blow it had to wait for."""

import threading
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from confluent_kafka import Message

from infra.follow import Follower
from infra.following import Following
from schemas.envelope import Envelope
from schemas.topics import OCORRENCIAS
from tests.soak.harvest import Told
from tests.soak.knife import Struck
from tests.soak.stages_judged import DECIDED

# What stands between the media and an occurrence: a blow to anything else delays none.
ON_THE_WAY = frozenset(("kafka", "supervisor", "playout", "video", "audio", "decisions", "media"))
# A blow that fell so long before the media was there may still be what it waited for: restarts take as long.
BEFORE = timedelta(seconds=8)
UNDISTURBED = "(no blow)"
SEVERAL = "(several at once)"


class Stall(msgspec.Struct, frozen=True, kw_only=True):
    """The longest wait behind one kind of blow."""

    blow: str
    longest_s: float
    median_s: float
    events: int


class Arrivals:
    """A reader of the occurrences that notes when each event reached it, as any consumer downstream would."""

    def __init__(self, bootstrap_servers: str) -> None:
        """Prepare; nothing is read before `start`."""
        self._servers = bootstrap_servers
        self._lock = threading.Lock()
        self._noted: dict[int, datetime] = {}
        self._following = Following("arrivals", self._followers)

    def start(self) -> None:
        """Begin, in a thread; a broker that is away is waited for."""
        self._following.start()

    def stop(self) -> dict[int, datetime]:
        """Stop, and return when each offset arrived first."""
        self._following.stop()
        with self._lock:
            return dict(self._noted)

    def _followers(self) -> Sequence[Follower]:
        return (Follower(self._servers, OCORRENCIAS, self._take),)

    def _take(self, _: Envelope, message: Message) -> None:
        with self._lock:
            self._noted.setdefault(message.offset() or 0, datetime.fromtimestamp(time.time(), UTC))


def stalls(events: Sequence[Told], arrived: Mapping[int, datetime], struck: Sequence[Struck]) -> list[Stall]:
    """Return the longest wait by kind of blow: from the end of the deciding segment to the reader."""
    blows = sorted((each for each in struck if each.target in ON_THE_WAY), key=lambda each: each.at)
    waits: dict[str, list[float]] = {}
    seen: set[str] = set()
    for each in events:
        event = each.envelope.event
        if not isinstance(event, DECIDED) or each.envelope.id in seen or each.offset not in arrived:
            continue
        seen.add(each.envelope.id)
        if event.why.segment is None:
            continue
        due, came = event.why.segment.end, arrived[each.offset]
        waits.setdefault(_cause(blows, due, came), []).append((came - due).total_seconds())
    return sorted(
        (
            Stall(
                blow=blow,
                longest_s=round(max(lasted), 1),
                median_s=round(sorted(lasted)[len(lasted) // 2], 1),
                events=len(lasted),
            )
            for blow, lasted in waits.items()
        ),
        key=lambda stall: -stall.longest_s,
    )


def _cause(blows: Sequence[Struck], due: datetime, came: datetime) -> str:
    """Return the blow that lay in the way of an event; of several nobody knows which one it waited for."""
    met = [blow for blow in blows if blow.until >= due - BEFORE and blow.at <= came]
    if not met:
        return UNDISTURBED
    return f"{met[0].kind} {met[0].target}" if len(met) == 1 else SEVERAL
