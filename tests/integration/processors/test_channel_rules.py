"""The decisions stage as a real worker: rules of a channel hold from its first event on, and may change."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import TypeVar

import msgspec
import pytest

from infra.follow import read_all
from infra.kafka import Publisher
from schemas.events import (
    AudioMeasured,
    OcorrenciaOpened,
    StreamConfigured,
    StreamRemoved,
    VideoMeasured,
)
from schemas.topics import DETECTIONS, OCORRENCIAS, STREAMS
from tests.integration.processors.test_decisions_worker import wait_until, worker
from tests.unit.processors.decisions.log_of import T0, picture, sound

M = TypeVar("M", VideoMeasured, AudioMeasured)
CHANNEL = "rules-of-its-own"


def of_channel(event: M) -> M:
    segment = msgspec.structs.replace(event.segment, channel=CHANNEL)
    return msgspec.structs.replace(event, channel=CHANNEL, segment=segment)


def frozen() -> Iterator[VideoMeasured]:
    """A picture that stands still for three seconds of every eight."""
    return (of_channel(picture(seq, freeze=float(seq % 8 < 3))) for seq in count())


def opened(bootstrap: str) -> set[str]:
    """Return the types of the faults that have opened on the channel."""
    return {
        each.event.fault.type
        for each, _ in read_all(bootstrap, OCORRENCIAS)
        if isinstance(each.event, OcorrenciaOpened) and each.event.channel == CHANNEL
    }


@pytest.mark.timeout(180)
def test_rules_hold_from_the_first_event_on_and_are_changed_while_it_runs(
    topics: str, tmp_path: Path
) -> None:
    publisher = Publisher(topics, "test")
    wanted = StreamConfigured(
        channel=CHANNEL, url="srt://h:1", disabled=("freeze",), configured_at=T0, configured_by="test"
    )
    later = T0 + timedelta(seconds=1)
    programme = frozen()
    publisher.publish(STREAMS, [wanted])
    publisher.publish(DETECTIONS, [next(programme) for _ in range(32)])
    # Behind them in the same partition: once this silence is told, all of the picture was decided.
    publisher.publish(DETECTIONS, [of_channel(sound(seq, 1.0)) for seq in range(5)])

    def freeze_opens() -> bool:
        publisher.publish(DETECTIONS, [next(programme)])
        return "freeze" in opened(topics)

    try:
        with worker(topics, tmp_path):
            assert wait_until(lambda: bool(opened(topics)))
            assert opened(topics) == {"ausencia_audio"}
            publisher.publish(STREAMS, [msgspec.structs.replace(wanted, disabled=(), configured_at=later)])
            assert wait_until(freeze_opens)
    finally:
        publisher.publish(STREAMS, [StreamRemoved(channel=CHANNEL, removed_at=later, removed_by="test")])
