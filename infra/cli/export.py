"""``horus export``: events of the log as files, for analysts."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from infra.cli.broker import broker
from infra.cli.exits import BadUse
from infra.cli.moments import moment
from infra.cli.signals import as_interrupts, exit_code_of

if TYPE_CHECKING:
    from infra.export.run import Asked, Exported, Progress

TopicName = Annotated[
    str, typer.Argument(metavar="[TOPIC]", help="Topic, or what comes between horus. and .v1.")
]
Since = Annotated[str, typer.Option(help="Begin of the window: ISO 8601 with offset, -2h, yesterday.")]
Until = Annotated[str, typer.Option(help="Its end, not in it any more.")]
Channels = Annotated[
    list[str] | None, typer.Option("--channel", metavar="CHANNEL", help="This channel only; may be repeated.")
]
Kind = Annotated[str, typer.Option("--format", metavar="FORMAT", help="parquet, csv or ndjson.")]
Out = Annotated[Path, typer.Option(help="Folder; the topic's files go to a folder of its name in it.")]
From = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="NAME", help="Read a topic of this name that holds TOPIC's events instead."
    ),
]
ALL = "beginning"
# What is over sooner needs no words on the way.
QUIET_S = 2.0


def export(
    out: Out,
    topic: TopicName = "ocorrencias",
    since: Since = ALL,
    until: Until = "now",
    channels: Channels = None,
    kind: Kind = "parquet",
    source: From = None,
) -> None:
    """Write events into files, partitioned by day and channel, each event once.

    \b
    horus export --out lake                                        all alarms as Parquet, in lake/ocorrencias
    horus export --since yesterday --until today --out lake        one day of them
    horus export detections --since -2h --channel tv1 --out lake   what the models said
    horus export --format csv --out sheets                         for spreadsheets
    horus export --from try-1 --out lake-of-try-1                  what `horus replay --publish try-1` wrote

    The window is of the time at which records were written. Run it again, with the same or another window:
    what the folder holds already is left alone, and what is missing is added, after a crash or kill -9 too.
    Columns, and queries for DuckDB: examples/duckdb/README.md.
    """
    from infra.export.folder import InUse
    from infra.export.run import NoTopic
    from infra.export.run import export as exported

    asked = _asked(topic, since, until, channels, kind, source)
    try:
        with as_interrupts():
            done = exported(
                broker(), asked, out / _short(asked.topic.name), on_progress=telling(time.monotonic)
            )
    except KeyboardInterrupt as interrupt:
        sys.exit(exit_code_of(interrupt))
    except (InUse, NoTopic) as refused:
        raise BadUse(str(refused)) from refused
    print(summary(done, out / _short(asked.topic.name)))


def _asked(
    topic: str, since: str, until: str, channels: list[str] | None, kind: str, source: str | None
) -> "Asked":
    """Return what is asked for. Raises BadUse for what cannot be."""
    from infra.clock import now
    from infra.export.formats import Format
    from infra.export.run import Asked
    from schemas.topics import TOPICS

    by_name = {name: each for each in TOPICS if each.events for name in (each.name, _short(each.name))}
    if topic not in by_name:
        names = ", ".join(_short(each.name) for each in TOPICS if each.events)
        raise BadUse(f"no topic is called {topic!r}; there are: {names}")
    if kind not in list(Format):
        raise BadUse(f"--format {kind!r}: there are: {', '.join(Format)}")
    present = now()
    first = None if since == ALL else moment("--since", since, present)
    last = moment("--until", until, present)
    if first is not None and first >= last:
        raise BadUse(f"--since {since} is not before --until {until}")
    return Asked(
        topic=by_name[topic],
        source=source or "",
        since=first,
        # What is written while the export runs belongs to the next one, also by a clock that goes ahead.
        until=None if until == "now" else last,
        channels=tuple(dict.fromkeys(channels or ())),
        format=Format(kind),
    )


def _short(name: str) -> str:
    return name.removeprefix("horus.").removesuffix(".v1")


def telling(clock: Callable[[], float]) -> "Callable[[Progress], None]":
    """Return what prints progress with its rate to standard error, a line every two seconds at most."""
    began = told = clock()

    def tell(progress: "Progress") -> None:
        nonlocal told
        present = clock()
        if present - told >= QUIET_S:
            told = present
            rate = progress.done / (present - began)
            print(
                f"{present - began:6.1f} s  {progress.done:,} of {progress.total:,} records, {rate:,.0f}/s",
                file=sys.stderr,
            )

    return tell


def summary(done: "Exported", folder: Path) -> str:
    """Return what came of it, in one line."""
    words = f"{done.rows:,} events in {done.files:,} files written below {folder}"
    if done.there_before:
        words += f"; {done.there_before:,} records of the window were done before"
    if done.passed_over:
        words += f"; {done.passed_over:,} records that are no events were passed over"
    return words
