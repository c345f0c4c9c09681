"""``horus demo``: all of Horus at once, on synthetic television."""

import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from infra.cli.console import Progress
from infra.cli.exits import FAILED
from infra.cli.signals import as_interrupts, exit_code_of

if TYPE_CHECKING:
    from infra.demo.programme import Programme
    from infra.settings import Settings

Once = Annotated[bool, typer.Option("--once", help="Run the script once, print the account, and end.")]
DEMO_HOME = Path(".horus") / "demo"
WHO = "demo"


def demo(once: Once = False) -> None:
    """Show Horus at work: two synthetic channels over real SRT, with faults at known moments.

    \b
    horus demo           go on until Ctrl-C; says which address to open
    horus demo --once    run the script once and print a table of faults, alarms and delays;
                         exit code 0 only if every fault was raised and closed once, and nothing else was

    The demo has a home of its own, .horus/demo, unless HORUS_HOME names another.
    """
    from infra.cli.foreground import kept
    from infra.cli.greeting import greeting
    from infra.cli.settings import table
    from infra.demo.programme import DEMO
    from infra.local.installation import Installation
    from infra.local.stack import held, prepare
    from infra.settings import in_words, load

    environment = dict(os.environ)
    settings = load()
    if "horus_home" not in settings.model_fields_set:
        environment["HORUS_HOME"] = str(DEMO_HOME.absolute())
        settings = load(environment)
    progress = Progress()
    try:
        with held(Installation(settings.home)), as_interrupts():
            print("\n".join(table(in_words(settings))), flush=True)
            stack = prepare(settings, progress.say)
            files = _rendered(DEMO, settings.home / "programmes", progress)
            with kept(stack, environment, progress):
                print("\n".join(greeting(settings, show_key=True)), flush=True)
                good = _perform(settings, DEMO, files, progress, once=once)
    except KeyboardInterrupt as interrupt:
        sys.exit(exit_code_of(interrupt))
    sys.exit(0 if good else FAILED)


def _rendered(programmes: "tuple[Programme, ...]", folder: Path, progress: Progress) -> dict[str, Path]:
    from infra.demo.render import rendered

    files = {}
    for each in programmes:
        with progress.bar(f"rendering {each.title} ({each.name})") as advance:
            files[each.name] = rendered(each, folder, advance)
    return files


def _perform(
    settings: "Settings",
    programmes: "tuple[Programme, ...]",
    files: dict[str, Path],
    progress: Progress,
    *,
    once: bool,
) -> bool:
    """Put the programmes on air and listen; return whether the account is good (always, without ``once``)."""
    from api.keys import admin_key
    from infra.clock import now
    from infra.demo.alarms import Alarms
    from infra.demo.score import Row
    from infra.demo.show import LEAD, Show, begins, on_air
    from infra.demo.viewer import Viewer
    from infra.demo.words import clock, table
    from infra.local.installation import api_url

    key, url = admin_key(settings), api_url(settings)
    alarms = Alarms(f"ws{url.removeprefix('http')}/ws/ocorrencias", key, _end_of_ocorrencias(settings))
    viewer = Viewer(url, key)
    alarms.start()
    on_air_at = now() + LEAD
    try:
        with _watched(settings, programmes) as ports, on_air(programmes, files, ports, on_air_at):
            show = Show(programmes, on_air_at, viewer, alarms, progress.say)
            show.connect()
            progress.say(f"the script counts: first fault on air at {clock(begins(show.script))}")
            if not once:
                print(f"Open {url}/ and watch. Ctrl-C ends the demo.", flush=True)
            show.watch(show.over if once else lambda: False)
            rows: list[Row] = show.rows()
    finally:
        alarms.stop()
        viewer.close()
    print("\n".join(["", *table(rows)]), flush=True)
    good = all(row.good for row in rows)
    print("Every fault was raised and closed once, and nothing else was." if good else "That was not right.")
    return good


@contextmanager
def _watched(settings: "Settings", programmes: "tuple[Programme, ...]") -> Iterator[dict[str, int]]:
    """Have Horus listen for each programme on a free port; when the block ends, no longer."""
    from infra.clock import now
    from infra.kafka import NotDelivered, Publisher
    from infra.local.ports import free_port
    from schemas.events import StreamConfigured, StreamRemoved
    from schemas.topics import STREAMS

    ports = {each.name: free_port(socket.SOCK_DGRAM) for each in programmes}
    wanted = [
        StreamConfigured(
            channel=each.name,
            url=f"srt://127.0.0.1:{ports[each.name]}?mode=listener",
            title=each.title,
            configured_at=now(),
            configured_by=WHO,
        )
        for each in programmes
    ]
    # A publisher for each word: one that is kept would tell the terminal each second that Kafka is away.
    Publisher(settings.bootstrap_servers, WHO).publish(STREAMS, wanted)
    try:
        yield ports
    finally:
        removed = [StreamRemoved(channel=each.name, removed_at=now(), removed_by=WHO) for each in programmes]
        # With Kafka gone there is nobody to tell; the next demo configures the same channels anew.
        with suppress(NotDelivered):
            Publisher(settings.bootstrap_servers, WHO).publish(STREAMS, removed)


def _end_of_ocorrencias(settings: "Settings") -> int:
    """Return the offset of the last occurrence event there is: the alarms of earlier demos are not for us."""
    from infra.follow import consumer_at
    from schemas.topics import OCORRENCIAS

    consumer, span = consumer_at(settings.bootstrap_servers, OCORRENCIAS)
    consumer.close()
    return span[0][1] - 1
