"""A log that is read in gulps."""

from collections.abc import Sequence

from projections.source import KafkaSource, Partition, Raw
from projections.unhurried import Unhurried

RECORD = Raw(partition=Partition("any", 0), offset=0, key=None, value=None, headers=[])


class Log:
    """A source that always has so many records, and a clock that only sleeping moves."""

    def __init__(self, records: int) -> None:
        self.records = records
        self.reads = 0
        self.now = 0.0

    def read(self, limit: int, wait_s: float) -> Sequence[Raw]:
        self.reads += 1
        return [RECORD] * min(self.records, limit)

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def unhurried(self) -> Unhurried:
        source: KafkaSource = self  # type: ignore[assignment]
        return Unhurried(source, 2.0, now=lambda: self.now, sleep=self.sleep)


def test_few_records_gather_before_they_are_read() -> None:
    log = Log(records=3)
    source = log.unhurried()
    assert len(source.read(100, 0.2)) == 3
    while not source.read(100, 0.2):
        assert log.reads == 1
    assert 1.99 < log.now < 2.3


def test_wait_is_never_longer_than_it_may_be() -> None:
    log = Log(records=3)
    source = log.unhurried()
    source.read(100, 0.2)
    source.read(100, 0.2)
    assert log.now == 0.2


def test_full_batch_is_followed_at_once_by_the_next() -> None:
    log = Log(records=1000)
    source = log.unhurried()
    assert [len(source.read(100, 0.2)) for _ in range(5)] == [100] * 5
    assert log.now == 0.0


def test_empty_log_is_asked_again_at_once() -> None:
    log = Log(records=0)
    source = log.unhurried()
    source.read(100, 0.2)
    source.read(100, 0.2)
    assert log.reads == 2
