"""``horus dlq`` on a real broker: what it sends back is what was rejected, and it does so once."""

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from confluent_kafka import Message
from typer.testing import CliRunner, Result

from infra import clock
from infra.cli.main import app
from infra.dead_letter import DeadLetters, Rejection
from infra.follow import consumer_at
from infra.kafka import Publisher, headers_of
from infra.letter_box import newest_by_key
from schemas.envelope import Headers
from schemas.events import StreamRemoved
from schemas.topics import AUDIO_CHUNKS, STREAMS, Topic

Horus = Callable[..., Result]
ROOT = Path(__file__).parents[3]
HEADERS: Headers = [("ce_type", b"horus.AudioIndexed.v1"), ("odd", b"\xff\x00"), ("empty", None)]
RUBBISH = b"\x00\xff rubbish \n"


@pytest.fixture
def stage() -> str:
    """Return the name of a stage that no other test knows."""
    return f"test-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def horus(topics: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Horus:
    """Return what runs a command against the broker; it must end well."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", topics)
    monkeypatch.setenv("HORUS_HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def run(*given: str) -> Result:
        done = CliRunner().invoke(app, ["dlq", *given], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done

    return run


def bury(servers: str, stage: str, key: bytes, *, topic: Topic = AUDIO_CHUNKS, offset: int = 1) -> None:
    """Leave a letter of a record of partition 5."""
    rejection = Rejection(
        topic=topic.name,
        partition=5,
        offset=offset,
        key=key,
        value=RUBBISH,
        headers=HEADERS,
        reason="rubbish",
    )
    DeadLetters(servers, stage).put(topic.dlq, rejection, clock.now())


def listed(horus: Horus, stage: str, *given: str) -> list[dict[str, object]]:
    told = horus("list", "media.audio-chunks", "--stage", stage, "--json", *given).stdout
    return [json.loads(line) for line in told.splitlines()]


def written(servers: str, key: bytes) -> list[Message]:
    """Return what lies on the source topic with a key."""
    consumer, span = consumer_at(servers, AUDIO_CHUNKS)
    left = {number for number, (first, end) in span.items() if first < end}
    found: list[Message] = []
    try:
        while left:
            message = consumer.poll(1.0)
            if message is None or message.error() is not None:
                continue
            number, offset = message.partition() or 0, message.offset() or 0
            if message.key() == key:
                found.append(message)
            if offset + 1 >= span[number][1]:
                left.discard(number)
    finally:
        consumer.close()
    return found


def test_a_retried_record_is_the_rejected_one_byte_for_byte_and_comes_once(
    topics: str, horus: Horus, stage: str
) -> None:
    bury(topics, stage, stage.encode())

    horus("retry", "media.audio-chunks", "--stage", stage)
    horus("retry", "media.audio-chunks", "--stage", stage)

    (record,) = written(topics, stage.encode())
    assert (record.value(), record.partition()) == (RUBBISH, 5)
    assert headers_of(record) == HEADERS
    assert listed(horus, stage) == []
    assert [each["settled"] for each in listed(horus, stage, "--settled")] == ["retried"]


def test_a_record_that_two_stages_rejected_comes_back_once(topics: str, horus: Horus, stage: str) -> None:
    for name in (f"{stage}-a", f"{stage}-b"):
        bury(topics, name, stage.encode())
    numbers = [str(each["letter"]) for name in ("a", "b") for each in listed(horus, f"{stage}-{name}")]

    horus("retry", "media.audio-chunks", *numbers)

    assert len(written(topics, stage.encode())) == 1
    assert listed(horus, f"{stage}-a") == listed(horus, f"{stage}-b") == []


def test_a_retry_that_is_killed_before_it_settles_is_made_again(
    topics: str, horus: Horus, stage: str, tmp_path: Path
) -> None:
    bury(topics, stage, stage.encode())
    killed = subprocess.run(
        [sys.executable, "-m", "infra.cli.main", "dlq", "retry", "media.audio-chunks", "--stage", stage],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "HORUS_HOME": str(tmp_path),
            "KAFKA_BOOTSTRAP_SERVERS": topics,
            "HORUS_CRASH_AT": "letters.after-retry",
        },
        cwd=tmp_path,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL
    assert len(listed(horus, stage)) == 1

    horus("retry", "media.audio-chunks", "--stage", stage)

    assert [each.value() for each in written(topics, stage.encode())] == [RUBBISH, RUBBISH]
    assert listed(horus, stage) == []


def test_a_dropped_letter_is_not_listed_and_not_retried(topics: str, horus: Horus, stage: str) -> None:
    bury(topics, stage, stage.encode())
    (found,) = listed(horus, stage)

    horus("drop", "media.audio-chunks", str(found["letter"]), "--yes")
    horus("retry", "media.audio-chunks", "--stage", stage)

    assert listed(horus, stage) == []
    assert written(topics, stage.encode()) == []
    assert "(dropped)" in horus("show", "media.audio-chunks", str(found["letter"])).stdout


def test_a_letters_value_is_shown_byte_for_byte(topics: str, horus: Horus, stage: str) -> None:
    bury(topics, stage, stage.encode())
    (found,) = listed(horus, stage)

    assert horus("show", "media.audio-chunks", str(found["letter"]), "--raw").stdout_bytes == RUBBISH


def test_what_a_newer_record_has_overtaken_is_left_alone_where_the_last_one_holds(
    topics: str, horus: Horus, stage: str
) -> None:
    removed = StreamRemoved(channel=stage, removed_at=clock.now(), removed_by="test")
    Publisher(topics, "test").publish(STREAMS, [removed])
    newest = newest_by_key(topics, STREAMS)[stage.encode()]
    bury(topics, stage, stage.encode(), topic=STREAMS, offset=newest - 1)

    told = horus("retry", "--stage", stage)

    assert "1 left alone" in told.stderr
    assert newest_by_key(topics, STREAMS)[stage.encode()] == newest
    assert stage in horus("list", "streams", "--stage", stage).stdout
