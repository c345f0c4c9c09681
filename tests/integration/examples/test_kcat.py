"""Every documented line with kcat, run as it stands on a real broker; only broker and topics differ."""

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient

from infra.dead_letter import DeadLetters, Rejection
from infra.kafka import writer_config
from infra.topics import create_missing
from schemas.topics import OCORRENCIAS, STREAM_STATUS, Topic
from tests.integration.examples.conftest import Night, at, night, write

ROOT = Path(__file__).parents[3]
DOCUMENTED = "127.0.0.1:19092"
DEADLINE_S = 60.0

FOLLOW = rf"kcat -C -b {DOCUMENTED} -t {OCORRENCIAS.name} -o end -f '%h %s\n'"
BY_CHANNEL = (
    rf"kcat -C -b {DOCUMENTED} -t {OCORRENCIAS.name} -o beginning -e -q -f '%s\n'"
    " | jq -r 'select(.fault) | .channel' | sort | uniq -c"
)
STATUSES = rf"kcat -C -b {DOCUMENTED} -t {STREAM_STATUS.name} -o -100 -e -q -f '%k %s\n'"
LETTERS = rf"kcat -C -b {DOCUMENTED} -t {OCORRENCIAS.dlq} -o beginning -e -q -f '%T %h\n'"
PUBLISHED = f"kcat -C -b {DOCUMENTED} -t try-1 -e"
HEADERS = f"kcat -C -b {DOCUMENTED} -t try-1 -e -J | jq '.headers'"


@pytest.fixture(scope="module", autouse=True)
def installed() -> None:
    assert shutil.which("kcat") and shutil.which("jq"), "run .ci/kcat, as make test does"


@pytest.fixture
def own_topic(kafka: str) -> Iterator[str]:
    """A topic with nothing in it."""
    topic = Topic(name=f"kcat-{uuid.uuid4()}", key="channel", partitions=1, written_by=(), read_by=())
    create_missing(kafka, topics=(topic,))
    yield topic.name
    admin = AdminClient({"bootstrap.servers": kafka})
    admin.delete_topics([topic.name])[topic.name].result(10)


@pytest.fixture
def alarms(kafka: str, own_topic: str) -> str:
    """The events of the night in a topic that holds nothing else: rubbish is no JSON for jq."""
    producer = Producer(writer_config(kafka, "examples", linger_ms=2))
    for event, moment in night():
        write(producer, own_topic, event, moment)
    assert producer.flush(20) == 0
    return own_topic


def here(line: str, kafka: str, documented: str, topic: str) -> str:
    """Return a line for this broker and a topic of this test."""
    assert DOCUMENTED in line and f" {documented} " in line
    return line.replace(DOCUMENTED, kafka).replace(f" {documented} ", f" {topic} ")


def printed(line: str) -> str:
    done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True, timeout=DEADLINE_S)
    return done.stdout


def test_no_line_is_documented_that_is_not_run_here() -> None:
    texts = [ROOT / "README.md", ROOT / "infra/cli/replay.py"]
    texts += [*(ROOT / "docs").glob("*.md"), *(ROOT / "examples").rglob("*.md")]
    found = {
        line for text in texts for line in re.findall(r"(?:\$|&&) (kcat .+)$", text.read_text(), re.MULTILINE)
    }
    assert found == {FOLLOW, BY_CHANNEL, STATUSES, LETTERS, PUBLISHED, HEADERS}


def test_alarms_are_printed_as_they_come(kafka: str, alarms: str) -> None:
    # On a terminal, as people run it: into a pipe kcat prints only once it has a few kilobytes.
    terminal, its_end = pty.openpty()
    process = subprocess.Popen(
        ["sh", "-c", here(FOLLOW, kafka, OCORRENCIAS.name, alarms)],
        stdout=its_end,
        stderr=its_end,
        start_new_session=True,
    )
    os.close(its_end)
    try:
        until(terminal, "Reached end of topic")
        event, moment = night()[0]
        producer = Producer(writer_config(kafka, "examples", linger_ms=0))
        write(producer, alarms, event, moment)
        assert producer.flush(20) == 0
        told = until(terminal, '"channel":"tv1"')
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(terminal)

    assert "ce_type=horus.OcorrenciaOpened.v1" in told


def until(terminal: int, awaited: str) -> str:
    """Return what a terminal has shown up to something."""
    shown, deadline = "", time.monotonic() + DEADLINE_S
    while awaited not in shown:
        assert time.monotonic() < deadline, shown
        shown += os.read(terminal, 65_536).decode()
    return shown


def test_records_of_a_fault_are_counted_by_channel(kafka: str, alarms: str) -> None:
    counted = printed(here(BY_CHANNEL, kafka, OCORRENCIAS.name, alarms))

    spoken = [event.channel for event, _ in night() if hasattr(event, "fault")]
    assert [line.split() for line in counted.splitlines()] == [
        [str(spoken.count(channel)), channel] for channel in ("tv1", "tv2")
    ]


def test_the_last_statuses_are_printed_with_their_channel(the_night: Night) -> None:
    lines = printed(here(STATUSES, the_night.brokers, STREAM_STATUS.name, the_night.statuses)).splitlines()

    told = [line.split(" ", 1) for line in lines]
    assert sorted(channel for channel, _ in told) == ["tv1"] + ["tv2"] * 5
    assert all(json.loads(value)["channel"] == channel for channel, value in told)


def test_rejected_records_are_printed_with_when_and_why(kafka: str, own_topic: str) -> None:
    rejection = Rejection(
        topic=OCORRENCIAS.name,
        partition=0,
        offset=7,
        key=b"tv1",
        value=b"\xff rubbish",
        headers=(("ce_type", b"x"),),
        reason="unknown event type 'x'",
    )
    DeadLetters(kafka, "projector").put(own_topic, rejection, at("03:00:00"))

    (line,) = printed(here(LETTERS, kafka, OCORRENCIAS.dlq, own_topic)).splitlines()

    assert re.match(r"\d{13} ", line)
    assert "horus_dlq_reason=unknown event type 'x'" in line
    assert "horus_dlq_offset=7" in line


def test_what_a_replay_publishes_is_printed_with_its_headers(kafka: str, alarms: str) -> None:
    values = printed(here(PUBLISHED, kafka, "try-1", alarms)).splitlines()
    headers = printed(here(HEADERS, kafka, "try-1", alarms))

    assert [json.loads(value)["channel"] for value in values] == [event.channel for event, _ in night()]
    assert headers.count('"ce_type"') == len(values)
    assert '"horus.OcorrenciaOpened.v1"' in headers
