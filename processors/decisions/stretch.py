"""Quiet segments in a row, of which the last samples are all that stays: folded without a state for each.

Whoever decides live must be able to write the state down after every event. A replay asks for it at the end:
most of a day is quiet, and of that it looks at each segment's highest scores and at where it lies. What comes
out is, to the last field, what `processors.decisions.channel.decide` gives; a property test holds it to that.
"""

from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Literal, Self

import msgspec

from processors.decisions.channel import ChannelState, decide
from processors.decisions.limits import Limits
from processors.decisions.quiet import NEAREST_S
from processors.decisions.rules import Rules
from processors.decisions.span import span
from processors.decisions.track import Sample, Track
from schemas.events import AudioMeasured, Event, VideoMeasured

Kind = Literal["video", "audio"]
"""The names in `ChannelState.measured`."""


class Stretches:
    """A channel's fold, event by event; the state is made when it is asked for."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._state = ChannelState()
        self._going: dict[Kind, Stretch] = {}

    @property
    def state(self) -> ChannelState:
        """Return what is remembered after the events so far."""
        self._end(*self._going)
        return self._state

    def take(self, event: Event, rules: Rules) -> tuple[Event, ...]:
        """Fold in one more event; return the occurrence events that follow, as `decide` does."""
        if isinstance(event, VideoMeasured):
            return self._measured("video", event, rules, event.decoded > 0 or event.expected == 0)
        if isinstance(event, AudioMeasured):
            return self._measured("audio", event, rules, True)
        self._end(*self._going)
        self._state, told = decide(self._state, event, rules)
        return told

    def _measured(
        self, kind: Kind, event: VideoMeasured | AudioMeasured, rules: Rules, decodes: bool
    ) -> tuple[Event, ...]:
        going = self._going.get(kind)
        if going is not None and decodes and going.goes_on(event, rules):
            return ()
        # Picture and sound have classes of their own, and leave each other's alone unless a loss ends all.
        alone = decodes and all(
            each.rules is rules and each.scores.keys().isdisjoint(event.scores)
            for other, each in self._going.items()
            if other != kind
        )
        self._end(*([kind] if alone else self._going))
        self._state, told = decide(self._state, event, rules)
        begun = Stretch.begun(self._state, kind, event, rules)
        if begun is not None:
            self._going[kind] = begun
        return told

    def _end(self, *kinds: Kind) -> None:
        for kind in kinds:
            going = self._going.pop(kind, None)
            if going is not None:
                self._state = going.ended(self._state)


class Stretch:
    """Quiet segments of the picture, or of the sound, behind a state in which nothing is the matter."""

    def __init__(
        self,
        kind: Kind,
        like: VideoMeasured | AudioMeasured,
        seen: tuple[str, int],
        rules: Rules,
        within: Limits,
        end: datetime,
    ) -> None:
        """``like``: has the classes and thresholds that they are to have.

        ``seen``: (epoch, seq) of the segment before the first of them; its last sample speaks up to ``end``.
        """
        self.rules = rules
        self.scores = like.scores
        self._kind: Kind = kind
        self._thresholds = like.thresholds
        self._within = within
        self._lows = [(limit.name, limit.low) for limit in within.of]
        self._farthest_s = min(limit.farthest_s for limit in within.of)
        self._seen = seen
        self._end = end
        self._events: deque[VideoMeasured | AudioMeasured] = deque()
        self._samples = 0

    @classmethod
    def begun(
        cls, state: ChannelState, kind: Kind, event: VideoMeasured | AudioMeasured, rules: Rules
    ) -> Self | None:
        """Return what may begin behind a segment, the last that was folded into ``state``; None: nothing."""
        if state.outage is not None or state.undecodable is not None or rules.mutes:
            return None
        within = rules.scored(event.scores, event.thresholds).quiet
        if within is None or not state.waiting.keys().isdisjoint(event.scores):
            return None
        end: datetime | None = None
        for limit in within.of:
            track = state.tracks.get(limit.name)
            if track is None or track.bad_from is not None or track.alarm is not None or not track.window:
                return None
            # A mute that has just ended is rare, and left to the fold that looks at each sample.
            if track.muted_until is not None or any(each.score >= limit.low for each in track.window):
                return None
            if end is not None and track.window[-1].end != end:
                return None
            end = track.window[-1].end
        return None if end is None else cls(kind, event, state.measured[kind], rules, within, end)

    def goes_on(self, event: VideoMeasured | AudioMeasured, rules: Rules) -> bool:
        """Take in the segment that follows if it is quiet too; False, and nothing is taken, if it is not."""
        segment, times_s = event.segment, event.times_s
        seen = (segment.epoch, segment.seq)
        if rules is not self.rules or seen <= self._seen or not times_s:
            return False
        scores = event.scores
        if scores.keys() != self.scores.keys() or event.thresholds != self._thresholds:
            return False
        for name, low in self._lows:
            if max(scores[name]) >= low:
                return False
        form = _form(times_s, event.period_s, _before_s(self._kind, event.period_s))
        gap_s = (segment.start + form.begin - self._end).total_seconds()
        if not NEAREST_S <= gap_s <= self._farthest_s:
            return False
        if form.narrowest_s < NEAREST_S or form.widest_s > self._farthest_s:
            return False
        self._seen = seen
        self._end = segment.start + form.end
        self._events.append(event)
        self._samples += len(times_s)
        while self._samples - len(self._events[0].times_s) >= self._within.kept:
            self._samples -= len(self._events.popleft().times_s)
        return True

    def ended(self, state: ChannelState) -> ChannelState:
        """Return the state behind all that was taken in; ``state``: the one in which it began."""
        if not self._events:
            return state
        tracks = dict(state.tracks)
        for limit in self._within.of:
            samples = [sample for event in self._events for sample in _samples(self._kind, event, limit.name)]
            tracks[limit.name] = Track(window=(*tracks[limit.name].window, *samples)[-limit.kept :])
        return msgspec.structs.replace(
            state,
            tracks=tracks,
            thresholds={**state.thresholds, **self._thresholds},
            measured={**state.measured, self._kind: self._seen},
        )


def _samples(kind: Kind, event: VideoMeasured | AudioMeasured, name: str) -> Sequence[Sample]:
    start, before_s = event.segment.start, _before_s(kind, event.period_s)
    return [
        Sample(at=start + span(offset_s), period_s=event.period_s, score=score, before_s=before_s)
        for offset_s, score in zip(event.times_s, event.scores[name], strict=True)
    ]


def _before_s(kind: Kind, period_s: float) -> float:
    return period_s / 2 if kind == "video" else 0.0


class _Form(msgspec.Struct, frozen=True):
    """How samples lie in a segment, from its start."""

    begin: timedelta
    """From when the first of them speaks."""
    end: timedelta
    """Up to when the last of them does."""
    narrowest_s: float
    """The gaps between them; 0 where there is but one."""
    widest_s: float


# Segments are alike: a channel's have a few dozen forms.
@lru_cache(maxsize=1024)
def _form(times_s: tuple[float, ...], period_s: float, before_s: float) -> _Form:
    gaps_s = [after - before - period_s for before, after in pairwise(times_s)]
    return _Form(
        begin=span(times_s[0]) - span(before_s),
        end=span(times_s[-1]) - span(before_s) + span(period_s),
        narrowest_s=min(gaps_s, default=0.0),
        widest_s=max(gaps_s, default=0.0),
    )
