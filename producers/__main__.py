"""``python -m producers``: watch every channel that the log asks for, until told to end."""

import os
import shutil
import signal
import sys
import threading
from functools import partial

import structlog
from confluent_kafka import KafkaException

from infra import clock, logs
from infra.ffmpeg import NoFfmpeg
from infra.kafka import Publisher, why
from infra.media_store import MediaStore
from infra.seal_key import key_to_open
from infra.sealed_url import unsealed
from infra.settings import BadSettings, Settings, load
from producers import ffmpeg
from producers.desired import STAGE, DesiredState, last_media
from producers.edges import Edges
from producers.gate import Gate
from producers.ingest import Ingest
from producers.outbox import Outbox
from producers.reconcile import Reconciler
from producers.status import gone
from schemas.topics import STREAM_STATUS

log = structlog.get_logger()

# How soon a change of desired state is acted on, and how late a signal is heard at worst.
STEP_S = 0.2
# Pause before a broker that is away is asked again.
RETRY_S = 1.0
# What the outbox may take at the end: all ingests together must be gone within two seconds.
LAST_WORDS_S = 1.0


def main() -> int:
    """Run until SIGTERM or SIGINT; return the exit code."""
    try:
        settings = load()
        binary = ffmpeg.find(settings)
    except (BadSettings, NoFfmpeg) as error:
        print(error, file=sys.stderr)
        return 2
    logs.configure(STAGE, settings.horus_log_level)
    ending = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: ending.set())
    log.info("ffmpeg", path=str(binary))
    spool = settings.home / "spool"
    # What a killed process left there was never told to the log: nobody knows of it.
    shutil.rmtree(spool, ignore_errors=True)
    spool.mkdir(parents=True)
    outbox = Outbox(Publisher(settings.bootstrap_servers, STAGE))
    # Behind a proxy of the house names are its to look up, and hosts its to allow.
    gate = None if os.environ.get("http_proxy") else Gate(settings.stream_policy)
    edges = Edges(
        ffmpeg=binary,
        spool=spool,
        store=MediaStore(settings.media_url),
        put=outbox.put,
        opened=lambda url: unsealed(url, partial(key_to_open, settings)),
        hosts=settings.stream_policy,
        files=settings.stream_files,
        proxy=gate.url if gate is not None else None,
        full=lambda: outbox.full,
    )
    watch(settings, edges, ending)
    if gate is not None:
        gate.close()
    if not outbox.close(LAST_WORDS_S):
        log.warning("some last events were not confirmed: their segments are not in the log")
    return 0


def watch(settings: Settings, edges: Edges, ending: threading.Event) -> None:
    """Follow the desired state and keep its channels watched until ``ending`` is set."""
    servers = settings.bootstrap_servers
    while not ending.is_set():
        try:
            known = last_media(servers, clock.now())
        except KafkaException as error:
            log.warning("waiting for Kafka", servers=servers, error=why(error))
            ending.wait(RETRY_S)
            continue
        break
    else:
        return
    channels = Reconciler(
        lambda configured, before: Ingest(configured, edges, before),
        known,
        lambda event: edges.put(((STREAM_STATUS, gone(event)),)),
    )
    desired = DesiredState(servers, edges.opened, channels.heard)
    while not ending.is_set():
        if not desired.alive:
            try:
                desired.start()
            except (KafkaException, TimeoutError) as error:
                told = why(error) if isinstance(error, KafkaException) else str(error)
                log.warning("desired state not followed yet", error=told)
                ending.wait(RETRY_S)
                continue
        channels.step()
        ending.wait(STEP_S)
    channels.close()
    desired.stop()


if __name__ == "__main__":
    sys.exit(main())
