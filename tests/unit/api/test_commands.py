"""Writing commands to a log that is away, and waiting for a table."""

import asyncio
from collections.abc import Callable

import msgspec
import pytest
from sqlalchemy.exc import OperationalError

from api.commands import Commands, LogAway
from api.message import kind_of
from api.projected import Projected
from api.versions import Match, Stale
from infra import outlet
from schemas.topics import OCORRENCIAS
from tests.alarms import Alarm
from tests.unit.api.made import ocorrencia


def test_log_that_is_away_is_said_in_a_bounded_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.commands.DELIVERY_MS", 100)

    async def given() -> None:
        commands = Commands("127.0.0.1:1", lambda: 0)
        commands.start()
        try:
            await commands.publish(OCORRENCIAS, Alarm().opened())
        finally:
            await asyncio.to_thread(commands.stop)

    with pytest.raises(LogAway) as away:
        asyncio.run(given())
    assert away.value.status_code == 503
    assert away.value.headers == {"Retry-After": "2"}


def test_producer_gives_up_before_its_answer_so_that_nothing_is_written_later() -> None:
    async def config() -> dict[str, object]:
        taken: dict[str, object] = {}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(outlet, "Producer", lambda given: taken.update(given) or FakeProducer())
            commands = Commands("127.0.0.1:1", lambda: 0)
            commands.start()
            await asyncio.to_thread(commands.stop)
        return taken

    taken = asyncio.run(config())
    assert taken["delivery.timeout.ms"] == 5000
    assert taken["enable.idempotence"] is True
    assert taken["acks"] == "all"


class FakeProducer:
    def poll(self, _: float) -> int:
        return 0

    def flush(self, _: float) -> int:
        return 0


def positions(*values: int | Exception) -> Callable[[], int]:
    """Return a position that moves with each look, and stays at its last value."""
    left = list(values)

    def look() -> int:
        value = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(value, Exception):
            raise value
        return value

    return look


def test_wait_ends_when_the_offset_itself_is_in_the_table() -> None:
    assert asyncio.run(Projected(positions(3, 7, 8)).reached(7))


def test_database_that_comes_back_is_waited_for() -> None:
    away = OperationalError("SELECT", None, Exception("gone"))
    assert asyncio.run(Projected(positions(away, away, 8)).reached(7))


def test_wait_for_a_table_that_stands_still_ends() -> None:
    assert not asyncio.run(Projected(positions(7)).reached(7, within_s=0.05))


def test_many_who_wait_ask_one_question_at_a_time() -> None:
    asking, most = 0, 0

    async def all_waiting() -> list[bool]:
        looks = positions(*range(20), 100)

        def look() -> int:
            nonlocal asking, most
            asking += 1
            most = max(most, asking)
            try:
                return looks()
            finally:
                asking -= 1

        projected = Projected(look)
        return list(await asyncio.gather(*(projected.reached(offset) for offset in range(50))))

    assert asyncio.run(all_waiting()) == [True] * 50
    assert most == 1


@pytest.mark.parametrize(
    ("header", "version", "demanded"),
    [(None, 3, None), ("*", 3, None), ('"3"', 3, 3), ("3", 3, 3), ('"1", "3"', 3, 3), ('"4"', 3, 4)],
)
def test_if_match_demands_a_version(header: str | None, version: int, demanded: int | None) -> None:
    assert Match(header).demanded(version) == demanded


@pytest.mark.parametrize("header", ['"2"', "", "x", '"-3"', '"٣"', "9" * 5000])
def test_if_match_that_no_version_fits_is_stale(header: str) -> None:
    with pytest.raises(Stale):
        Match(header).demanded(3)


def test_deleted_occurrence_is_said_to_be_removed() -> None:
    before = ocorrencia("a")
    assert kind_of(before, msgspec.structs.replace(before, deleted=True)) == "ocorrencia_removida"
