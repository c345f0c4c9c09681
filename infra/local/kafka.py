"""A real Kafka on one machine: one KRaft node, broker and controller in one process, loopback only."""

import base64
import os
import subprocess
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from infra.local.jars import fetch_jars, hls_js_jar
from infra.local.java import find_java
from infra.topics import complaint

__all__ = ["KafkaNode", "hls_js_jar", "prepare", "trouble"]

# Half a GB of heap carries 64 channels with room to spare; the serial collector and C1 alone start fastest
# and leave both cores to the stages.
JVM_OPTIONS = ("-Xms128m", "-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto")
NODE_ID = 1

LOG4J = """\
Configuration:
  status: error
  Appenders:
    Console:
      name: out
      target: SYSTEM_ERR
      PatternLayout:
        pattern: "%d{ISO8601}{UTC} %p %c{1} %m%n"
  Loggers:
    Root:
      level: WARN
      AppenderRef:
        - ref: out
    Logger:
      - name: kafka.server.KafkaRaftServer
        level: INFO
"""


@dataclass(frozen=True)
class KafkaNode:
    """One node: where its data lies and the two loopback ports it listens on."""

    folder: Path
    port: int
    controller_port: int

    @property
    def bootstrap_servers(self) -> str:
        """Return the address that clients connect to."""
        return f"127.0.0.1:{self.port}"

    def properties(self) -> str:
        """Return its server.properties."""
        settings: dict[str, str | int] = {
            "process.roles": "broker,controller",
            "node.id": NODE_ID,
            "listeners": f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self.controller_port}",
            "advertised.listeners": f"PLAINTEXT://127.0.0.1:{self.port}",
            "controller.listener.names": "CONTROLLER",
            # Voters by configuration, so that another start may choose another port for the same data.
            "controller.quorum.voters": f"{NODE_ID}@127.0.0.1:{self.controller_port}",
            "log.dirs": str(self.folder / "data"),
            # One node holds the only copy of everything.
            "default.replication.factor": 1,
            "min.insync.replicas": 1,
            "offsets.topic.replication.factor": 1,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
            # The defaults of 50 partitions serve clusters; here each is a folder and open files.
            "offsets.topic.num.partitions": 4,
            "transaction.state.log.num.partitions": 4,
            # Topics are made by infra.topics with their settings, never by a typing error.
            "auto.create.topics.enable": "false",
            # A group starts with its first member at once: there is no herd of consumers to wait for.
            "group.initial.rebalance.delay.ms": 0,
            "group.min.session.timeout.ms": 1000,
            # After kill -9 the controller lets the node back in once its old session is over: 9 s by default.
            "broker.session.timeout.ms": 3000,
            "broker.heartbeat.interval.ms": 500,
            # One partition of one channel writes a few KB/s: little to gain from more threads on two cores.
            "num.network.threads": 2,
            "num.io.threads": 4,
            # The default, 128 MB for each cleaner, would be a quarter of the heap.
            "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
        }
        return "".join(f"{name}={value}\n" for name, value in settings.items())


def prepare(node: KafkaNode, on_step: Callable[[str], None] = lambda _: None) -> list[str]:
    """Make a node ready to run and return the command that runs it in the foreground.

    Fetches the jars and formats the storage where needed; ``on_step`` hears what takes long. Raises Missing
    without Java or Maven, RuntimeError when Maven or the format fails.
    """
    java = find_java()
    jars = fetch_jars()
    node.folder.mkdir(parents=True, exist_ok=True)
    properties, log4j = node.folder / "server.properties", node.folder / "log4j2.yaml"
    _write(properties, node.properties())
    _write(log4j, LOG4J)
    run = [str(java), *JVM_OPTIONS, f"-Dlog4j2.configurationFile={log4j}", "-cp", f"{jars}{os.sep}*"]
    if not (node.folder / "data" / "meta.properties").exists():
        on_step("formatting Kafka's storage")
        _format([*run, "kafka.tools.StorageTool", "format", "-t", cluster_id(), "-c", str(properties)])
    return [*run, "kafka.Kafka", str(properties)]


def trouble(bootstrap_servers: str, timeout_s: float = 2.0) -> str | None:
    """Return why no broker lists its topics within the time given, None when one does."""
    admin = AdminClient({"bootstrap.servers": bootstrap_servers, "log_level": 0})
    try:
        admin.list_topics(timeout=timeout_s)
    except KafkaException as error:
        return complaint(error, bootstrap_servers)
    return None


def cluster_id(draw: Callable[[], uuid.UUID] = uuid.uuid4) -> str:
    """Return a new cluster's id, 22 characters; ``draw`` gives the chance in it."""
    while True:
        made = base64.urlsafe_b64encode(draw().bytes).rstrip(b"=").decode()
        # One in 64 begins with a dash, which the format tool takes for an option; Kafka's own avoid it too.
        if not made.startswith("-"):
            return made


def _format(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = (done.stdout + done.stderr).strip().splitlines()
        raise RuntimeError(f"Kafka's storage could not be formatted: {said[-1] if said else '(no words)'}")


def _write(file: Path, text: str) -> None:
    """Replace a file in one step: a start may be killed at any moment."""
    beside = file.with_suffix(".new")
    beside.write_text(text)
    beside.replace(file)
