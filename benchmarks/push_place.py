"""Where `benchmarks.push_stress` runs: a Kafka, a Postgres, APIs that can be killed, a writer of events."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from confluent_kafka import KafkaError, Producer
from confluent_kafka import Message as Record

from benchmarks.push_log import Lives
from infra import clock
from infra.kafka import writer_config
from infra.local import kafka as local_kafka
from infra.local import postgres as local_postgres
from infra.local.leash import leashed
from infra.local.ports import free_port
from infra.topics import create_missing
from schemas.envelope import encode
from schemas.topics import OCORRENCIAS

KEY = "for this stress only"
# On a machine that does other work besides; a few seconds on a quiet one.
START_S = 240.0
# An API that is busy with five hundred clients who come at once answers late.
READY_S = 30.0


@dataclass(frozen=True)
class Place:
    """Where the stress runs."""

    kafka: str
    database: str
    home: Path


class Log:
    """Writes events, and notes when each was written."""

    def __init__(self, kafka: str, seed: int) -> None:
        """Connect lazily."""
        self._producer = Producer(writer_config(kafka, "push-stress", linger_ms=0))
        self._lives = Lives(seed)
        self.written: dict[int, float] = {}
        self.failed = 0

    def write(self, count: int) -> None:
        """Queue events, and now and then something that is none."""
        for _ in range(count):
            encoded = encode(self._lives.next(), source="stress", time=clock.now())
            begun = time.monotonic()

            def delivered(error: KafkaError | None, record: Record, begun: float = begun) -> None:
                if error is not None:
                    self.failed += 1
                else:
                    self.written[record.offset() or 0] = begun

            self._producer.produce(
                OCORRENCIAS.name, key=encoded.key, value=encoded.value, headers=encoded.headers,
                on_delivery=delivered,
            )  # fmt: skip
            self._producer.poll(0)
        if count and len(self.written) % 97 == 0:
            self._producer.produce(OCORRENCIAS.name, value=b"rubbish")

    def flush(self) -> None:
        """Wait until all are written."""
        self._producer.flush(60)


class Apis:
    """Two API processes on ports of their own, of which one is killed now and then."""

    def __init__(self, place: Place, count: int = 2) -> None:
        """Prepare."""
        self.ports = [free_port() for _ in range(count)]
        self.kills = 0
        self._place = place
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, port: int) -> None:
        """Start one."""
        self._processes[port] = started(self._place, "api", f"api-{port}", HORUS_PORT=str(port))

    def kill(self, port: int) -> None:
        """Kill one on the spot, and start it again."""
        self._processes[port].send_signal(signal.SIGKILL)
        self._processes[port].wait()
        self.kills += 1
        self.start(port)

    def wait(self) -> None:
        """Return once all are ready. Raises TimeoutError."""
        end = time.monotonic() + START_S
        for port in self.ports:
            while not _ready(port):
                ended = self._processes[port].poll()
                if ended is not None or time.monotonic() > end:
                    said = (self._place.home / f"api-{port}.log").read_text()[-3000:]
                    raise TimeoutError(f"an API is not ready (it ended: {ended}):\n{said}")
                time.sleep(0.1)

    def stop(self) -> None:
        """End them all."""
        for process in self._processes.values():
            process.kill()
            process.wait()


def _ready(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=READY_S).status_code == 200
    except httpx.TransportError:
        return False


def started(place: Place, module: str, name: str, **environment: str) -> subprocess.Popen[bytes]:
    """Start one of Horus's processes; it dies with this one."""
    with (place.home / f"{name}.log").open("ab") as log:
        return subprocess.Popen(
            leashed([sys.executable, "-m", module], parent=os.getpid()),
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(Path(__file__).parents[1]),
                "HORUS_HOME": str(place.home),
                "HORUS_ADMIN_KEY": KEY,
                "KAFKA_BOOTSTRAP_SERVERS": place.kafka,
                "DATABASE_URL": place.database,
                **environment,
            },
            cwd=place.home,
            stdout=log,
            stderr=log,
        )


@contextmanager
def servers(home: Path) -> Iterator[Place]:
    """Run a Kafka and a Postgres for this stress alone."""
    kafka = local_kafka.KafkaNode(home / "kafka", free_port(), free_port())
    postgres = local_postgres.PostgresNode(
        home / "postgres", free_port(), user="horus", database="horus", password=secrets.token_hex()
    )
    run = local_postgres.prepare(postgres)
    commands: tuple[tuple[list[str], str | None, Callable[[], str | None]], ...] = (
        (local_kafka.prepare(kafka), None, lambda: local_kafka.trouble(kafka.bootstrap_servers, timeout_s=1)),
        (run.command, run.account, lambda: local_postgres.trouble(postgres.url)),
    )
    with ExitStack() as stack:
        for command, account, trouble in commands:
            line = leashed(command, parent=os.getpid(), user=account)
            process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            stack.callback(process.wait)
            stack.callback(process.send_signal, signal.SIGINT if account else signal.SIGTERM)
            end = time.monotonic() + START_S
            while (why := trouble()) is not None:
                if time.monotonic() > end or process.poll() is not None:
                    raise TimeoutError(why)
                time.sleep(0.1)
        create_missing(kafka.bootstrap_servers)
        yield Place(
            kafka=kafka.bootstrap_servers,
            database=postgres.url.render_as_string(hide_password=False),
            home=home,
        )
