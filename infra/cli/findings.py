"""How findings of a file are shown: a JSON array, a table, a bar while they are sought."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from schemas.faults import FAULTS

if TYPE_CHECKING:
    from processors.analysis.contents import Contents
    from processors.analysis.finding import Finding

HEAD = ("START", "END", "LASTS", "FAULT", "SEVERITY", "SCORE")


class JsonArray:
    """A JSON array on standard output, an element a line, each as soon as it is known."""

    def __init__(self) -> None:
        """Print nothing yet: an analysis that fails at once leaves no half of an array."""
        self._before = "["

    def add(self, finding: "Finding") -> None:
        """Print one more element, its line whole: who reads by lines waits for no more."""
        print(self._before + msgspec.json.encode(finding).decode(), flush=True)
        self._before = ","

    def end(self) -> None:
        """Close the array."""
        print("[]" if self._before == "[" else "]", flush=True)


@contextmanager
def bar(duration_s: float | None, *, shown: bool) -> Iterator[Callable[[float, "list[Finding]"], None]]:
    """Show a bar on standard error; gives a function that takes the seconds judged and what was found."""
    if not shown:
        yield lambda judged_s, found: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.fields[at]}"),
        BarColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[last]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=duration_s, at=clock(0.0), last="")

        def tell(judged_s: float, found: "list[Finding]") -> None:
            last = (
                f"{len(found)} found, last {label(found[-1])} at {clock(found[-1].start_s)}" if found else ""
            )
            progress.update(task, completed=judged_s, at=clock(judged_s), last=last)

        yield tell


def print_table(found: "list[Finding]") -> None:
    """Print the findings as a table: ruled on a terminal, plain columns elsewhere."""
    if not found:
        return
    rows = [row(each) for each in found]
    if not sys.stdout.isatty():
        print("\n".join(plain([HEAD, *rows])))
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(*HEAD, box=None)
    for index in (0, 1, 2, 5):
        table.columns[index].justify = "right"
    for cells in rows:
        table.add_row(*cells)
    Console().print(table)


def row(finding: "Finding") -> tuple[str, ...]:
    """Return the cells of a finding, as HEAD names them."""
    return (
        clock(finding.start_s),
        clock(finding.end_s),
        f"{finding.duration_s:.1f} s",
        label(finding),
        str(finding.severity),
        f"{finding.confidence:.2f}",
    )


def plain(rows: list[tuple[str, ...]]) -> list[str]:
    """Return rows of cells as lines in columns."""
    widths = [max(len(cells[index]) for cells in rows) for index in range(len(rows[0]))]
    return ["  ".join(map(str.ljust, cells, widths)).rstrip() for cells in rows]


def summary(found: "list[Finding]", contents: "Contents", took_s: float) -> str:
    """Return one line: how many faults, in how much of what, and how long it took."""
    parts = [("picture", contents.has_picture), ("sound", contents.sound_tracks > 0)]
    what = " and ".join(name for name, there in parts if there)
    long = f"{clock(contents.duration_s)} of {what}" if contents.duration_s else what
    faults = "no fault" if not found else "1 fault" if len(found) == 1 else f"{len(found)} faults"
    return f"{faults} in {long}; took {took_s:.1f} s"


def label(finding: "Finding") -> str:
    """Return a fault's name for people beside its name on the wire."""
    return f"{FAULTS[finding.type].label_en} ({finding.type})"


def clock(seconds: float) -> str:
    """Return seconds as H:MM:SS.t."""
    tenths = round(max(seconds, 0.0) * 10)
    minutes, tenths = divmod(tenths, 600)
    return f"{minutes // 60}:{minutes % 60:02d}:{tenths // 10:02d}.{tenths % 10}"
