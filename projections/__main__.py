"""``python -m projections``: keep the read models abreast of the log."""

import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import structlog
from confluent_kafka import KafkaException
from sqlalchemy import Engine

from infra import logs, postgres, settings
from infra.dead_letter import DeadLetters
from projections import migrate
from projections.audit import Audit
from projections.ocorrencias import Ocorrencias
from projections.patience import Stopping, one_line, patience
from projections.poison import TooMuchPoison
from projections.positions import Fenced
from projections.projection import Projection
from projections.projector import Projector
from projections.source import KafkaSource, LostPosition


def main() -> int:
    """Run until SIGTERM or SIGINT; return the exit code: 1 when going on would lose or spoil something."""
    try:
        chosen = settings.load()
        engine = postgres.engine(chosen)
    except settings.BadSettings as error:
        print(error, file=sys.stderr)
        return 2
    logs.configure("projections", chosen.horus_log_level)
    log = structlog.get_logger()
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        patience("migrating", stopping)(migrate.upgrade, engine, wait_s=0.0)
        projections: tuple[Projection, ...] = (Ocorrencias(), Audit())
        with ThreadPoolExecutor(len(projections)) as pool:
            running = [
                pool.submit(_project, each, engine, chosen.bootstrap_servers, stopping)
                for each in projections
            ]
        for each in running:
            each.result()
    except Stopping:
        pass
    except (Fenced, LostPosition, TooMuchPoison, KafkaException) as error:
        log.critical("stopped", reason=one_line(error))
        return 1
    finally:
        engine.dispose()
    return 0


def _project(projection: Projection, engine: Engine, kafka: str, stopping: threading.Event) -> None:
    """Run one projection; its end, whatever the reason, is that of all: the supervisor starts them anew."""
    name = f"projections-{projection.name}"
    try:
        source, letters = KafkaSource(kafka, name), DeadLetters(kafka, name)
        Projector(projection, engine, source, letters, stopping=stopping).run()
    finally:
        stopping.set()


if __name__ == "__main__":
    sys.exit(main())
