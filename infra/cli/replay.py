"""``horus replay``: decide the past again from the log, and compare with what was told then."""

import os
import re
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from infra.cli.analyze import with_settings
from infra.cli.broker import broker
from infra.cli.exits import FAILED, BadUse
from infra.cli.moments import moment
from infra.cli.signals import as_interrupts, exit_code_of

if TYPE_CHECKING:
    from infra.settings import Settings
    from processors.replay.asked import Asked
    from processors.replay.result import Result

Since = Annotated[str, typer.Option(help="Begin of the window: ISO 8601 with offset, -2h, yesterday.")]
Until = Annotated[str, typer.Option(help="Its end, not in it any more.")]
Channels = Annotated[
    list[str] | None, typer.Option("--channel", metavar="CHANNEL", help="This channel only; may be repeated.")
]
Model = Annotated[
    str | None,
    typer.Option(
        "--model", metavar="FILE", help="Measure again with this .tflite (its .json beside it), or the name "
        "of an installed one."
    ),
]  # fmt: skip
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A setting for this replay only; may be repeated."),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object, for programs.")]
Publish = Annotated[
    str | None, typer.Option(metavar="TOPIC", help="Write what is decided to a new topic of its own.")
]
Fail = Annotated[bool, typer.Option("--fail-on-difference", help="Exit code 1 when anything differs.")]
Limit = Annotated[int | None, typer.Option(min=0, help="List so many differences at most.")]
# For the API: progress in lines of JSON, and behind the live stages that share the machine.
Background = Annotated[bool, typer.Option("--background", hidden=True)]


NICE = 10
"""Half way to the least: what is left over by live watching is enough."""


def replay(
    since: Since,
    until: Until = "now",
    channels: Channels = None,
    model: Model = None,
    sets: Sets = None,
    as_json: Json = False,
    publish: Publish = None,
    fail_on_difference: Fail = False,
    limit: Limit = None,
    background: Background = False,
) -> None:
    """Decide the past again from the logged measures, and compare with the alarms of then.

    \b
    horus replay --since -2h                                 by today's rules
    horus replay --since yesterday --until today --channel tv1 --set VIDEO_THRESH_FADE=0.6
    horus replay --since 2026-11-22T03:00-03:00 --until 2026-11-22T04:00-03:00 --model candidate.tflite
    horus replay --since -7d --json | jq .totals             one object, for programs
    horus replay --since -2h --publish try-1 && kcat -C -b 127.0.0.1:19092 -t try-1 -e

    Each alarm is the same, new, lost, shifted (start or end by more than 0.2 s) or regraded (another
    severity). Nothing live is written. Exit code 0 whatever is found, 2 for what cannot be asked, 130 after
    Ctrl-C.
    """
    from infra.cli.replay_shown import report
    from infra.settings.changes import changes

    if background:
        os.nice(NICE)
    try:
        with as_interrupts():
            settings, changed = with_settings(sets or [], None), changes(sets or [])
            asked = window(since, until, channels or [])
            result = _replayed(asked, settings, changed, model, publish, limit, background=background)
    except KeyboardInterrupt as interrupt:
        sys.exit(exit_code_of(interrupt))
    if as_json:
        print(msgspec.json.encode(result).decode())
    else:
        print(report(result, f"http://{settings.horus_host}:{settings.horus_port}"))
    if fail_on_difference and result.totals.differing:
        raise typer.Exit(FAILED)


def window(since: str, until: str, channels: list[str]) -> "Asked":
    """Return what is asked for. Raises BadUse for moments that are none, and for what is no live channel."""
    from infra.clock import now
    from processors.replay.asked import Asked
    from schemas.names import CHANNEL_PATTERN, analysis_of

    present = now()
    first, last = moment("--since", since, present), moment("--until", until, present)
    if first >= last:
        raise BadUse(f"--since {since} is not before --until {until}")
    for name in channels:
        if re.fullmatch(CHANNEL_PATTERN, name) is None or analysis_of(name) is not None:
            raise BadUse(f"--channel {name!r}: no channel; `horus channels list` names them")
    return Asked(since=first, until=last, channels=tuple(dict.fromkeys(channels)))


def _replayed(
    asked: "Asked",
    settings: "Settings",
    changed: dict[str, str],
    model: str | None,
    publish: str | None,
    limit: int | None,
    *,
    background: bool,
) -> "Result":
    from infra.cli.replay_shown import progress
    from infra.media_store import MediaStore
    from processors.replay import publish as publishing
    from processors.replay.remeasure import Remeasure, checked_model
    from processors.replay.run import replay as replayed

    servers = broker()
    topic = None
    if publish is not None:
        try:
            topic = publishing.own_topic(servers, publish)
        except publishing.TopicRefused as refused:
            raise BadUse(f"--publish: {refused}") from refused
    with ExitStack() as stack:
        again = None
        if model is not None:
            loaded = checked_model(model, settings)
            again = stack.enter_context(Remeasure(loaded, MediaStore(settings.media_url)))
        tell = stack.enter_context(progress(as_json=background))
        done = replayed(asked, settings, changed=changed, remeasure=again, most=limit, on_progress=tell)
        if topic is None:
            return done.result
        written = publishing.publish(servers, topic, done.events)
        return msgspec.structs.replace(done.result, published=written)
