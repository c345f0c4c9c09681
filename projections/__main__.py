"""``python -m projections``: keep the read models abreast of the log."""

import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import structlog
from confluent_kafka import KafkaException
from sqlalchemy import Engine

from infra import logs, postgres, settings
from infra.dead_letter import DeadLetters
from infra.poison import EXIT_CODE, PoisonGauge, TooMuchPoison, limit_of, past_of
from infra.settings import Settings
from projections import migrate
from projections.catalogue import PROJECTIONS, UNHURRIED_S
from projections.collector import seldom
from projections.patience import Stopping, one_line, patience
from projections.physical import live
from projections.positions import Fenced
from projections.projector import Projector, Superseded
from projections.source import KafkaSource, LostPosition, Source
from projections.unhurried import Unhurried


def main() -> int:
    """Run until SIGTERM or SIGINT; return the exit code: 1 or 70 when going on would lose something."""
    try:
        chosen = settings.load()
        engine = postgres.engine(chosen)
    except settings.BadSettings as error:
        print(error, file=sys.stderr)
        return 2
    logs.configure("projections", chosen.horus_log_level)
    log = structlog.get_logger()
    stopping, told = threading.Event(), threading.Event()

    def end(*_: object) -> None:
        stopping.set()
        told.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    try:
        patience("migrating", stopping)(migrate.upgrade, engine, wait_s=0.0)
        with seldom(), ThreadPoolExecutor(len(PROJECTIONS)) as pool:
            running = [pool.submit(_project, each, engine, chosen, stopping) for each in PROJECTIONS]
        for each in running:
            each.result()
    except Stopping:
        pass
    except TooMuchPoison as error:
        log.critical("stopped", reason=str(error))
        # Whoever starts it again need not do so in a circle: it would stop before the same record.
        told.wait(chosen.horus_poison_rest_s)
        return EXIT_CODE
    except (Fenced, LostPosition, KafkaException) as error:
        log.critical("stopped", reason=one_line(error))
        return 1
    finally:
        engine.dispose()
    return 0


def _project(name: str, engine: Engine, chosen: Settings, stopping: threading.Event) -> None:
    """Run one projection; its end, whatever the reason, is that of all: the supervisor starts them anew."""
    group, kafka = f"projections-{name}", chosen.bootstrap_servers
    try:
        while not stopping.is_set():
            projection = PROJECTIONS[name](patience("starting", stopping)(_live, engine, name))
            past = patience("reading the dead letters", stopping, TimeoutError)(
                past_of, kafka, group, projection.topics
            )
            gauge = PoisonGauge(group, limit_of(chosen), past)
            source: Source = KafkaSource(kafka, group)
            if name in UNHURRIED_S:
                source = Unhurried(source, UNHURRIED_S[name])
            letters = DeadLetters(kafka, group)
            with suppress(Superseded):
                Projector(
                    projection, engine, source, letters, stopping=stopping, only_live=True, gauge=gauge
                ).run()
    finally:
        stopping.set()


def _live(engine: Engine, name: str) -> int:
    with engine.connect() as connection:
        return live(connection, PROJECTIONS[name](1).kept)


if __name__ == "__main__":
    sys.exit(main())
