"""The export itself: what is missing of a window, a stretch at a time."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec
from confluent_kafka import Message

from infra.export.columns import Row, columns_of
from infra.export.folder import opened
from infra.export.formats import Format
from infra.export.intervals import Interval, missing
from infra.export.manifest import Manifest
from infra.export.records import Records
from infra.kafka import decoded
from schemas.envelope import Envelope, Undecodable
from schemas.topics import Topic

# A piece is held in memory as a whole: so many records, or so many bytes of their values. Decoded and made
# into columns they take some twenty times as much.
PIECE_RECORDS = 20_000
PIECE_BYTES = 16 * 1024 * 1024


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be exported."""

    topic: Topic
    source: str = ""
    """Name of another topic that holds the same events; empty: the topic's own."""
    since: datetime | None = None
    until: datetime | None = None
    channels: tuple[str, ...] = ()
    """Only these; empty: all."""
    format: Format = Format.PARQUET

    @property
    def name(self) -> str:
        """The topic that is read."""
        return self.source or self.topic.name


class Progress(msgspec.Struct, frozen=True, kw_only=True):
    """How far it has come; counted in offsets, for that is what is known beforehand."""

    done: int
    total: int


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    rows: int
    """Events written by this run."""
    files: int
    passed_over: int
    """Records that are no events of the contract: in no file."""
    there_before: int
    """Offsets of the window that earlier runs had done."""
    manifest: Manifest


class NoTopic(LookupError):
    """There is no such topic on the broker."""


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """So much of a stretch as is held in memory."""

    offsets: Interval
    rows: tuple[Row, ...]
    passed_over: int


def export(
    bootstrap_servers: str,
    asked: Asked,
    folder: Path,
    *,
    on_progress: Callable[[Progress], None] = lambda _: None,
    piece_records: int = PIECE_RECORDS,
) -> Exported:
    """Write the events of a window into a folder, but for those that it holds already.

    Raises NoTopic, InUse, Silent, KafkaException and OSError; what was written until then stands, and the
    same call goes on from there.
    """
    columns = columns_of(asked.topic.events)
    empty = Manifest(topic=asked.name, format=asked.format, channels=tuple(sorted(asked.channels)))
    records = Records(bootstrap_servers, asked.name)
    try:
        span = records.span(asked.since, asked.until)
        if not span:
            raise NoTopic(f"there is no topic {asked.name} on {bootstrap_servers}")
        with opened(folder, columns, empty) as held:
            before = held.manifest
            todo = [
                (partition, stretch)
                for partition, window in span.items()
                for stretch in missing(window, before.covered.get(partition, ()))
            ]
            total = sum(end - first for _, (first, end) in todo)
            done = 0
            on_progress(Progress(done=done, total=total))
            for partition, stretch in todo:
                for piece in _pieces(records, partition, stretch, asked, piece_records):
                    held.add(partition, piece.offsets, piece.rows, piece.passed_over)
                    done += piece.offsets[1] - piece.offsets[0]
                    on_progress(Progress(done=done, total=total))
            after = held.manifest
    finally:
        records.close()
    whole = sum(max(0, end - first) for first, end in span.values())
    return Exported(
        rows=after.rows - before.rows,
        files=len(after.files) - len(before.files),
        passed_over=after.passed_over - before.passed_over,
        there_before=whole - total,
        manifest=after,
    )


def _pieces(records: Records, partition: int, stretch: Interval, asked: Asked, most: int) -> Iterator[Piece]:
    """Yield a stretch in pieces that follow each other without a hole."""
    first, end = stretch
    rows: list[Row] = []
    passed_over = size = count = 0
    for message in records.read(partition, stretch):
        offset = message.offset() or 0
        envelope = _event(message, asked)
        if envelope is None:
            passed_over += 1
        elif not asked.channels or envelope.event.channel in asked.channels:
            rows.append(Row(partition=partition, offset=offset, envelope=envelope))
        count += 1
        size += len(message.value() or b"")
        if (count >= most or size >= PIECE_BYTES) and offset + 1 < end:
            yield Piece(offsets=(first, offset + 1), rows=tuple(rows), passed_over=passed_over)
            first, rows, passed_over, size, count = offset + 1, [], 0, 0, 0
    yield Piece(offsets=(first, end), rows=tuple(rows), passed_over=passed_over)


def _event(message: Message, asked: Asked) -> Envelope | None:
    """Return the event in a record, None where there is none or one that does not belong there."""
    try:
        envelope = decoded(message)
    except Undecodable:
        return None
    return envelope if isinstance(envelope.event, asked.topic.events) else None
