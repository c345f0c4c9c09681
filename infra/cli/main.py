"""``horus``: the commands, and how their errors end."""

import gc
import sys

import typer

from infra import library_logs
from infra.cli import (
    analyze,
    channels,
    demo,
    dlq,
    export,
    models,
    rebuild,
    replay,
    settings,
    status,
    tail,
    topics,
    up,
    verify,
)
from infra.cli.exits import INTERRUPTED, say_and_exit

app = typer.Typer(
    name="horus",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="""Horus watches television channels and tells of technical faults within seconds.

    \b
    horus up                                    run everything on this machine
    horus channels add tv1 srt://10.0.0.5:9000  watch a channel (in another terminal)
    horus tail                                  see the alarms as they come
    horus analyze recording.ts                  find the faults of a file; nothing else need run
    horus demo                                  all of it at once, with synthetic television
    """,
)
app.command("up")(up.up)
app.command("down")(up.down)
app.command("status")(status.status)
app.command("analyze")(analyze.analyze)
app.add_typer(channels.app, name="channels")
app.add_typer(models.app, name="models")
app.command("settings")(settings.settings)
app.command("tail")(tail.tail)
app.command("topics")(topics.topics)
app.command("export")(export.export)
app.add_typer(dlq.app, name="dlq")
app.command("replay")(replay.replay)
app.command("rebuild")(rebuild.rebuild)
app.command("verify")(verify.verify)
app.command("demo")(demo.demo)


# New objects before the collector looks for cycles; Python's own is 700.
_GC_THRESHOLD = 50_000


def main() -> None:
    """Run the command line; a user's mistake ends in one line, never in a traceback."""
    _log_to_stderr()
    # Imports make many objects and no rubbish: looking for some among them takes a tenth of their time.
    gc.set_threshold(_GC_THRESHOLD)
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Whoever read our output has gone: `horus tail | head`.
        sys.stderr.close()
        sys.exit(INTERRUPTED)
    except Exception as error:
        say_and_exit(error)


def _log_to_stderr() -> None:
    """Set logging up: standard output belongs to the command's answer."""
    if sys.argv[1:2] == ["analyze"]:
        # It writes no log of its own, and its first result is awaited: structlog takes a while to import.
        library_logs.configure("WARNING")
        return
    from infra import logs

    logs.configure("horus", "WARNING")


if __name__ == "__main__":
    main()
