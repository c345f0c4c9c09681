"""Coverage and availability as the API tells them from rows that the projections wrote."""

import csv
import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, text
from starlette.testclient import TestClient

from infra import clock
from infra.settings import Settings
from projections import migrate
from projections.coverage import Coverage
from projections.ocorrencias import Ocorrencias
from projections.projection import Placed, Projection
from projections.source import Partition
from projections.statistics import Statistics
from schemas.events import Event, OcorrenciaAcknowledged
from schemas.topics import OCORRENCIAS
from tests.alarms import Alarm
from tests.integration.api.conftest import new_database
from tests.unit.api.doors import AWAY, closed
from tests.watching import T0, after, enveloped, status, watched

HOUR = T0.replace(minute=0)
LENGTH_S = 900


@pytest.fixture(scope="module")
def engine(postgres: str) -> Iterator[Engine]:
    with new_database(postgres) as url:
        engine = create_engine(url)
        migrate.upgrade(engine)
        yield engine
        engine.dispose()


@pytest.fixture
def write(engine: Engine) -> Callable[[Sequence[Event]], None]:
    """Return what projects events into emptied tables."""
    projections: tuple[Projection, ...] = (Coverage(), Statistics(), Ocorrencias())
    names = ", ".join(each.table(1).name for projection in projections for each in projection.kept)
    with engine.begin() as connection:
        connection.execute(text(f"TRUNCATE {names}"))

    def written(events: Sequence[Event]) -> None:
        placed = [
            Placed(partition=Partition(OCORRENCIAS.name, 0), offset=offset, envelope=enveloped(event))
            for offset, event in enumerate(events)
        ]
        with engine.begin() as connection:
            for projection in projections:
                projection.apply(connection, placed)

    return written


