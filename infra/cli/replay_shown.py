"""How a replay is shown: a line a difference, totals, what to know, and a bar meanwhile."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from infra.cli.findings import plain
from schemas.faults import FAULTS

if TYPE_CHECKING:
    from processors.replay.difference import Counts, Difference
    from processors.replay.result import Result
    from processors.replay.told import Told

HEAD = ("VERDICT", "CHANNEL", "FAULT", "BEGINS (UTC)", "IN THE LOG", "IN THE REPLAY", "PICTURES")
VERDICTS = ("same", "new", "lost", "shifted", "regraded")


class Word(msgspec.Struct, frozen=True):
    """A word of progress, a line of JSON on standard error."""

    progress: float
    """The share that is done, 0 to 1."""


def report(result: "Result", address: str) -> str:
    """Return what people read; ``address`` is the API's, for links to pictures."""
    lines = plain([HEAD, *(row(each, address) for each in result.differences)]) if result.differences else []
    if result.truncated:
        lines.append(f"... and {result.totals.differing - len(result.differences)} more")
    if lines:
        lines.append("")
    lines += totals(result)
    lines += [f"note: {each}" for each in result.notes]
    return "\n".join([*lines, summary(result)])


def row(each: "Difference", address: str) -> tuple[str, ...]:
    """Return the cells of a difference, as HEAD names them."""
    return (
        each.verdict,
        each.channel,
        f"{FAULTS[each.type].label_en} ({each.type})" if each.type in FAULTS else each.type,
        _clock(each.at),
        _told(each.was, None, None),
        _told(each.now, each.start_shift_s, each.end_shift_s),
        address + each.link,
    )


def totals(result: "Result") -> list[str]:
    """Return the counts by type and by channel as lines in columns; nothing where nothing was found."""
    if not result.by_type:
        return []
    head = ("", *(name.upper() for name in VERDICTS))
    rows = [(name, *_numbers(counts)) for name, counts in result.by_type.items()]
    if len(result.by_channel) > 1:
        rows += [(name, *_numbers(counts)) for name, counts in result.by_channel.items()]
    return [*plain([head, *rows, ("all", *_numbers(result.totals))]), ""]


def summary(result: "Result") -> str:
    """Return one line: what was replayed, and how long it took."""
    hours = (result.until - result.since).total_seconds() / 3600
    count = len(result.channels)
    said = (
        f"{hours:.2f} h of {count} channel{'' if count == 1 else 's'}, {result.samples:,} samples "
        f"in {result.segments:,} segments; took {result.took_s:.1f} s"
    )
    if result.model is not None:
        said += f"; {result.measured_again} measured again by {result.model}, {result.missing} missing"
    if result.published:
        said += f"; {result.published} events published"
    return said


@contextmanager
def progress(*, as_json: bool) -> Iterator[Callable[[float], None]]:
    """Give a function that takes the share done: a bar on a terminal, lines of JSON for programs."""
    if as_json:
        yield lambda share: print(_line(Word(round(share, 4))), file=sys.stderr, flush=True)
        return
    if not sys.stderr.isatty():
        yield lambda share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("replaying"),
        BarColumn(),
        TextColumn("{task.percentage:3.0f}%"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda share: bar.update(task, completed=share)


def _line(word: Word) -> str:
    return msgspec.json.encode(word).decode()


def _told(told: "Told | None", start_shift_s: float | None, end_shift_s: float | None) -> str:
    if told is None:
        return "-"
    lasted = f"{(told.end - told.start).total_seconds():.1f} s{'' if told.closed else ' and on'}"
    shifts = [
        f"{what} {shift_s:+.1f} s"
        for what, shift_s in (("start", start_shift_s), ("end", end_shift_s))
        if shift_s is not None and abs(shift_s) > 0.05
    ]
    return ", ".join([f"{lasted}, {told.severity}", *shifts])


def _numbers(counts: "Counts") -> tuple[str, ...]:
    return tuple(str(getattr(counts, name)) for name in VERDICTS)


def _clock(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")[:-5]
