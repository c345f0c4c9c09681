"""Figures over many programmes: how many faults were found, how sharply, and how many alarms are false."""

from collections.abc import Callable, Sequence
from statistics import fmean, median

import msgspec

from training.evaluation.healthy import healthy_s, upper_bound
from training.evaluation.match import Verdict
from training.truth_file import Truth


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One programme, judged."""

    file: str
    truth: Truth
    types: tuple[str, ...]
    """Those that were looked for."""
    verdict: Verdict


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a fault type, or of a group of programmes."""

    name: str
    faults: int
    found: int
    mean_iou: float | None
    """Of the faults found; None where there are none, as the errors are."""
    start_error_s: float | None
    """Median of the absolute errors."""
    end_error_s: float | None
    false_healthy: int
    """False alarms away from any fault."""
    false_beside: int
    """Alarms of a wrong type while a fault is on."""
    companions: int
    """Alarms of a type that the fault on air shows as well."""
    healthy_h: float

    @property
    def recall(self) -> float | None:
        """Share of the faults found; None where there were none."""
        return self.found / self.faults if self.faults else None

    @property
    def false_per_h(self) -> float | None:
        """False alarms, of whatever nature but companions, an hour of healthy programme."""
        return (self.false_healthy + self.false_beside) / self.healthy_h if self.healthy_h else None

    @property
    def bound_per_h(self) -> float:
        """What the false alarms an hour do not exceed, at 95 % confidence."""
        return upper_bound(self.false_healthy + self.false_beside, self.healthy_h)


def by_type(cases: Sequence[Case]) -> list[Figures]:
    """Return the figures of each fault type that was looked for, and of all of them (``all``) at the end."""
    types = list(dict.fromkeys(type_ for case in cases for type_ in case.types))
    return [*(_of(cases, type_, type_) for type_ in types), _of(cases, "all", None)]


def by_group(cases: Sequence[Case], group: Callable[[Truth], str], type_: str | None = None) -> list[Figures]:
    """Return the figures of one type (None: of all together) for each group of programmes, by its name."""
    names = sorted({group(case.truth) for case in cases})
    return [_of([case for case in cases if group(case.truth) == name], name, type_) for name in names]


def confusion(cases: Sequence[Case]) -> dict[str, dict[str, int]]:
    """Return how often each fault type (or ``healthy``) met an alarm of each type (or ``nothing``)."""
    counts: dict[str, dict[str, int]] = {}

    def count(on_air: str, told: str) -> None:
        row = counts.setdefault(on_air, {})
        row[told] = row.get(told, 0) + 1

    for case in cases:
        for each in case.verdict.found:
            count(each.fault.type, each.fault.type)
        for fault in case.verdict.missed:
            count(fault.type, "nothing")
        for false in case.verdict.false:
            count(false.during.type if false.during else "healthy", false.alarm.type)
    return counts


def _of(cases: Sequence[Case], name: str, type_: str | None) -> Figures:
    """Return the figures of one type, or of all where it is None."""
    judged = [case for case in cases if type_ is None or type_ in case.types]
    found = [each for case in judged for each in case.verdict.found if type_ in (None, each.fault.type)]
    missed = [each for case in judged for each in case.verdict.missed if type_ in (None, each.type)]
    natures = [
        each.nature for case in judged for each in case.verdict.false if type_ in (None, each.alarm.type)
    ]
    return Figures(
        name=name,
        faults=len(found) + len(missed),
        found=len(found),
        mean_iou=fmean(each.iou for each in found) if found else None,
        start_error_s=median(abs(each.start_error_s) for each in found) if found else None,
        end_error_s=median(abs(each.end_error_s) for each in found) if found else None,
        false_healthy=natures.count("healthy"),
        false_beside=natures.count("wrong type"),
        companions=natures.count("companion"),
        healthy_h=sum(healthy_s(case.truth, type_) for case in judged) / 3600,
    )
