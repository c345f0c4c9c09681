"""Following topics for as long as a process lives, whether the broker is there or not."""

import threading
from collections.abc import Callable, Sequence

import structlog
from confluent_kafka import KafkaException

from infra.follow import POLL_S, Follower
from infra.kafka import why

log = structlog.get_logger()

# While the broker is away, how long until the next try.
RETRY_S = 1.0
# To read a small topic to its end; far longer than any takes, so that a process never gives up on a big one.
CATCH_UP_S = 3600.0


class Following:
    """Keeps followers at work, in a thread of its own; a broker that is away is waited for, and said once."""

    def __init__(
        self,
        name: str,
        followers: Callable[[], Sequence[Follower]],
        on_caught_up: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare; nothing is read before `start`.

        ``followers`` makes new ones for each try, which read from their beginning again: whatever they call
        must bear repeats. ``on_caught_up`` is called each time that all have reached the end of their topics.
        """
        self._name = name
        self._make = followers
        self._on_caught_up = on_caught_up
        self._stopping = threading.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"following-{name}", daemon=True)

    @property
    def ready(self) -> bool:
        """Tell whether the topics have been read to their end and are followed."""
        return self._ready.is_set()

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop and wait for the threads; takes up to some ten seconds while the broker is away."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        told = ""
        while not self._stopping.is_set():
            followers = self._make()
            try:
                for follower in followers:
                    follower.start(CATCH_UP_S)
                self._on_caught_up()
                self._ready.set()
                told = ""
                while all(each.alive for each in followers) and not self._stopping.wait(POLL_S):
                    pass
            except (KafkaException, TimeoutError) as error:
                words = why(error) if isinstance(error, KafkaException) else str(error)
                if words != told:
                    log.warning("waiting for Kafka", following=self._name, error=words)
                told = words
                self._stopping.wait(RETRY_S)
            except Exception:
                # One event that somebody trips over must not end the watch for good.
                log.exception("beginning again", following=self._name)
                self._stopping.wait(RETRY_S)
            finally:
                self._ready.clear()
                for follower in followers:
                    follower.stop()
