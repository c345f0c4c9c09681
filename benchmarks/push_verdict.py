"""What the clients of `benchmarks.push_stress` should have got, and what they got."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from api.message import Message, kind_of
from benchmarks.push_follower import Follower
from infra.follow import read_all
from schemas.events.ocorrencias import OcorrenciaEvent
from schemas.ocorrencia import Ocorrencia, fold
from schemas.topics import OCORRENCIAS


@dataclass(frozen=True)
class Verdict:
    """What came of it."""

    clients: int
    events: int
    messages: int
    delivered: int
    missed: int
    doubled: int
    different: int
    not_recovered: int
    kills: int
    codes: Counter[str]
    p50_ms: float
    p99_ms: float

    @property
    def holds(self) -> bool:
        """Tell whether every client got exactly what it should have."""
        wrong = self.missed or self.doubled or self.different or self.not_recovered
        return not wrong and not self.codes["close 1011"] and self.delivered > 0

    def __str__(self) -> str:
        codes = ", ".join(f"{code} {count}" for code, count in sorted(self.codes.items()))
        return (
            f"{self.clients} clients, {self.events} events, {self.messages} messages, {self.kills} kills\n"
            f"delivered {self.delivered:,}: missed {self.missed}, doubled {self.doubled}, "
            f"different {self.different}, not recovered {self.not_recovered}\n"
            f"connections ended: {codes}\n"
            f"publish -> client, of what came live: p50 {self.p50_ms:.0f} ms, p99 {self.p99_ms:.0f} ms"
        )


def oracle(kafka: str) -> list[Message]:
    """Return all messages there are, by folding the log from its beginning on, with nothing else."""
    states: dict[str, Ocorrencia] = {}
    messages: list[Message] = []
    for envelope, record in read_all(kafka, OCORRENCIAS):
        event, offset = envelope.event, record.offset() or 0
        if not isinstance(event, OcorrenciaEvent):
            continue
        before = states.get(event.uid)
        after = fold(before, event, event_id=envelope.id, offset=offset, time=envelope.time)
        if after is not None and after is not before:
            states[event.uid] = after
            messages.append(Message(offset, kind_of(before, after), after))
    return messages


def judge(
    followers: list[Follower], messages: list[Message], written: Mapping[int, float], kills: int
) -> Verdict:
    """Compare what each client got with what it should have got; ``written`` says when each event was."""
    texts = {message.cursor: hash(message.text.encode()) for message in messages}
    missed = doubled = different = 0
    codes: Counter[str] = Counter()
    late: list[float] = []
    for follower in followers:
        wanted, first = follower.plan.wanted, follower.plan.cursor
        expected = [each.cursor for each in messages if each.cursor > first and wanted.wants(each.state)]
        got = [cursor for cursor, _ in follower.heard.messages]
        missed += len(set(expected) - set(got))
        doubled += len(got) - len(set(got))
        # In another order, not asked for, or in other words.
        different += sum(1 for cursor, text in follower.heard.messages if texts.get(cursor) != text)
        different += len(set(got) - set(expected)) + (got != sorted(got))
        codes += follower.codes
        late += _delays(follower, written)
    late.sort()
    return Verdict(
        clients=len(followers),
        events=len(written),
        messages=len(messages),
        delivered=sum(len(follower.heard.messages) for follower in followers),
        missed=missed,
        doubled=doubled,
        different=different,
        not_recovered=sum(follower.heard.not_recovered for follower in followers),
        kills=kills,
        codes=codes,
        p50_ms=1000 * late[len(late) // 2] if late else 0.0,
        p99_ms=1000 * late[int(len(late) * 0.99)] if late else 0.0,
    )


def _delays(follower: Follower, written: Mapping[int, float]) -> list[float]:
    """Return how long what was written during a connection took, a second after its begin and later."""
    sessions = iter(follower.sessions)
    began, ended = next(sessions, (0.0, 0.0))
    found = []
    for cursor, now in follower.arrivals:
        while now > ended and ended:
            began, ended = next(sessions, (0.0, 0.0))
        then = written.get(cursor, 0.0)
        if ended and then > began + 1:
            found.append(now - then)
    return found
