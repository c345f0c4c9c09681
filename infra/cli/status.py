"""``horus status``: what runs, since when, and what it costs."""

import sys
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from infra.cli.exits import FAILED

if TYPE_CHECKING:
    from infra.local.status import Status

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")]


def status(as_json: Json = False) -> None:
    """Tell what runs in this home, since when, and what it costs.

    \b
    horus status           a table for people
    horus status --json    {"running", "ready", "api", "processes": [{"name", "state", "pid", "uptime_s",
                           "restarts", "cpu_percent", "rss_mb"}]}

    Exit code 0 when everything is ready, 1 otherwise. CPU and memory include children, such as ffmpeg.
    """
    from infra.local.status import look
    from infra.settings import load

    settings = load()
    found = look(settings)
    if as_json:
        print(msgspec.json.encode(found).decode())
    elif found.running:
        print("\n".join(in_columns(found)))
    else:
        print(f"Horus does not run in {settings.home}.")
    sys.exit(0 if found.ready else FAILED)


def in_columns(found: "Status") -> list[str]:
    """Return a status as the lines of a table."""
    lines = [f"{'process':<12} {'state':<9} {'pid':>7} {'up':>9} {'restarts':>8} {'cpu %':>6} {'MB':>7}"]
    for each in found.processes:
        lines.append(
            f"{each.name:<12} {each.state.lower():<9} {each.pid or '-':>7} {clock(each.uptime_s):>9} "
            f"{each.restarts:>8} {each.cpu_percent:>6.1f} {each.rss_mb:>7.1f}"
        )
    return [*lines, f"{found.api} is {'ready' if found.ready else 'not ready'}"]


def clock(seconds: int) -> str:
    """Return a duration as hours, minutes and seconds."""
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
