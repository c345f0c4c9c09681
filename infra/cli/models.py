"""``horus models``: which models are in use, and whether a model file fits."""

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from infra.cli.exits import FAILED

if TYPE_CHECKING:
    from infra.settings import Settings
    from processors.models.card import ModelCard
    from processors.models.check import Checked
    from processors.models.inventory import Listed

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="List the models and check model files.")

File = Annotated[Path, typer.Argument(metavar="FILE", help="A .tflite; its card, the .json, lies beside it.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List the models, which of them are in use, and the thresholds in force.

    \b
    The committed models are the default. A model in the folder HORUS_MODELS replaces the committed one of
    its category (picture, sound) at the next start; of several in the folder the highest version is used.
    Exit code 1 when a start could not choose.
    """
    from infra.settings import load
    from processors.models.inventory import inventory
    from processors.models.layouts import LAYOUTS

    settings = load()
    found = inventory(settings.horus_models, LAYOUTS, settings.horus_tflite_runtime)
    if as_json:
        print(msgspec.json.encode(found).decode())
    else:
        for line in table(found.models, settings):
            print(line)
    for problem in found.problems:
        print(f"horus: {problem}", file=sys.stderr)
    if found.problems:
        raise typer.Exit(FAILED)


@app.command("check")
def check_(file: File, as_json: Json = False) -> None:
    """Check a model file and its card: everything that does not fit, a line each.

    Exit code 0 when it fits, 1 with findings, 2 when the file cannot be read as a model.
    """
    from infra.settings import load
    from processors.models.check import check
    from processors.models.layouts import LAYOUTS

    checked = check(file, LAYOUTS, load().horus_tflite_runtime)
    if as_json:
        print(msgspec.json.encode(checked).decode())
    else:
        for line in report(checked):
            print(line)
    if not checked.fits:
        raise typer.Exit(FAILED)


def table(models: "Iterable[Listed]", settings: "Settings") -> list[str]:
    """Return the models as lines in columns, below each its classes or why it is refused."""
    rows = [("NAME", "VERSION", "CATEGORY", "IN USE", "CHECK", "SIZE", "FEATURES", "FROM")]
    below = [""]
    for each in models:
        checked = each.checked
        card = checked.card if checked is not None else None
        rows.append(
            (
                card.name if card else Path(each.file).stem,
                card.version if card else "?",
                card.category if card else "?",
                "yes" if each.in_use else "no",
                _verdict(checked),
                f"{checked.size_bytes / 1000:.0f} kB" if checked else "?",
                card.input.features if card else "?",
                "Horus" if each.committed else each.file,
            )
        )
        below.append(", ".join(thresholds(card, settings)) if card else each.problem)
    widths = [max(len(row[index]) for row in rows) for index in range(len(rows[0]))]
    lines = []
    for row, more in zip(rows, below, strict=True):
        lines.append("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        lines += [f"    {more}"] if more else []
    return lines


def thresholds(card: "ModelCard", settings: "Settings") -> list[str]:
    """Return each class with the threshold in force, and who set it where it is not the card."""
    from processors.decisions.rules import Rules

    named = {each.name: each.threshold for each in card.classes if each.threshold is not None}
    told = []
    for each in card.classes:
        rule = Rules(settings).of(each.name, named)
        if rule is None:
            told.append(f"{each.name} (no fault type)")
        elif each.name in settings.thresholds:
            told.append(f"{each.name} {rule.threshold:g} (setting)")
        else:
            told.append(f"{each.name} {rule.threshold:g}{'' if each.name in named else ' (default)'}")
    return told


def report(checked: "Checked") -> list[str]:
    """Return what a check says, the findings first to last and the verdict at the end."""
    from processors.models.trial import LIMIT_MS

    lines = [f"{finding.what}: {finding.text}" for finding in checked.findings]
    if checked.slow:
        lines.append(f"slow: an inference is meant to take at most {LIMIT_MS} ms")
    card = checked.card
    who = f"{card.name} {card.version}, {card.category}, {len(card.classes)} classes" if card else "no card"
    took = (
        f"{checked.latency_ms:.3f} ms an inference with {checked.runtime}"
        if checked.latency_ms
        else "not run"
    )
    verdict = "fits" if checked.fits else _verdict(checked)
    return [*lines, f"{checked.file}: {verdict} ({who}, {checked.size_bytes / 1000:.0f} kB, {took})"]


def _verdict(checked: "Checked | None") -> str:
    if checked is None:
        return "refused"
    if checked.fits:
        return "fits"
    return f"{len(checked.findings)} finding{'s' if len(checked.findings) > 1 else ''}"
