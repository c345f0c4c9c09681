"""Which analyses are asked for and not over, and which of them is worked on next. Pure but for its memory."""

from collections.abc import Collection, Iterable

from schemas.events import AnalysisFailed, AnalysisFinished, AnalysisRequested, Event
from schemas.names import stores

AT_ONCE = 2
"""Analyses at work: a short file waits for no long one, and two files leave half of the measuring to nobody
but live channels when there are any."""
LONG_AT_ONCE = 1


class Book:
    """Folds ``horus.analyses.v1``; repeats change nothing."""

    def __init__(self) -> None:
        """Begin before the first event."""
        self._open: dict[str, AnalysisRequested] = {}
        self._ended: set[str] = set()
        self.left: set[str] = set()
        """Channels whose media is to go: failed ones, and those that store nothing."""

    @property
    def pending(self) -> Collection[AnalysisRequested]:
        """Return what is to be done, the oldest first."""
        return sorted(self._open.values(), key=lambda each: (each.at, each.channel))

    def take(self, event: Event) -> None:
        """Fold in one more event."""
        match event:
            case AnalysisRequested():
                if event.channel not in self._ended:
                    self._open[event.channel] = event
            case AnalysisFinished() | AnalysisFailed():
                self._ended.add(event.channel)
                self._open.pop(event.channel, None)
                if isinstance(event, AnalysisFailed) or not stores(event.channel):
                    self.left.add(event.channel)


def next_of(
    pending: Iterable[AnalysisRequested], running: Collection[AnalysisRequested], short_s: float
) -> AnalysisRequested | None:
    """Return the analysis to begin now, None while enough are at work.

    ``short_s``: a file longer than this is a long one.
    """
    if len(running) >= AT_ONCE:
        return None
    busy = {each.channel for each in running}
    long = sum(each.contents.duration_s > short_s for each in running)
    for each in pending:
        if each.channel in busy:
            continue
        if each.contents.duration_s <= short_s or long < LONG_AT_ONCE:
            return each
    return None
