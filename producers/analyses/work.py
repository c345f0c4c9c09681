"""One analysis from its request to its end: cut, feed the stages, tell what they found."""

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import structlog

from infra import clock
from infra.kafka import NotDelivered, Publisher
from infra.media_store import MediaStore, MissingMedia
from producers.analyses.cut import CutFailed, Progress, copies, cut
from producers.analyses.feed import Feed
from producers.analyses.heard import Decided, Measured, Word, Words
from producers.analyses.pieces import Piece, anchor_of, events_of, laid_out, length_s, reference
from producers.epoch import Anchor
from producers.outbox import Letter
from schemas.events import (
    AnalysisFailed,
    AnalysisFinished,
    AnalysisProgressed,
    AnalysisRequested,
    StreamStatusChanged,
)
from schemas.topics import ANALYSES, STREAM_STATUS

log = structlog.get_logger()

# How long words of the stages are waited for at a time; bounds how late a stop is heard.
_LISTEN_S = 0.2
# What cutting takes of the whole work: next to nothing by copy, half of it where each picture is encoded.
_COPY_SHARE, _ENCODE_SHARE = 0.05, 0.5
# A cut that holds less of the file than this has lost some of it; the rest is rounding and priming.
_WHOLE = 0.9
_CHUNK = 1 << 20


class GivenUp(RuntimeError):
    """The file cannot be analysed; the text is one line for whoever sent it."""


class Told(RuntimeError):
    """The process is told to end; the analysis is taken up again by the next one."""


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """What an analysis is done with."""

    bootstrap_servers: str
    ffmpeg: Path
    spool: Path
    """Folder for this analysis alone, made and removed by it."""
    store: MediaStore
    stopping: Callable[[], bool]


class Work:
    """The work on one analysis. Make and use it in one thread, which lives until it is done."""

    def __init__(self, desk: Desk, requested: AnalysisRequested) -> None:
        """Prepare; nothing is read before `run`."""
        self._desk = desk
        self._requested = requested
        self._publisher = Publisher(desk.bootstrap_servers, "producers")
        self._percent = 0

    def run(self) -> None:
        """Do all of it, from the start or from where a killed process left it.

        Raises GivenUp; Told when the process ends; OSError and KafkaException for what may pass.
        """
        shutil.rmtree(self._desk.spool, ignore_errors=True)
        self._desk.spool.mkdir(parents=True)
        try:
            pieces = self.pieces(self._progress)
            feed = Feed(pieces)
            self._feed(feed, anchor_of(pieces, self._requested))
        finally:
            shutil.rmtree(self._desk.spool, ignore_errors=True)
        channel = self._requested.channel
        self._tell([(ANALYSES, AnalysisFinished(channel=channel, at=clock.now(), judged=feed.judged))])

    def give_up(self, reason: str) -> None:
        """Tell that it failed, and let decisions close what is open. Raises Told."""
        channel, at = self._requested.channel, clock.now()
        stopped = StreamStatusChanged(
            channel=channel, state="stopped", since=at, observed_at=at, reason="the analysis was given up"
        )
        failed = AnalysisFailed(channel=channel, at=at, reason=reason)
        self._tell([(STREAM_STATUS, stopped), (ANALYSES, failed)])

    def pieces(self, progress: Progress) -> list[Piece]:
        """Cut the file, by copy if that gives all of it. ``progress`` takes the share of the work, 0 to 1.

        Raises GivenUp and Told.
        """
        file = self._local()
        if not copies(self._requested.contents):
            return self._cut(file, progress, copy=False)
        try:
            pieces = self._cut(file, progress, copy=True)
        except GivenUp:
            return self._cut(file, progress, copy=False)
        if length_s(pieces) >= _WHOLE * self._requested.contents.duration_s:
            return pieces
        # Times or headers that only a decoder makes sense of: the copying broke off, or skipped much.
        try:
            encoded = self._cut(file, progress, copy=False)
        except GivenUp:
            return pieces
        return max(pieces, encoded, key=length_s)

    def _local(self) -> Path:
        """Return the file on this machine's disk: where the store has it, or a copy."""
        uri, store = self._requested.uri, self._desk.store
        there = store.local_path(uri)
        if there is not None:
            if not there.is_file():
                raise GivenUp("the file is not in the media store any more")
            return there
        copied = self._desk.spool / "original"
        try:
            with store.open(uri) as source, copied.open("wb") as target:
                shutil.copyfileobj(source, target, _CHUNK)
        except MissingMedia as error:
            raise GivenUp("the file is not in the media store any more") from error
        return copied

    def _cut(self, file: Path, progress: Progress, *, copy: bool) -> list[Piece]:
        """Return the pieces of a file, of which at least one can be measured. Raises GivenUp, Told."""
        folder = self._desk.spool / ("copied" if copy else "encoded")
        folder.mkdir()
        whole_s = max(self._requested.contents.duration_s, 0.001)
        share = self._cutting_share(copy=copy)
        try:
            cuts = cut(
                self._desk.ffmpeg,
                file,
                self._requested.contents,
                folder,
                copy=copy,
                stopping=self._desk.stopping,
                progress=lambda seconds: progress(share * min(seconds / whole_s, 1.0)),
            )
        except CutFailed as error:
            raise GivenUp(str(error)) from error
        if self._desk.stopping():
            raise Told
        pieces = laid_out(cuts)
        if not any(piece.kinds for piece in pieces):
            raise GivenUp("no picture and no sound could be cut out of it")
        return pieces

    def _cutting_share(self, *, copy: bool) -> float:
        encoded = not copy and self._requested.contents.video is not None
        return _ENCODE_SHARE if encoded else _COPY_SHARE

    def _feed(self, feed: Feed, anchor: Anchor) -> None:
        """Give the stages piece after piece, and wait until all is measured and decided."""
        words = Words(self._desk.bootstrap_servers, self._requested)
        share = self._cutting_share(copy=copies(self._requested.contents))
        try:
            while words.behind or not feed.decided:
                # What a killed process had done is known before anything is given out.
                while not words.behind and (piece := feed.take()) is not None:
                    self._give(piece, anchor)
                for word in words.listen(_LISTEN_S):
                    self._hear(word, feed)
                if self._desk.stopping():
                    raise Told
                self._progress(share + (1.0 - share) * feed.share)
        finally:
            words.close()

    def _hear(self, word: Word, feed: Feed) -> None:
        match word:
            case Measured():
                feed.measured(word.kind, word.seq)
            case Decided():
                feed.judged[word.kind] = word.judged
            case _:
                raise GivenUp(f"a part of it cannot be judged: {word.reason}")

    def _give(self, piece: Piece, anchor: Anchor) -> None:
        """Put a piece into the store, then tell of it."""
        segment = reference(piece, anchor, self._requested)
        told = events_of(piece, segment, self._requested, clock.now())
        self._desk.store.put(segment.uri, piece.file)
        self._tell(told)

    def _progress(self, share: float) -> None:
        percent = min(int(100 * share), 99)
        if percent > self._percent:
            self._percent = percent
            channel = self._requested.channel
            self._tell([(ANALYSES, AnalysisProgressed(channel=channel, at=clock.now(), percent=percent))])

    def _tell(self, letters: Sequence[Letter]) -> None:
        """Write events, again until the broker confirms. Raises Told."""
        while True:
            try:
                for topic, event in letters:
                    self._publisher.send(topic, event)
                self._publisher.flush()
            except (NotDelivered, BufferError) as error:
                log.warning("waiting for the broker", channel=self._requested.channel, why=str(error))
                if self._desk.stopping():
                    raise Told from error
                continue
            return
