"""The report of one evaluation: all that its tables are made of."""

import msgspec

from training.evaluation.beside_peers import BesidePeers
from training.evaluation.figures import Case, Figures, by_group, by_type, confusion
from training.evaluation.programmes import codec_class, graphics_class, rate_class, size_class
from training.evaluation.scores import Kind

GROUPS = {
    "graphics": graphics_class,
    "bitrate": rate_class,
    "codec": codec_class,
    "size": size_class,
}


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was found on a set of programmes."""

    models: dict[Kind, str]
    """Name, version and hash of each."""
    programmes: int
    hours: float
    cpu_s: float
    """Of measuring all of it."""
    types: tuple[Figures, ...]
    """By fault type, ``all`` at the end."""
    groups: dict[str, tuple[Figures, ...]]
    """Of all types together, by what the programmes are grouped by."""
    types_in_groups: dict[str, tuple[Figures, ...]]
    """Of each type, in the groups of graphics and of bitrate."""
    confusion: dict[str, dict[str, int]]
    """Fault on air (or ``healthy``) to alarm told (or ``nothing``) to how often."""
    peers: BesidePeers | None
    cases: tuple[Case, ...]
    """Those with a fault missed or a false alarm."""


def make_report(
    cases: list[Case], cpu_s: float, models: dict[Kind, str], peers: BesidePeers | None
) -> Report:
    """Return the report of judged programmes."""
    types = by_type(cases)
    return Report(
        models=models,
        programmes=len(cases),
        hours=sum(case.truth.duration_s for case in cases) / 3600,
        cpu_s=cpu_s,
        types=tuple(types),
        groups={name: tuple(by_group(cases, group)) for name, group in GROUPS.items()},
        types_in_groups={
            each.name: tuple(
                figures
                for group in (graphics_class, rate_class)
                for figures in by_group(cases, group, each.name)
            )
            for each in types[:-1]
        },
        confusion=confusion(cases),
        peers=peers,
        cases=tuple(case for case in cases if case.verdict.missed or case.verdict.false),
    )
