"""An analysis after the events seen so far. Pure."""

from typing import Literal

import msgspec

from schemas.events import (
    AnalysisFailed,
    AnalysisFinished,
    AnalysisProgressed,
    AnalysisRequested,
    Event,
)
from schemas.events.analyses import Found, Judged, Kind

NORMAL = "normal"
"""The class of a file without a fault."""

Stage = Literal["queued", "running", "finished", "failed"]


class AnalysisState(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one analysis."""

    requested: AnalysisRequested
    stage: Stage = "queued"
    percent: int = 0
    judged: dict[Kind, Judged] = {}
    reason: str | None = None
    """Why it failed."""

    @property
    def over(self) -> bool:
        """Tell whether nothing more will come."""
        return self.stage in ("finished", "failed")

    @property
    def found(self) -> list[Found]:
        """Return the faults in the order of their start."""
        every = [each for judged in self.judged.values() for each in judged.found]
        return sorted(every, key=lambda each: (each.start_s, each.type))

    @property
    def prediction(self) -> tuple[str, float]:
        """Return the class of the whole file and its confidence, 0 to 1: its longest fault, of equals the
        first, or `NORMAL` with one less the suspicion."""
        longest = max(self.found, key=lambda each: each.end_s - each.start_s, default=None)
        if longest is not None:
            return longest.type, longest.confidence
        return NORMAL, round(1.0 - max((each.suspicion for each in self.judged.values()), default=1.0), 4)


def folded(state: AnalysisState | None, event: Event) -> AnalysisState | None:
    """Return an analysis after one more event of its own; None before its request.

    Repeats, and what comes after the end, change nothing.
    """
    if state is None:
        return AnalysisState(requested=event) if isinstance(event, AnalysisRequested) else None
    if state.over:
        return state
    match event:
        case AnalysisProgressed():
            percent = max(state.percent, event.percent)
            return msgspec.structs.replace(state, stage="running", percent=percent)
        case AnalysisFinished():
            return msgspec.structs.replace(state, stage="finished", percent=100, judged=event.judged)
        case AnalysisFailed():
            return msgspec.structs.replace(state, stage="failed", reason=event.reason)
    return state
