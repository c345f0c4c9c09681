"""A real stage that meets poison without end: it stops, stays stopped however often it is started, and goes
on once an operator has settled what it rejected."""

import random
import uuid
from pathlib import Path

import pytest
from confluent_kafka import Producer

from infra.follow import read_all
from infra.kafka import Publisher
from infra.letter_box import letters
from infra.letter_settling import Settler
from infra.letters import folded
from infra.poison import EXIT_CODE
from infra.topics import create_missing
from tests.integration.processors.own_decisions import own_topics
from tests.integration.processors.own_worker import DEADLINE_S, own_worker, wait_until
from tests.integration.processors.programme import expected_ids, programme

SEED = 20261123
SETTINGS = {"HORUS_POISON_RUN": "5", "HORUS_POISON_REST_S": "0"}


@pytest.mark.timeout(300)
def test_a_stage_stops_before_poison_without_end_and_goes_on_when_an_operator_has_looked(
    topics: str, tmp_path: Path
) -> None:
    name = f"poison-{uuid.uuid4().hex[:8]}"
    own = own_topics(name)
    create_missing(topics, topics=own.all())
    events = programme("poisoned", 40, random.Random(SEED))
    publisher = Publisher(topics, "video")
    publisher.publish(own.detections, events[:20])
    raw = Producer({"bootstrap.servers": topics, "partitioner": "murmur2_random"})
    for number in range(8):
        raw.produce(own.detections.name, key=b"poisoned", value=b"rubbish %d" % number)
    raw.flush(10)
    publisher.publish(own.detections, events[20:])

    for _ in range(2):
        with own_worker(topics, tmp_path, name, 0, **SETTINGS) as stopping:
            assert stopping.wait(DEADLINE_S) == EXIT_CODE
    rejected = folded(letters(topics, own.detections))
    decided = [each.id for each, _ in read_all(topics, own.ocorrencias)]
    assert [each.offset for each in rejected] == [20, 21, 22, 23]
    assert list(dict.fromkeys(decided)) == expected_ids(events[:20])
    log = (tmp_path / "decisions-0.log").read_text()
    assert log.count(f"{own.detections.name}[{rejected[0].partition}]@24: 5 records in a row") == 2

    Settler(topics, own.detections, lambda _: None).drop(rejected)
    with own_worker(topics, tmp_path, name, 0, **SETTINGS):
        wait_until(
            lambda: (
                list(dict.fromkeys(each.id for each, _ in read_all(topics, own.ocorrencias)))
                == expected_ids(events)
            )
        )

    decided = [each.id for each, _ in read_all(topics, own.ocorrencias)]
    assert list(dict.fromkeys(decided)) == expected_ids(events)
    assert [each.offset for each in folded(letters(topics, own.detections))] == list(range(20, 28))
