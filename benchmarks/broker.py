"""A Kafka of its own for a benchmark, with every topic of the contract and nothing in them."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.kafka import KafkaNode, prepare, trouble
from infra.local.leash import leashed
from infra.local.ports import free_port
from infra.topics import create_missing

# A cold JVM on a busy machine; a start takes two seconds on a quiet one.
START_S = 120.0


@contextmanager
def broker() -> Iterator[str]:
    """Yield the bootstrap servers; the broker and its data are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="horus-bench-") as home:
        node = KafkaNode(Path(home) / "kafka", free_port(), free_port())
        with (Path(home) / "kafka.log").open("wb") as log:
            process = subprocess.Popen(leashed(prepare(node), parent=os.getpid()), stdout=log, stderr=log)
        try:
            deadline = time.monotonic() + START_S
            while trouble(node.bootstrap_servers, timeout_s=1.0) is not None:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError("Kafka did not start")
                time.sleep(0.05)
            create_missing(node.bootstrap_servers)
            yield node.bootstrap_servers
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()
