"""``horus topics`` on a real broker, with a contract of this test's own."""

from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest
from confluent_kafka.admin import AdminClient
from typer.testing import CliRunner

from infra.cli.main import app
from infra.topics import create_missing, on_broker
from schemas.topics import Topic

PREFIX = "topics-command."
CLI = CliRunner()


def topic(name: str, partitions: int = 1, **more: object) -> Topic:
    plain = {"key": "channel", "written_by": ("here",), "read_by": ("there",)}
    return msgspec.convert({"name": PREFIX + name, "partitions": partitions, **plain, **more}, Topic)


RIGHT = topic("right", 2)
SHORT = topic("short", retention=timedelta(days=7))
LONG = topic("long", retention=timedelta(days=1))
FEW = topic("few", 3)
MISSING = topic("missing", compacted=True)


@pytest.fixture
def broker(kafka: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A broker on which a topic keeps too short, one too long, one has too few partitions, one is missing."""
    there = (
        RIGHT,
        msgspec.structs.replace(SHORT, retention=timedelta(days=1)),
        msgspec.structs.replace(LONG, retention=timedelta(days=30)),
        msgspec.structs.replace(FEW, partitions=1),
        topic("stranger"),
    )
    create_missing(kafka, topics=there)
    monkeypatch.setattr("infra.cli.topics.PREFIX", PREFIX)
    monkeypatch.setattr("infra.cli.topics.broker", lambda: kafka)
    monkeypatch.setattr("schemas.topics.all_topics", lambda: (RIGHT, SHORT, LONG, FEW, MISSING))
    yield kafka
    admin = AdminClient({"bootstrap.servers": kafka})
    for future in admin.delete_topics(list(on_broker(kafka, PREFIX))).values():
        future.result(10)


def test_topics_tells_and_reconcile_repairs_all_but_partitions(broker: str) -> None:
    before = CLI.invoke(app, ["topics"])
    assert before.exit_code == 1
    said = {line.split()[0].removeprefix(PREFIX): line for line in before.stdout.splitlines()}
    assert said["right"].endswith("as it should be")
    assert said["short"].endswith("retention.ms is 86400000, should be 604800000")
    assert said["few"].endswith("partitions is 1, should be 3")
    assert said["missing"].endswith("missing")
    assert said["stranger"].endswith("not of the contract")

    refused = CLI.invoke(app, ["topics", "--reconcile"])
    assert "say --yes" in str(refused.exception)
    assert "the broker may then drop records" in refused.stderr
    assert PREFIX + "missing" not in on_broker(broker, PREFIX)

    done = CLI.invoke(app, ["topics", "--reconcile", "--yes", "--json"])
    listed = {each["name"].removeprefix(PREFIX): each for each in msgspec.json.decode(done.stdout)}
    assert done.exit_code == 1, "the partitions are still wrong"
    assert {name: each["differences"] for name, each in listed.items()} == {
        "right": [],
        "short": [],
        "long": [],
        "few": ["partitions is 1, should be 3"],
        "missing": [],
        "stranger": [],
    }
    assert "kafka-topics.sh --alter" in done.stderr
    assert listed["long"]["broker"]["retention.ms"] == "86400000"
    assert listed["missing"]["broker"]["cleanup.policy"] == "compact"
