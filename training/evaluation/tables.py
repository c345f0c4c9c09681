"""A report as Markdown: what `make evaluate` prints, and writes into docs/models.md."""

import math
from collections.abc import Iterable, Sequence

from training.evaluation.beside_peers import FILTER_OF, BesidePeers
from training.evaluation.figures import Figures
from training.evaluation.healthy import MARGIN_S
from training.evaluation.match import COVERED
from training.evaluation.misses import lines
from training.evaluation.report import Report

_GROUP_HEAD = ("programmes", "faults", "recall", "mean IoU", "start error (s)", "false alarms", "healthy (h)")


def markdown(report: Report, shown: int | None = None) -> str:
    """Return the whole report; ``shown`` bounds how many misses and false alarms are listed (None: all)."""
    parts = [_what(report), _types(report.types), _reading(report)]
    parts += [_groups(report)]
    parts += ["**Faults found, of how many**, by type and kind of programme", _types_in_groups(report)]
    parts += ["**What met what** (row: what was on air; column: what was told)", _confusion(report)]
    if report.peers is not None:
        parts += [_peers_in_words(report.peers), _peers(report.peers)]
    parts += [_listed("Missed faults", [*lines(report.cases, "missed")], shown)]
    parts += [_listed("False alarms", [*lines(report.cases, "false")], shown)]
    return "\n\n".join(part for part in parts if part) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table, its first column to the left and the others to the right."""
    rule = [":---", *["---:"] * (len(head) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, rule, *rows))


def _what(report: Report) -> str:
    cost = report.cpu_s / report.hours if report.hours else 0.0
    return (
        f"Measured by `make evaluate` on {report.programmes} programmes ({report.hours:.1f} h) of the test "
        "split, made of media that neither training nor the choice of thresholds used. Models: "
        f"{', '.join(report.models.values())}. Cost: {cost:.0f} CPU-s an hour of programme."
    )


def _types(types: Sequence[Figures]) -> str:
    head = ["type", "faults", "found", "recall", "mean IoU", "start error (s)", "end error (s)"]
    head += ["false, healthy", "false, beside", "healthy (h)", "false/h", "95 % bound"]
    return table(
        head,
        (
            (
                f"`{each.name}`" if each.name != "all" else "**all**",
                str(each.faults),
                str(each.found),
                number(each.recall, 3),
                number(each.mean_iou, 3),
                number(each.start_error_s),
                number(each.end_error_s),
                str(each.false_healthy),
                str(each.false_beside),
                number(each.healthy_h),
                number(each.false_per_h),
                number(each.bound_per_h),
            )
            for each in types
        ),
    )


def _reading(report: Report) -> str:
    said = (
        f"A fault counts as found when one alarm of its type covers at least {COVERED:.0%} of it; errors are "
        "medians of absolute values over those found. A false alarm overlaps no fault of its type: on "
        "healthy programme, or beside a fault of another type. Healthy hours lie at least "
        f"{MARGIN_S:g} s away from any fault; the bound is what so few alarms in so many hours allow to say "
        "at 95 % confidence (Poisson)."
    )
    if companions := report.types[-1].companions:
        said += f" {companions} alarms that name what the fault on air shows as well (black stands still)"
        said += " are counted as neither."
    return said


def _groups(report: Report) -> str:
    rows = [
        (
            f"{each.name}",
            str(each.faults),
            number(each.recall, 3),
            number(each.mean_iou, 3),
            number(each.start_error_s),
            str(each.false_healthy + each.false_beside),
            number(each.healthy_h),
        )
        for group in report.groups.values()
        if len(group) > 1
        for each in group
    ]
    return table(_GROUP_HEAD, rows) if rows else ""


def _types_in_groups(report: Report) -> str:
    rows = []
    head: list[str] = []
    for type_, groups in report.types_in_groups.items():
        head = [each.name for each in groups]
        rows.append(
            (f"`{type_}`", *(f"{each.found}/{each.faults}" if each.faults else "" for each in groups))
        )
    return table(("type", *head), rows)


def _confusion(report: Report) -> str:
    types = [each.name for each in report.types if each.name != "all"]
    told = [*types, "nothing"]
    rows = []
    for on_air in [*types, "healthy"]:
        counts = report.confusion.get(on_air, {})
        rows.append((_code(on_air, types), *(str(counts.get(name, "")) for name in told)))
    return table(("on air", *(_code(name, types) for name in told)), rows)


def _code(name: str, types: Sequence[str]) -> str:
    return f"`{name}`" if name in types else name


def _peers_in_words(peers: BesidePeers) -> str:
    chosen = ", ".join(f"{FILTER_OF[name]} from {value:.1f}" for name, value in peers.thresholds.items())
    hours = peers.hours or math.inf
    return (
        f"**Beside ffmpeg's filters**, on a drawn sample of {peers.programmes} programmes "
        f"({peers.hours:.1f} h, half of it with faults): freezedetect, blackdetect and silencedetect count "
        f"from 1 s, silence from -55 dBFS; {chosen}, the thresholds that suit them best on this very sample. "
        f"CPU-s an hour: Horus {peers.our_cpu_s / hours:.0f}, the five filters in one ffmpeg "
        f"{peers.their_cpu_s / hours:.0f}."
    )


def _peers(peers: BesidePeers) -> str:
    theirs = {each.name: each for each in peers.theirs}
    head = ["type", "faults", "Horus finds", "false", "mean IoU"]
    head += ["filter", "filter finds", "false", "mean IoU"]
    rows = []
    for ours in peers.ours:
        peer = theirs[ours.name]
        filter_ = FILTER_OF.get(ours.name, "all five" if ours.name == "all" else "none")
        rows.append(
            (
                f"`{ours.name}`" if ours.name != "all" else "**all**",
                str(ours.faults),
                str(ours.found),
                str(ours.false_healthy + ours.false_beside),
                number(ours.mean_iou, 3),
                filter_,
                str(peer.found),
                str(peer.false_healthy + peer.false_beside),
                number(peer.mean_iou, 3),
            )
        )
    return table(head, rows)


def _listed(title: str, found: list[str], shown: int | None) -> str:
    if not found:
        return f"**{title}:** none."
    said = found[:shown]
    left = len(found) - len(said)
    rest = [f"- and {left} more (`--json` writes all)"] if left else []
    return "\n".join([f"**{title}** ({len(found)}):", "", *(f"- {line}" for line in said), *rest])


def number(value: float | None, digits: int = 2) -> str:
    """Return a number for a cell; a dash where there is none."""
    return "–" if value is None or not math.isfinite(value) else f"{value:.{digits}f}"
