"""From the events of decisions to findings, and when each of them can be told. Pure."""

from collections.abc import Iterable

import msgspec

from processors.analysis.batch import ORIGIN
from processors.analysis.finding import Finding
from schemas.events import Event, OcorrenciaClosed, OcorrenciaEscalated, OcorrenciaOpened


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """A fault that lasts, so far."""

    type: str
    start_s: float


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of the faults of a file, up to now; times on the media clock, seconds."""

    open: dict[str, Open] = {}
    """Faults that last, by occurrence."""
    held: tuple[Finding, ...] = ()
    """Faults that are over but not told: one that began before them still lasts."""


def fold(verdict: Verdict, events: Iterable[Event]) -> Verdict:
    """Return the verdict after occurrence events of the decisions."""
    lasting, held = dict(verdict.open), verdict.held
    for event in events:
        match event:
            case OcorrenciaOpened() | OcorrenciaEscalated():
                start_s = (event.fault.start_ts - ORIGIN).total_seconds()
                lasting[event.uid] = Open(type=event.fault.type, start_s=start_s)
            case OcorrenciaClosed():
                lasting.pop(event.uid, None)
                held = (*held, _finding(event))
            case _:
                pass
    return Verdict(open=lasting, held=held)


def tell(verdict: Verdict, known_until_s: float) -> tuple[Verdict, list[Finding]]:
    """Return the findings that can be told in the order of their start, and the verdict without them.

    ``known_until_s``: up to where both picture and sound are judged.
    """
    first_open_s = min((each.start_s for each in verdict.open.values()), default=float("inf"))
    ripe = [each for each in verdict.held if each.end_s <= known_until_s and each.start_s <= first_open_s]
    rest = tuple(each for each in verdict.held if each not in ripe)
    return Verdict(open=verdict.open, held=rest), sorted(ripe, key=lambda each: (each.start_s, each.type))


def _finding(event: OcorrenciaClosed) -> Finding:
    fault = event.fault
    return Finding(
        type=fault.type,
        start_s=(fault.start_ts - ORIGIN).total_seconds(),
        end_s=(fault.end_ts - ORIGIN).total_seconds(),
        confidence=fault.confidence,
        severity=fault.severity,
    )
