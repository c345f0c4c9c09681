"""Replays over the API: one at a time, followed, cancelled, remembered; and what is refused."""

import asyncio
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from api.replay_child import Child, Failed, command
from api.replay_desk import KEPT, Busy, ReplayDesk
from api.replay_read import ReplayWrite, ResultRead
from infra.settings import Settings
from processors.replay.difference import Counts, difference
from processors.replay.result import Result
from processors.replay.told import Told
from schemas.severity import severity_of
from tests.unit.api.doors import AWAY, closed

SINCE = datetime(2026, 11, 22, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
ASKED = ReplayWrite(since=SINCE, until=SINCE + HOUR, channels=["tv1"], set={"VIDEO_THRESH_FADE": "0.6"})
TOLD = Told(
    uid="u1",
    channel="tv1",
    type="fade",
    start=SINCE,
    end=SINCE + timedelta(seconds=7),
    severity=severity_of(7),
    confidence=0.9,
    closed=True,
)
RESULT = Result(
    since=SINCE,
    until=SINCE + HOUR,
    channels=("tv1",),
    settings={},
    model=None,
    totals=Counts(lost=1),
    by_type={"fade": Counts(lost=1)},
    by_channel={"tv1": Counts(lost=1)},
    differences=(difference(TOLD, None),),
    truncated=False,
    notes=(),
    segments=2,
    samples=9,
    measured_again=0,
    missing=0,
    published=0,
    took_s=0.1,
)


class Work:
    """A replay that ends when it is told to."""

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self.failure: str | None = None
        self.stopped = False

    async def result(self, on_progress: Callable[[float], None]) -> bytes:
        on_progress(0.25)
        await self.over.wait()
        if self.failure is not None:
            raise Failed(self.failure)
        return msgspec.json.encode(RESULT)

    async def stop(self) -> None:
        self.stopped, self.failure = True, "ended by a signal"
        self.over.set()


class Bench:
    """A desk, and the works that it has started."""

    def __init__(self) -> None:
        self.works: list[Work] = []
        self.desk = ReplayDesk(self._start)

    async def _start(self, words: list[str]) -> Work:
        self.works.append(Work())
        return self.works[-1]

    async def ended(self) -> None:
        self.works[-1].over.set()
        while self.desk._at_work is not None:
            await asyncio.sleep(0)


def test_a_replay_is_followed_to_its_result() -> None:
    async def told() -> list[object]:
        bench = Bench()
        begun = await bench.desk.begin(ASKED, "ana")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        early = bench.desk.get(begun.id)
        await bench.ended()
        late = bench.desk.get(begun.id)
        assert early is not None and late is not None and late.result is not None
        return [early.state, early.progress, late.state, late.progress, late.result.totals.lost]

    assert asyncio.run(told()) == ["running", 0.25, "done", 1.0, 1]


def test_a_second_replay_waits_for_the_first() -> None:
    async def told() -> str:
        bench = Bench()
        first = await bench.desk.begin(ASKED, "ana")
        with pytest.raises(Busy, match=first.id):
            await bench.desk.begin(ASKED, "rui")
        await bench.ended()
        return (await bench.desk.begin(ASKED, "rui")).by

    assert asyncio.run(told()) == "rui"


def test_what_is_cancelled_is_no_failure() -> None:
    async def told() -> tuple[str, str | None, bool]:
        bench = Bench()
        begun = await bench.desk.begin(ASKED, "ana")
        cancelled = await bench.desk.cancel(begun.id)
        assert cancelled is not None
        return cancelled.state, cancelled.error, bench.works[0].stopped

    assert asyncio.run(told()) == ("cancelled", None, True)


def test_a_failure_tells_why() -> None:
    async def told() -> tuple[str, str | None]:
        bench = Bench()
        begun = await bench.desk.begin(ASKED, "ana")
        bench.works[0].failure = "Kafka does not answer"
        await bench.ended()
        failed = bench.desk.get(begun.id)
        assert failed is not None
        return failed.state, failed.error

    assert asyncio.run(told()) == ("failed", "Kafka does not answer")


def test_only_the_last_replays_are_remembered() -> None:
    async def told() -> tuple[int, bool]:
        bench = Bench()
        first = await bench.desk.begin(ASKED, "ana")
        await bench.ended()
        for _ in range(KEPT):
            await bench.desk.begin(ASKED, "ana")
            await bench.ended()
        return len(bench.desk.all()), bench.desk.get(first.id) is None

    assert asyncio.run(told()) == (KEPT, True)


def test_what_the_command_prints_is_what_clients_read() -> None:
    read = ResultRead.model_validate_json(msgspec.json.encode(RESULT))
    assert read.differences[0].verdict == "lost"
    assert read.differences[0].link.startswith("/hls/tv1/stream.m3u8?from=2026-11-22T02%3A59%3A55Z")
    assert set(ResultRead.model_fields) == set(Result.__struct_fields__)


def test_the_command_line_says_what_was_asked() -> None:
    asked = ASKED.model_copy(update={"model": "picture", "publish": "try-1"})
    words = command(asked)[3:]
    assert words[words.index("--set") + 1] == "VIDEO_THRESH_FADE=0.6"
    assert words[words.index("--channel") + 1] == "tv1"
    assert words[words.index("--model") + 1] == "picture"
    assert words[words.index("--publish") + 1] == "try-1"
    assert "--json" in words and "--background" in words


def run_child(program: str) -> tuple[bytes, list[float]]:
    async def ran() -> tuple[bytes, list[float]]:
        shares: list[float] = []
        child = await Child.started([sys.executable, "-c", program])
        return await child.result(shares.append), shares

    return asyncio.run(ran())


def test_a_child_is_heard_while_it_works() -> None:
    program = "import sys; print('{\"progress\":0.5}', file=sys.stderr); print('{}')"
    assert run_child(program) == (b"{}\n", [0.5])


def test_a_child_that_fails_is_quoted() -> None:
    program = "import sys; print('horus: no installed model is called x', file=sys.stderr); sys.exit(2)"
    with pytest.raises(Failed, match=r"^no installed model is called x$"):
        run_child(program)


def test_a_child_that_prints_without_end_is_ended() -> None:
    with pytest.raises(Failed, match="too large"):
        run_child("while True: print('x' * 1000000)")


def test_a_child_is_stopped() -> None:
    async def stopped() -> str:
        child = await Child.started([sys.executable, "-c", "import time; time.sleep(600)"])
        await child.stop()
        with pytest.raises(Failed) as failed:
            await child.result(lambda share: None)
        return str(failed.value)

    assert asyncio.run(stopped()) == "the replay ended with code -15"


BODY: dict[str, Any] = {"since": "2026-11-22T03:00:00Z", "until": "2026-11-22T04:00:00Z"}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "naive": ({"since": "2026-11-22T03:00:00"}, "timezone"),
    "backwards": ({"until": "2026-11-22T02:00:00Z"}, "since must be before until"),
    "long": ({"until": "2026-12-22T02:00:00Z"}, "at most 7 days"),
    "unknown setting": ({"set": {"HORUS_PORT": "1"}}, "no setting of the decisions"),
    "bad value": ({"set": {"VIDEO_THRESH_FADE": "7"}}, "VIDEO_THRESH_FADE"),
    "path": ({"model": "../../etc/passwd"}, "model"),
    "file": ({"model": "model.tflite"}, "model"),
    "contract's topic": ({"publish": "horus.ocorrencias.v1"}, "belongs to Horus"),
    "kafka's topic": ({"publish": "__consumer_offsets"}, "belongs to Horus or to Kafka"),
    "file's channel": ({"channels": ["analise-" + "0" * 32]}, "analysed file"),
    "unknown field": ({"chanels": ["tv1"]}, "chanels"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_asked_is_refused_with_the_reason(
    case: str, settings: Callable[..., Settings]
) -> None:
    change, reason = REFUSED[case]
    answer = closed(settings(**AWAY)).client("operator").post("/api/v1/replays", json={**BODY, **change})
    assert answer.status_code == 422
    assert reason in answer.json()["detail"]


def test_while_kafka_is_away_nothing_is_begun(settings: Callable[..., Settings]) -> None:
    answer = closed(settings(**AWAY)).client("operator").post("/api/v1/replays", json=BODY)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]


def test_viewers_read_and_operators_begin(settings: Callable[..., Settings]) -> None:
    viewer = closed(settings(**AWAY)).client("viewer")
    assert viewer.post("/api/v1/replays", json=BODY).status_code == 403
    assert viewer.get("/api/v1/replays").json() == []
    unknown = viewer.get("/api/v1/replays/" + "0" * 32)
    assert (unknown.status_code, "there is no replay" in unknown.json()["detail"]) == (404, True)
