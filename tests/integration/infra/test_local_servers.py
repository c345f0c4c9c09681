"""Claims about the embedded servers, tried on real ones."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from confluent_kafka.admin import AdminClient
from sqlalchemy import create_engine, text

from infra.local import kafka as local_kafka
from infra.local import postgres as local_postgres
from infra.local.leash import leashed
from infra.local.ports import free_port
from schemas.topics import all_topics

DEADLINE_S = 60.0


def until(holds: Callable[[], bool]) -> None:
    """Wait until a condition holds; fail past the deadline."""
    deadline = time.monotonic() + DEADLINE_S
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.05)


def test_broker_has_every_topic_of_the_contract_once_created(topics: str) -> None:
    present = AdminClient({"bootstrap.servers": topics}).list_topics(timeout=10).topics
    for topic in all_topics():
        assert len(present[topic.name].partitions) == topic.partitions


def test_broker_listens_on_the_loopback_address_only(kafka: str) -> None:
    port = int(kafka.split(":")[1])
    listening = [each for each in psutil.net_connections("tcp") if each.status == psutil.CONN_LISTEN]
    places = [(each.pid, each.laddr.ip, each.laddr.port) for each in listening if each.laddr]
    broker = {pid for pid, _, taken in places if taken == port}
    assert {ip for pid, ip, _ in places if pid in broker} <= {"127.0.0.1", "::ffff:127.0.0.1"}


def test_postgres_refuses_a_wrong_password(postgres: str) -> None:
    engine = create_engine(postgres.replace("for tests only", "a guess").replace("for+tests+only", "guess"))
    with pytest.raises(Exception, match="password authentication failed"), engine.connect():
        pass


def test_killed_postgres_starts_again_on_the_same_data(servers_home: Path) -> None:
    node = local_postgres.PostgresNode(servers_home / "killed", free_port(), "horus", "horus", "secret")
    run = local_postgres.prepare(node)
    first = _start(run.command, run.account)
    until(lambda: local_postgres.trouble(node.url) is None)
    engine = create_engine(node.url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE kept AS SELECT 42 AS answer"))
    first.kill()
    first.wait()
    second = _start(local_postgres.prepare(node).command, run.account)
    try:
        # As its supervisor does: it refuses to start while a session of the killed one still ends.
        while local_postgres.trouble(node.url) is not None:
            if second.poll() is not None:
                second = _start(run.command, run.account)
            time.sleep(0.05)
        engine.dispose()
        with engine.connect() as connection:
            assert connection.execute(text("SELECT answer FROM kept")).scalar() == 42
    finally:
        second.send_signal(signal.SIGINT)
        second.wait()


def test_lock_naming_another_program_does_not_stop_postgres(servers_home: Path) -> None:
    node = local_postgres.PostgresNode(servers_home / "locked", free_port(), "horus", "horus", "secret")
    run = local_postgres.prepare(node)
    lock = (servers_home / "locked").resolve() / "data" / "postmaster.pid"
    lock.write_text(f"{os.getpid()}\n")
    local_postgres.prepare(node)
    assert not lock.exists()
    assert run.command[0].endswith("postgres")


def test_command_on_a_leash_dies_with_its_parent(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    script = (
        "import os, subprocess, sys, time\n"
        "from infra.local.leash import leashed\n"
        "child = subprocess.Popen(leashed(['sleep', '600'], parent=os.getpid()))\n"
        f"open({str(pid_file)!r}, 'w').write(str(child.pid))\n"
        "time.sleep(600)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script])
    until(lambda: pid_file.exists() and pid_file.read_text() != "")
    child = psutil.Process(int(pid_file.read_text()))
    until(lambda: child.name() == "sleep")
    parent.kill()
    parent.wait()
    until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE)


def test_command_on_a_leash_does_not_start_once_its_parent_is_gone(tmp_path: Path) -> None:
    started = tmp_path / "started"
    not_my_parent = 1
    done = subprocess.run(leashed(["touch", str(started)], parent=not_my_parent), check=False)
    assert done.returncode == 0
    assert not started.exists()


def _start(command: list[str], account: str | None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        leashed(command, parent=os.getpid(), user=account),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_node_of_kafka_is_formatted_only_once(servers_home: Path) -> None:
    node = local_kafka.KafkaNode(servers_home / "formatted", free_port(), free_port())
    steps: list[str] = []
    local_kafka.prepare(node, steps.append)
    identity = (node.folder / "data" / "meta.properties").read_bytes()
    local_kafka.prepare(node, steps.append)
    assert len(steps) == 1
    assert (node.folder / "data" / "meta.properties").read_bytes() == identity
