"""One channel decided again: the live fold over its events, and what it tells. Thin around `Stretches`."""

from collections.abc import Collection
from datetime import datetime, timedelta

import msgspec

from processors.decisions.channel import finish
from processors.decisions.rules import Rules
from processors.decisions.span import span
from processors.decisions.stretch import Stretches
from processors.replay.told import Told, as_of, folded
from schemas.events import AudioMeasured, Event, OcorrenciaClosed, StreamStatusChanged, VideoMeasured
from schemas.events.ocorrencias import OcorrenciaEvent
from schemas.faults import FAULTS, Category

# What is on within so much of the first sample may have begun before it.
_UNSEEN = timedelta(seconds=1)
# Where the log ends: a sample may wait so long until it is certain what brought it about, or its model looks
# ahead. The live stage may have decided by what has come since.
_UNDECIDED = timedelta(seconds=10)


class Again:
    """The replay of one channel, event by event in the order in which they were written."""

    def __init__(self, channel: str, horizon: datetime) -> None:
        """Know nothing yet; media from ``horizon`` on is left out."""
        self.channel = channel
        self.segments = 0
        """Measures of a segment's picture or sound that were folded in."""
        self.samples = 0
        """Scores of a moment in them."""
        self.first: dict[Category, datetime] = {}
        """Where the picture, the sound and the statuses begin that were read."""
        self.reached: dict[Category, datetime] = {}
        """Up to when they were read."""
        self._horizon = horizon
        self._fold = Stretches()
        self._begun: datetime | None = None
        self._told: list[OcorrenciaEvent] = []
        self._stopped = False

    @property
    def over(self) -> bool:
        """Tell whether picture and sound, as far as there is any, have come up to the horizon."""
        media = [at for kind, at in self.reached.items() if kind is not Category.SINAL]
        return bool(media) and min(media) >= self._horizon

    def take(self, event: Event, rules: Rules) -> None:
        """Fold in one more event, if it tells of the time before the horizon."""
        match event:
            case VideoMeasured() | AudioMeasured():
                kind = Category.VIDEO if isinstance(event, VideoMeasured) else Category.AUDIO
                begun = event.segment.start
                end = begun + span(event.segment.duration_s)
                if begun < self._horizon:
                    self.segments += 1
                    self.samples += len(event.times_s)
            case StreamStatusChanged():
                kind, begun, end = Category.SINAL, event.observed_at, event.observed_at
            case _:
                return
        # On purpose: nothing comes any more, and all that was on is over.
        self._stopped = isinstance(event, StreamStatusChanged) and event.state == "stopped"
        reached = self.reached.get(kind)
        if reached is None:
            self.first[kind] = begun
        if reached is None or end > reached:
            self.reached[kind] = end
        if begun >= self._horizon:
            return
        if self._begun is None:
            self._begun = begun
        self._told += [each for each in self._fold.take(event, rules) if isinstance(each, OcorrenciaEvent)]

    def horizon_of(self, category: Category) -> datetime:
        """Return up to when faults of a category are known here, and so can be compared."""
        # A loss is told by statuses, which come only while it lasts, and by pictures that do not decode.
        last = max(self.reached.values(), default=None)
        reached = last if category is Category.SINAL else self.reached.get(category, last)
        if reached is None or reached >= self._horizon or self._stopped:
            return self._horizon
        return reached - _UNDECIDED

    def told(self, rules: Rules) -> list[Told]:
        """Return every occurrence as it stands at its horizon; one that goes on lasts up to where it was last
        bad."""
        _, closings = finish(self._fold.state, self.channel, rules)
        last_bad = {each.uid: each.fault.end_ts for each in closings if isinstance(each, OcorrenciaClosed)}
        by_uid: dict[str, list[tuple[Event, int | None]]] = {}
        for event in self._told:
            by_uid.setdefault(event.uid, []).append((event, None))
        found = []
        for uid, events in by_uid.items():
            whole = folded(events)
            told = None if whole is None else as_of(events, self.horizon_of(FAULTS[whole.type].category))
            if told is not None:
                unseen = self._begun is not None and told.start <= self._begun + _UNSEEN
                end = told.end if told.closed else min(last_bad.get(uid, told.end), told.end)
                found.append(msgspec.structs.replace(told, end=end, start_unknown=unseen))
        return found

    def events(self, uids: Collection[str]) -> list[OcorrenciaEvent]:
        """Return the events of some occurrences, in the order in which they were decided."""
        return [each for each in self._told if each.uid in uids]