@pytest.fixture
def ask(
    engine: Engine, settings: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """Return what asks the API, an hour after the events."""
    monkeypatch.setattr(clock, "now", lambda: HOUR + timedelta(hours=2))
    url = engine.url.render_as_string(hide_password=False)
    client: TestClient = closed(settings(**{**AWAY, "DATABASE_URL": url})).client("viewer")

    def asked(route: str, **question: object) -> Any:
        answer = client.get(f"/api/v1/{route}", params=question)
        assert answer.status_code == 200, answer.text
        return answer

    return asked


def window(since_s: float, until_s: float) -> dict[str, str]:
    return {"from": after(since_s).isoformat(), "to": after(until_s).isoformat()}


def test_minutes_tell_what_their_seconds_were(
    write: Callable[[Sequence[Event]], None], ask: Callable[..., Any]
) -> None:
    fade = Alarm(start=after(10))
    write(
        [
            *watched(0, 90),
            fade.opened(),
            fade.closed(8),
            status("stopped", 150),
            status("connecting", 180),
            *watched(180, 240),
        ]
    )

    found = ask("coverage", channel="tv1", **window(0, 300)).json()

    assert (found["told_until"], found["step"]) == (after(240).isoformat(), "minute")
    (channel,) = found["channels"]
    assert channel["known_since"] == T0.isoformat()
    assert [
        [point[name] for name in ("healthy_s", "faulty_s", "off_s", "not_observed_s")]
        for point in channel["points"]
    ] == [[52, 8, 0, 0], [30, 0, 0, 30], [0, 0, 30, 30], [60, 0, 0, 0], [0, 0, 0, 60]]
    assert channel["points"][0]["faults"] == {"fade": 8}


def test_hours_add_up_to_the_minutes(
    write: Callable[[Sequence[Event]], None], ask: Callable[..., Any]
) -> None:
    fade, silence = Alarm(start=after(10)), Alarm(kind="ausencia_audio", start=after(15))
    write([*watched(0, 200), fade.opened(), fade.closed(100), silence.opened(), silence.closed(50)])
    sums = []
    for step in ("minute", "hour"):
        (channel,) = ask("coverage", channel="tv1", step=step, **window(-600, 3000)).json()["channels"]
        points = channel["points"]
        sums.append(
            [sum(each[name] for each in points) for name in ("seconds", "healthy_s", "not_observed_s")]
            + [sum(each["faults"].get(kind, 0) for each in points) for kind in ("fade", "ausencia_audio")]
        )
    assert sums[0] == sums[1] == [3000, 100, 2800, 100, 50]


def test_channels_come_by_name_and_page_by_page(
    write: Callable[[Sequence[Event]], None], ask: Callable[..., Any]
) -> None:
    names = ["news", "tv1", "tv10", "tv2"]
    write([event for name in names for event in watched(0, 60, name)])
    pages: list[list[str]] = []
    cursor = None
    while True:
        answer = ask("availability", limit=3, **window(0, 60), **({"cursor": cursor} if cursor else {}))
        pages.append([each["channel"] for each in answer.json()["channels"]])
        cursor = answer.headers.get("X-Next-Cursor")
        if cursor is None:
            break
    told = list(itertools.chain(*pages))
    assert [len(page) for page in pages] == [3, 1]
    assert sorted(told) == names
    assert [each["channel"] for each in ask("coverage", **window(0, 60)).json()["channels"]] == told
    assert (
        ask("coverage", channel=["tv2", "nowhere"], **window(0, 60)).json()["channels"][0]["channel"] == "tv2"
    )


def acked(alarm: Alarm, wait_s: float) -> OcorrenciaAcknowledged:
    return OcorrenciaAcknowledged(
        channel=alarm.channel, uid=alarm.uid, command_id="a", by="ana", at=T0 + timedelta(seconds=wait_s)
    )


def test_mean_time_to_ack_is_the_same_by_hours_and_by_rows(
    write: Callable[[Sequence[Event]], None], ask: Callable[..., Any]
) -> None:
    alarms = [Alarm(start=after(10 + number * 20), number=number) for number in range(4)]
    write(
        [*watched(0, 120), *(alarm.opened() for alarm in alarms), acked(alarms[0], 5), acked(alarms[2], 12)]
    )
    of_hours, of_rows = (
        ask(
            "availability", **{"from": since.isoformat(), "to": (HOUR + timedelta(hours=1)).isoformat()}
        ).json()["channels"][0]
        for since in (HOUR, HOUR - timedelta(minutes=1))
    )
    for report in (of_hours, of_rows):
        assert (report["alarms"], report["acknowledged"], report["mean_time_to_ack_s"]) == (4, 2, 8.5)


def test_report_as_a_spreadsheet_says_the_same(
    write: Callable[[Sequence[Event]], None], ask: Callable[..., Any]
) -> None:
    fade = Alarm(start=after(10))
    write([*watched(0, 100), fade.opened(), fade.closed(8), *watched(130, 180)])
    (report,) = ask("availability", **window(0, 180)).json()["channels"]
    answer = ask("availability", format="csv", **window(0, 180))
    assert answer.headers["Content-Type"].startswith("text/csv")
    (row,) = csv.DictReader(answer.content.decode("utf-8-sig").splitlines())
    assert (report["observed_percent"], report["healthy_percent"]) == (83.333, 94.666)
    assert report["longest_hole"] == {
        "from": after(100).isoformat(),
        "to": after(130).isoformat(),
        "seconds": 30,
    }
    assert (row["observed_percent"], row["longest_hole_s"], row["fade_s"]) == ("83.333", "30", "8")


@pytest.mark.parametrize("seed", range(8))
def test_report_is_what_counting_second_by_second_gives(
    write: Callable[[Sequence[Event]], None], ask: Callable[..., Any], seed: int
) -> None:
    chance = random.Random(seed)
    lit = _stretches(chance, 25)
    off = {
        second
        for start in chance.sample(range(0, LENGTH_S, 100), 3)
        for second in range(start, start + chance.randrange(1, 90))
    }
    lit -= off
    write([*_watched(lit), *_stopped(off)])

    (report,) = ask("availability", **window(0, LENGTH_S)).json()["channels"]

    # Before anything is known of a channel it is not part of the figures.
    known = min(lit)
    dark = set(range(known, LENGTH_S)) - lit - off
    assert report["known_since"] == after(known).isoformat()
    assert (report["seconds"], report["healthy_s"], report["not_observed_s"]) == (
        LENGTH_S - known,
        len(lit),
        len(dark),
    )
    assert (report["longest_hole"] or {"seconds": 0})["seconds"] == _longest(dark)


def _stretches(chance: random.Random, longest_s: int) -> set[int]:
    found: set[int] = set()
    at = 0
    while at < LENGTH_S:
        length = chance.randrange(1, longest_s)
        found.update(range(at, min(at + length, LENGTH_S)))
        at += length + chance.choice((1, 2, 5, 40, 70, 130))
    return found


def _runs(seconds: set[int]) -> Iterator[tuple[int, int]]:
    first = None
    for second in sorted(seconds):
        first = second if first is None else first
        if second + 1 not in seconds:
            yield first, second + 1
            first = None


def _watched(lit: set[int]) -> Iterator[Event]:
    for first, end in _runs(lit):
        yield from watched(first, end)


def _stopped(off: set[int]) -> Iterator[Event]:
    for first, end in _runs(off):
        yield from (status("stopped", first), status("connecting", end))


def _longest(dark: set[int]) -> int:
    return max((end - first for first, end in _runs(dark)), default=0)


def test_moments_are_those_of_the_question(
    write: Callable[[Sequence[Event]], None], ask: Callable[..., Any]
) -> None:
    write([*watched(0, 60)])
    local = datetime.fromisoformat("2026-11-22T00:12:00-03:00")
    found = ask("coverage", **{"from": local.isoformat(), "to": after(60).isoformat()}).json()
    assert (found["from"], found["to"]) == (T0.isoformat(), after(60).isoformat())
    assert found["channels"][0]["points"][0]["healthy_s"] == 60
