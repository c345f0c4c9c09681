"""Occurrences as coverage sees them: which seconds of a channel they cover. Pure."""

import msgspec

from projections.coverage_seconds import FOREVER, Seconds, at_least_one, micros
from schemas.ocorrencia import Ocorrencia

# A person's word on either is his word on when it ended (`schemas.events.ocorrencias.Changes`).
_ENDS = frozenset({"end_ts", "duration_s"})


class Fault(msgspec.Struct, frozen=True):
    """A stretch of a channel in which something was wrong."""

    type: str
    seconds: Seconds
    """Without an end (`projections.coverage_seconds.FOREVER`) while the occurrence is open."""


def fault_of(state: Ocorrencia | None) -> Fault | None:
    """Return what an occurrence covers; None before it opened and once it is deleted."""
    if state is None or state.deleted:
        return None
    seconds = at_least_one(micros(state.start_ts), micros(state.end_ts))
    if state.status == "aberta" and not _ended_by_hand(state):
        seconds = Seconds(seconds.first, FOREVER)
    return Fault(state.type, seconds)


def _ended_by_hand(state: Ocorrencia) -> bool:
    return state.edited is not None and not _ENDS.isdisjoint(state.edited.fields)
