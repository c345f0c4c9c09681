"""``python -m infra.retention``: keep the media store within its age and its quota, until told to end."""

import signal
import sys
import threading
import time

import structlog
from confluent_kafka import KafkaException
from prometheus_client import start_http_server

from infra import clock, logs
from infra.kafka import why
from infra.media_store import MediaStore
from infra.retention import metrics
from infra.retention.sweep import sweep
from infra.retention.unread import oldest_unread
from infra.retention.watch import Watch
from infra.settings import BadSettings, Settings, load

log = structlog.get_logger()

# A minute of media more or less matters to no disk that a day fits on.
EVERY_S = 60.0
# A store so large that a look at it takes long is looked at less often: five in a hundred of a core at most.
SHARE = 0.05
# Until the log has been read, and how late a signal is heard at worst.
STEP_S = 0.2


def main() -> int:
    """Run until SIGTERM or SIGINT; return the exit code."""
    try:
        settings = load()
    except BadSettings as error:
        print(error, file=sys.stderr)
        return 2
    logs.configure("storage", settings.horus_log_level)
    ending = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: ending.set())
    if settings.horus_storage_metrics_port:
        start_http_server(settings.horus_storage_metrics_port, addr="127.0.0.1")
    watch = Watch(settings)
    watch.start()
    keep(settings, watch, ending)
    # Its threads are daemons: one that waits for an absent broker must not hold the end up.
    return 0


def keep(settings: Settings, watch: Watch, ending: threading.Event) -> None:
    """Sweep again and again until ``ending`` is set; nothing is removed while the log is not at hand."""
    store = MediaStore(settings.media_url)
    while not ending.is_set():
        if not watch.ready:
            ending.wait(STEP_S)
            continue
        ending.wait(max(EVERY_S, _sweep(store, watch, settings.bootstrap_servers) / SHARE))


def _sweep(store: MediaStore, watch: Watch, bootstrap_servers: str) -> float:
    """Sweep once; return how many seconds it took."""
    now, began = clock.now(), time.monotonic()
    storage = watch.storage()
    try:
        unread = oldest_unread(bootstrap_servers)
        swept = sweep(store, storage, watch.held(now), now.timestamp(), unread)
    except (KafkaException, TimeoutError) as error:
        reason = why(error) if isinstance(error, KafkaException) else str(error)
        log.warning("nothing is removed: how far the stages are is not known", error=reason)
        return time.monotonic() - began
    except OSError as error:
        log.error("the media store does not answer", error=error.strerror or str(error))
        return time.monotonic() - began
    took = time.monotonic() - began
    metrics.tell(swept, took)
    if swept.removed or swept.failed:
        log.info(
            "removed", files=swept.removed, bytes=swept.freed, failed=swept.failed, seconds=round(took, 2)
        )
    if swept.over_quota:
        log.warning("over the quota by media too young to go", bytes=swept.over_quota)
    return took


if __name__ == "__main__":
    sys.exit(main())
