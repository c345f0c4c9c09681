"""``python -m producers.analyses``: analyse the files that the log asks for, until told to end."""

import shutil
import signal
import sys
import threading
from pathlib import Path

import structlog
from confluent_kafka import KafkaException, Message

from infra import logs
from infra.ffmpeg import NoFfmpeg
from infra.follow import Follower
from infra.following import Following
from infra.media_store import MediaStore
from infra.settings import BadSettings, Settings, load
from producers import ffmpeg
from producers.analyses.book import Book, next_of
from producers.analyses.tidy import remove_media
from producers.analyses.work import Desk, GivenUp, Told, Work
from producers.rejected import Rejected
from schemas.envelope import Envelope
from schemas.events import AnalysisRequested
from schemas.topics import ANALYSES

log = structlog.get_logger()

STAGE = "analyses"
# How soon a request is taken up, and how late a signal is heard at worst.
STEP_S = 0.1
# A disk that is full or a store that is away may come back; past so many tries the sender is told.
TRIES = 5
AGAIN_S = 5.0


class Desks:
    """Runs the analyses that are asked for, each in a thread."""

    def __init__(self, settings: Settings, ffmpeg_path: Path, ending: threading.Event) -> None:
        """Prepare; nothing is read before `run`."""
        self._settings = settings
        self._ffmpeg = ffmpeg_path
        self._ending = ending
        self._store = MediaStore(settings.media_url)
        self._spool = settings.home / "analyses"
        self._lock = threading.Lock()
        self._book = Book()
        self._running: dict[str, tuple[AnalysisRequested, threading.Thread]] = {}
        self._rejected = Rejected(settings.bootstrap_servers, ANALYSES, STAGE)
        self._following = Following("analyses", self._followers)

    def run(self) -> None:
        """Work until told to end."""
        # What a killed process left there is done again.
        shutil.rmtree(self._spool, ignore_errors=True)
        self._following.start()
        while not self._ending.wait(STEP_S):
            if self._following.ready:
                self._step()
        for _, thread in list(self._running.values()):
            thread.join()
        self._following.stop()

    def _step(self) -> None:
        self._running = {name: each for name, each in self._running.items() if each[1].is_alive()}
        with self._lock:
            left = self._book.left - self._running.keys()
            self._book.left -= left
            pending = self._book.pending
        for channel in left:
            self._tidy(channel)
        running = [requested for requested, _ in self._running.values()]
        requested = next_of(pending, running, self._settings.horus_upload_inline_s)
        if requested is not None:
            thread = threading.Thread(target=self._work, args=(requested,), name=requested.channel)
            self._running[requested.channel] = (requested, thread)
            thread.start()

    def _work(self, requested: AnalysisRequested) -> None:
        channel = requested.channel
        desk = Desk(
            bootstrap_servers=self._settings.bootstrap_servers,
            ffmpeg=self._ffmpeg,
            spool=self._spool / channel,
            store=self._store,
            stopping=self._ending.is_set,
        )
        work = Work(desk, requested)
        try:
            self._try(work, channel)
        except Told:
            log.info("left for the next start", channel=channel)
        except GivenUp as error:
            self._give_up(work, channel, str(error))
        except Exception:
            log.exception("analysis failed", channel=channel)
            self._give_up(work, channel, "Horus could not do it; the log of its analyses says why")
        # Until the book knows of the end, nobody else begins it.
        while not self._ending.is_set() and self._is_pending(channel):
            self._ending.wait(STEP_S)

    def _try(self, work: Work, channel: str) -> None:
        for left in reversed(range(TRIES)):
            try:
                work.run()
            except (OSError, KafkaException) as error:
                log.warning("analysis disturbed", channel=channel, tries_left=left, error=repr(error))
                if not left:
                    raise
                if self._ending.wait(AGAIN_S):
                    raise Told from error
                continue
            log.info("analysis finished", channel=channel)
            return

    def _give_up(self, work: Work, channel: str, reason: str) -> None:
        log.warning("analysis given up", channel=channel, reason=reason)
        try:
            work.give_up(reason)
        except Told:
            log.info("left for the next start", channel=channel)

    def _is_pending(self, channel: str) -> bool:
        with self._lock:
            return any(each.channel == channel for each in self._book.pending)

    def _tidy(self, channel: str) -> None:
        try:
            remove_media(self._store, channel)
        except OSError as error:
            log.warning("media not removed yet", channel=channel, error=str(error))
            with self._lock:
                self._book.left.add(channel)

    def _followers(self) -> tuple[Follower, ...]:
        return (
            Follower(
                self._settings.bootstrap_servers,
                ANALYSES,
                self._take,
                on_reject=lambda message, error: self._rejected.put(message, str(error)),
            ),
        )

    def _take(self, envelope: Envelope, message: Message) -> None:
        if type(envelope.event) not in ANALYSES.events:
            self._rejected.put(message, f"{envelope.type} does not belong into {ANALYSES.name}")
            return
        with self._lock:
            self._book.take(envelope.event)


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
    Desks(settings, binary, ending).run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
