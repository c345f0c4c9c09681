"""`horus replay` on a real broker: by the same rules the same, by others what differs."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient

from infra.follow import consumer_at, read_all
from infra.settings import Settings
from processors.replay.asked import Asked
from processors.replay.publish import TopicRefused, own_topic
from processors.replay.run import replay
from schemas.events import OcorrenciaClosed, OcorrenciaOpened
from schemas.topics import OCORRENCIAS, TOPICS, Topic
from tests.integration.replay.log_of_hour import air, programme, put_into_the_log, told_live

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def channel(topics: str) -> str:
    """Return a channel of its own whose ten minutes are in the log."""
    name = f"replay-{uuid.uuid4().hex[:8]}"
    put_into_the_log(topics, name)
    return name


def ends(servers: str) -> dict[str, list[int]]:
    """Return where each topic of the contract ends."""
    found = {}
    for topic in TOPICS:
        consumer, span = consumer_at(servers, topic)
        consumer.close()
        found[topic.name] = [end for _, end in span.values()]
    return found


def horus(servers: str, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infra.cli.main", "replay", *words],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "KAFKA_BOOTSTRAP_SERVERS": servers,
            "HORUS_HOME": str(home),
        },
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )


def test_by_the_same_rules_everything_is_the_same(
    topics: str, channel: str, settings: Callable[..., Settings]
) -> None:
    here = settings(KAFKA_BOOTSTRAP_SERVERS=topics)
    shares: list[float] = []

    whole = replay(
        Asked(since=air(0), until=air(600), channels=(channel,)), here, on_progress=shares.append
    ).result
    part = replay(Asked(since=air(70), until=air(75), channels=(channel,)), here).result

    assert (whole.totals.same, whole.totals.differing) == (4, 0)
    assert set(whole.by_type) == {"fade", "freeze", "ausencia_audio", "sem_sinal"}
    assert (whole.samples, whole.channels) == (590 * 7, (channel,))
    assert shares == sorted(shares) and shares[-1] == 1.0
    # In the middle of the black.
    assert (part.totals.same, part.totals.differing) == (1, 0)


def test_other_rules_tell_what_would_differ_and_nothing_live_is_written(
    topics: str, channel: str, tmp_path: Path
) -> None:
    before, own = ends(topics), f"replay-{uuid.uuid4()}"
    window = ("--since", air(0).isoformat(), "--until", air(600).isoformat(), "--channel", channel)
    other = ("--set", "VIDEO_THRESH_FREEZE=0.5", "--set", "ONSET_S_FADE=30")

    ran = horus(topics, tmp_path, *window, *other, "--json", "--publish", own, "--fail-on-difference")

    assert ran.returncode == 1, ran.stderr
    result = json.loads(ran.stdout)
    found = [(each["verdict"], each["type"]) for each in result["differences"]]
    assert found == [("lost", "fade"), ("new", "freeze")]
    assert result["totals"] == {"same": 3, "new": 1, "lost": 1, "shifted": 0, "regraded": 0}
    assert result["differences"][0]["was"]["id"] >= 0
    assert result["differences"][1]["link"].startswith(f"/hls/{channel}/stream.m3u8?from=")
    assert ends(topics) == before
    topic = Topic(name=own, key="channel", partitions=1, written_by=(), read_by=())
    published = [envelope for envelope, _ in read_all(topics, topic)]
    assert {each.source for each in published} == {"replay"}
    assert result["published"] == len(published)
    opened = [each.event.fault.type for each in published if isinstance(each.event, OcorrenciaOpened)]
    assert sorted(opened) == ["ausencia_audio", "freeze", "freeze", "sem_sinal"]
    assert sum(isinstance(each.event, OcorrenciaClosed) for each in published) == len(opened)
    with pytest.raises(TopicRefused, match="exists"):
        own_topic(topics, own)
    admin = AdminClient({"bootstrap.servers": topics})
    admin.delete_topics([own])[own].result()


def test_all_channels_are_replayed_when_none_is_named(
    topics: str, channel: str, settings: Callable[..., Settings]
) -> None:
    here = settings(KAFKA_BOOTSTRAP_SERVERS=topics)
    result = replay(Asked(since=air(190), until=air(210)), here).result
    assert channel in result.channels
    assert result.by_channel[channel].same == 1


def test_what_the_live_stage_told_is_really_in_the_log(topics: str, channel: str) -> None:
    events = [each.event for each, _ in read_all(topics, OCORRENCIAS) if each.event.channel == channel]
    assert events == [event for event, _ in told_live(programme(channel))]
