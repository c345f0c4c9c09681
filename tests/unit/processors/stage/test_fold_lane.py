"""The loop of a stateful stage: each crash point on purpose, the guard, poison."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import msgspec
import pytest

from infra.dead_letter import REASON
from infra.outlet import Outgoing
from infra.poison import Limit, Past, PoisonGauge, TooMuchPoison
from processors.stage.fold_lane import FoldLane
from processors.stage.snapshot import Snapshot
from processors.stage.taken import Taken
from schemas.topics import STREAM_STATUS
from tests.unit.processors.stage.counting import T0, Count, Counting, taken

LOG = [taken(offset, restarts=offset + 1) for offset in range(6)]
SUMS = [1, 3, 6, 10, 15, 21]


class Crash(BaseException):
    """The process died here."""


class Broker:
    """Keeps what was written, and dies before or after a chosen write."""

    def __init__(self, die_before: int | None = None, die_after: int | None = None) -> None:
        self.outputs: list[int] = []
        self.letters: list[Outgoing] = []
        self.snapshot: Snapshot[Count] = Snapshot()
        self._die_before, self._die_after = die_before, die_after
        self._writes = 0

    async def write(self, records: Sequence[Outgoing]) -> None:
        if self._writes == self._die_before:
            raise Crash
        for record in records:
            assert record.value is not None
            if record.topic == STREAM_STATUS.name:
                self.outputs.append(msgspec.json.decode(record.value)["restarts"])
            elif record.topic.endswith(".dlq"):
                self.letters.append(record)
            else:
                self.snapshot = msgspec.json.decode(record.value, type=Snapshot[Count])
        if self._writes == self._die_after:
            raise Crash
        self._writes += 1


async def read_log(stretches: dict[tuple[str, int], tuple[int, int | None]]) -> list[Taken]:
    (first, last), *_ = stretches.values()
    return LOG[first:last]


def lane(broker: Broker, gauge: PoisonGauge | None = None) -> FoldLane[Count]:
    gauge = gauge or PoisonGauge("counting", Limit(run=3, ratio=1.0))
    return FoldLane(Counting(), 3, broker.snapshot, broker, read_log, gauge)


# Two steps of two writes each: outputs, snapshot, outputs, snapshot.
@pytest.mark.parametrize("write", range(4))
@pytest.mark.parametrize("side", ["before", "after"])
def test_a_crash_at_any_write_loses_nothing_and_repeats_only_what_was_written(side: str, write: int) -> None:
    broker = Broker(**{f"die_{side}": write})
    acked: list[int] = []

    async def until_crash() -> None:
        first = lane(broker)
        for stretch in (LOG[:3], LOG[3:]):
            await first.step(stretch)
            acked.extend(record.offset for record in stretch)

    with pytest.raises(Crash):
        asyncio.run(until_crash())
    written_before = list(broker.outputs)
    revived = Broker()
    revived.snapshot = broker.snapshot
    resume_at = len(acked)
    asyncio.run(lane(revived).step(LOG[resume_at:]))

    everything = written_before + revived.outputs
    assert list(dict.fromkeys(everything)) == SUMS
    assert revived.snapshot == Snapshot(next_offsets={STREAM_STATUS.name: 6}, channels={"tv1": Count(21)})


def test_offsets_that_were_skipped_are_read_from_the_topic() -> None:
    broker = Broker()

    asyncio.run(lane(broker).step(LOG[4:]))

    assert broker.outputs == SUMS


def test_offsets_that_were_skipped_within_a_batch_are_read_from_the_topic() -> None:
    broker = Broker()

    asyncio.run(lane(broker).step([LOG[0], LOG[1], LOG[5]]))

    assert broker.outputs == SUMS


def test_offsets_already_folded_are_passed_over_without_a_write() -> None:
    broker = Broker()
    asyncio.run(lane(broker).step(LOG))
    broker.outputs.clear()
    written = Broker(die_before=0)
    written.snapshot = broker.snapshot

    asyncio.run(lane(written).step(LOG[2:5]))

    assert broker.outputs == []


def test_a_record_delivered_twice_in_one_batch_counts_once() -> None:
    broker = Broker()

    asyncio.run(lane(broker).step([LOG[0], LOG[1], LOG[1], LOG[2]]))

    assert broker.outputs == SUMS[:3]


def test_poison_goes_to_the_dead_letters_byte_for_byte_and_the_rest_goes_on() -> None:
    broker = Broker()
    poison = taken(1, value=b"\x00not json\xff")

    asyncio.run(lane(broker).step([LOG[0], poison, LOG[2]]))

    assert broker.outputs == [1, 4]
    (letter,) = broker.letters
    assert letter.value == poison.value
    assert letter.key == poison.key
    assert tuple(letter.headers[: len(poison.headers)]) == poison.headers
    assert b"does not decode" in (dict(letter.headers)[REASON] or b"")


def test_an_event_on_which_the_fold_raises_is_rejected_and_leaves_the_state_alone() -> None:
    broker = Broker()

    asyncio.run(lane(broker).step([LOG[0], taken(1, restarts=-1), LOG[2]]))

    assert broker.outputs == [1, 4]
    assert b"negative" in (dict(broker.letters[0].headers)[REASON] or b"")


def test_before_one_rejection_too_many_the_lane_stops_with_all_before_it_kept() -> None:
    broker = Broker()
    poison = [taken(offset, value=b"rubbish") for offset in range(1, 5)]

    with pytest.raises(TooMuchPoison, match=r"\[3\]@3: 3 records in a row"):
        asyncio.run(lane(broker).step([LOG[0], *poison]))

    assert (broker.outputs, len(broker.letters)) == ([1], 2)
    assert broker.snapshot.next_offsets == {STREAM_STATUS.name: 3}


def test_a_lane_that_is_started_again_buries_no_more() -> None:
    broker = Broker()
    poison = [taken(offset, value=b"rubbish") for offset in range(1, 5)]
    with pytest.raises(TooMuchPoison):
        asyncio.run(lane(broker).step([LOG[0], *poison]))

    past = Past(open={(STREAM_STATUS.name, 3): [1, 2]})
    for _ in range(3):
        again = lane(broker, PoisonGauge("counting", Limit(run=3, ratio=1.0), past))
        with pytest.raises(TooMuchPoison):
            asyncio.run(again.step(poison[2:]))

    assert len(broker.letters) == 2


def test_a_repeat_after_a_failed_write_does_not_count_the_same_poison_again() -> None:
    broker = Broker(die_before=0)
    counting = lane(broker)
    batch = [taken(0, value=b"rubbish"), taken(1, value=b"rubbish")]
    for _ in range(3):
        with pytest.raises(Crash):
            asyncio.run(counting.step(batch))

    healed = Broker()
    counting._writer = healed
    asyncio.run(counting.step(batch))

    assert len(healed.letters) == 2


def test_channels_of_one_partition_have_states_of_their_own() -> None:
    broker = Broker()

    asyncio.run(lane(broker).step([taken(0, 1, "tv1"), taken(1, 10, "tv2"), taken(2, 1, "tv1")]))

    assert broker.snapshot.channels == {"tv1": Count(2), "tv2": Count(10)}


def test_records_are_acknowledged_only_after_their_snapshot() -> None:
    broker = Broker(die_before=1)
    acked: list[int] = []

    async def run() -> None:
        one = lane(broker)
        await one.put(LOG[0], lambda: acked.append(0))
        await one.run()

    with pytest.raises(Crash):
        asyncio.run(run())
    assert (broker.outputs, acked) == ([1], [])


def test_what_the_stage_lets_go_is_gone_from_the_snapshot_that_is_written() -> None:
    broker = Broker()
    later = T0 + timedelta(seconds=1)

    async def both() -> None:
        counting = lane(broker)
        await counting.step([taken(0, channel="over-1"), taken(1)])
        assert set(broker.snapshot.channels) == {"over-1", "tv1"}
        await counting.step([taken(2, time=later)])

    asyncio.run(both())

    assert broker.snapshot == Snapshot(next_offsets={STREAM_STATUS.name: 3}, channels={"tv1": Count(2)})
