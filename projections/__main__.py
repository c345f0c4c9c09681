"""``python -m projections``: keep the read models abreast of the log."""

import signal
import sys
import threading

import structlog
from confluent_kafka import KafkaException

from infra import logs, postgres, settings
from infra.dead_letter import DeadLetters
from projections import migrate
from projections.ocorrencias import Ocorrencias
from projections.patience import Stopping, one_line, patience
from projections.poison import TooMuchPoison
from projections.positions import Fenced
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
        projection = Ocorrencias()
        Projector(
            projection,
            engine,
            KafkaSource(chosen.bootstrap_servers, f"projections-{projection.name}"),
            DeadLetters(chosen.bootstrap_servers, f"projections-{projection.name}"),
            stopping=stopping,
        ).run()
    except Stopping:
        pass
    except (Fenced, LostPosition, TooMuchPoison, KafkaException) as error:
        log.critical("stopped", reason=one_line(error))
        return 1
    finally:
        engine.dispose()
    return 0


if __name__ == "__main__":
    sys.exit(main())
