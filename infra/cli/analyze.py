"""``horus analyze``: the faults of a file, without any service."""

import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from infra.cli.exits import BadUse
from infra.cli.signals import as_interrupts, exit_code_of

if TYPE_CHECKING:
    from infra.settings import Settings
    from processors.analysis.analysis import Analysis
    from processors.analysis.finding import Finding

File = Annotated[Path, typer.Argument(metavar="FILE", help="A video or sound file that ffmpeg reads.")]
Json = Annotated[bool, typer.Option("--json", help="Print a JSON array, for programs.")]
Types = Annotated[str, typer.Option(help="Look for these only, e.g. freeze,fade.", metavar="TYPE,...")]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="A setting for this run only; may be repeated."),
]
Models = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Models in place of the installed ones, as HORUS_MODELS.")
]
Track = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Sound track to judge, from 1; else the default one.")
]

# Headers round, and the sound may end before the picture: less than this is no loss.
CUT_SHORT_S = 3.0


def analyze(
    file: File,
    as_json: Json = False,
    types: Types = "",
    sets: Sets = None,
    models: Models = None,
    audio_track: Track = None,
) -> None:
    """Find the faults of a file as live watching would; no service is needed.

    \b
    horus analyze recording.ts                             a table for people
    horus analyze recording.ts --json                      [{"type", "start_s", "end_s", "confidence",
                                                           "severity"}], in the order of their start
    horus analyze recording.mp4 --types freeze,fade        these faults only
    horus analyze recording.mxf --set VIDEO_THRESH_FADE=0.6 --set ONSET_S_FREEZE=5
    horus analyze recording.mkv --audio-track 2            of several sound tracks the second

    Seconds count from the file's first picture, or its first sound where there is no picture. Of several
    sound tracks the default one is judged. Damaged media is judged by what decodes, with a warning.
    Exit code 0 whatever is found, 2 when the file cannot be read, 130 after Ctrl-C.
    """
    began = time.monotonic()
    try:
        with as_interrupts():
            analysis = _prepared(file, types, sets or [], models, audio_track)
            _run(analysis, began, as_json=as_json)
    except KeyboardInterrupt as interrupt:
        sys.exit(exit_code_of(interrupt))
    for line in warnings(analysis):
        print(f"horus: {file}: {line}", file=sys.stderr)


def chosen_types(text: str) -> set[str] | None:
    """Return the fault types of a comma-separated list, None for an empty one. Raises BadUse."""
    from schemas.faults import FAULTS

    names = {name.strip() for name in text.split(",") if name.strip()}
    unknown = sorted(names - FAULTS.keys())
    if unknown:
        raise BadUse(f"--types: no fault is called {', '.join(unknown)}; there are: {', '.join(FAULTS)}")
    return names or None


def with_settings(given: Iterable[str], models: Path | None) -> "Settings":
    """Return the installation's settings, changed by NAME=VALUE pairs. Raises BadUse, BadSettings."""
    from infra.settings.changes import BadChange, changes, load_changed

    try:
        changed = changes(given)
    except BadChange as error:
        raise BadUse(f"--set {error}") from error
    if models is not None:
        changed["HORUS_MODELS"] = str(models)
    return load_changed(changed)


def warnings(analysis: "Analysis") -> list[str]:
    """Return what a user should know of how the file decoded, a line each."""
    from infra.cli.findings import clock

    health, said = analysis.health, []
    if health.blind:
        said.append("no picture in it decodes")
    elif health.frames_failed:
        said.append(f"damaged: {health.frames_failed} of {health.frames} pictures lost or with errors")
    if health.deaf:
        said.append("no sound in it decodes")
    elif health.chunks_failed:
        said.append(f"damaged: {health.chunks_failed} of {health.chunks} pieces of sound lost or with errors")
    promised_s = analysis.contents.duration_s
    if health.judged_s and promised_s is not None and promised_s - health.judged_s > CUT_SHORT_S:
        said.append(f"cut short: judged up to {clock(health.judged_s)}, its header says {clock(promised_s)}")
    return said


def _prepared(file: Path, types: str, sets: list[str], models: Path | None, track: int | None) -> "Analysis":
    from infra.media_file import MediaRefused
    from processors.analysis.analysis import Analysis, models_of
    from processors.decisions.rules import Rules

    settings = with_settings(sets, models)
    wanted = chosen_types(types)
    try:
        return Analysis(file, Rules(settings), models_of(settings), types=wanted, track=track)
    except MediaRefused as refused:
        raise BadUse(str(refused)) from refused


def _run(analysis: "Analysis", began: float, *, as_json: bool) -> None:
    """Print the findings: JSON as they come, a table when all are there, a bar meanwhile."""
    from infra.cli.findings import JsonArray, bar, print_table, summary

    array = JsonArray() if as_json else None
    found: list[Finding] = []
    # Two writers on one terminal would spoil each other's lines.
    shown = sys.stderr.isatty() and not (as_json and sys.stdout.isatty())
    with bar(analysis.contents.duration_s, shown=shown) as tell:
        for each in analysis.findings(lambda judged_s: tell(judged_s, found)):
            found.append(each)
            if array is not None:
                array.add(each)
    if array is not None:
        array.end()
        return
    print_table(found)
    print(summary(found, analysis.contents, time.monotonic() - began))
