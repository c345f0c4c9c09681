"""A file that runs through the stages as a channel of its own: decided like one, and told when it ends. Pure.

Picture and sound end apart, each with the measures marked as its last: one stage's last word may come long
before the other's.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from processors.decisions.channel import ChannelState, decide, finish
from processors.decisions.rules import Rules
from processors.decisions.tally import FileState, Tally, counted, judged, kind_of
from schemas.events import (
    AnalysisDecided,
    AudioMeasured,
    Event,
    OcorrenciaClosed,
    OcorrenciaEscalated,
    OcorrenciaOpened,
    StreamStatusChanged,
    VideoMeasured,
)
from schemas.events.analyses import CATEGORIES, Found, Kind
from schemas.faults import FAULTS, Category
from schemas.names import epoch_start, stores

_CATEGORIES: dict[Kind, frozenset[Category]] = {
    "video": frozenset({Category.VIDEO, Category.SINAL}),
    "audio": frozenset({Category.AUDIO}),
}


def decide_file(
    state: ChannelState, event: Event, rules: Rules, at: datetime
) -> tuple[ChannelState, tuple[Event, ...], AnalysisDecided | None]:
    """Return the state after one more event, the occurrence events, and the end of a kind if this is it.

    ``at`` is when the event was written. What comes again, or after the end, changes nothing. A channel that
    is stopped is an analysis given up: what is open is closed, and nothing is told of an end.
    """
    file = state.file or FileState()
    if isinstance(event, StreamStatusChanged):
        if event.state != "stopped":
            return state, (), None
        _, events = decide(state, event, rules)
        given_up = FileState(ended=("video", "audio"), ended_at=at)
        return ChannelState(measured=state.measured, file=given_up), _of_file(events), None
    if not isinstance(event, VideoMeasured | AudioMeasured):
        return state, (), None
    kind: Kind = "video" if isinstance(event, VideoMeasured) else "audio"
    if kind in file.ended:
        return state, (), None
    after, events = decide(state, event, rules)
    if after is state:
        return state, (), None
    tally = counted(file.tallies.get(kind, Tally()), event)
    if event.last:
        after, closings = finish(after, event.channel, rules, _CATEGORIES[kind])
        events = (*events, *closings)
    events = _of_file(events)
    file = msgspec.structs.replace(
        file,
        tallies={**file.tallies, kind: tally},
        found=(*file.found, *_found(events, event.segment.epoch, event.channel)),
    )
    if not event.last:
        return msgspec.structs.replace(after, file=file), events, None
    of_kind = tuple(each for each in file.found if kind_of(FAULTS[each.type].category) == kind)
    decided = AnalysisDecided(channel=event.channel, at=at, kind=kind, judged=judged(tally, of_kind))
    return msgspec.structs.replace(_without(after, kind), file=_ended(file, kind, at)), events, decided


def _of_file(events: Iterable[Event]) -> tuple[Event, ...]:
    """Return events of occurrences with the category that they have in a file."""
    return tuple(
        msgspec.structs.replace(
            each,
            fault=msgspec.structs.replace(
                each.fault, category=CATEGORIES[kind_of(FAULTS[each.fault.type].category)]
            ),
        )
        if isinstance(each, OcorrenciaOpened | OcorrenciaEscalated | OcorrenciaClosed)
        else each
        for each in events
    )


def _found(events: Iterable[Event], epoch: str, channel: str) -> tuple[Found, ...]:
    """Return the faults that are over, on the file's own timeline: its epoch began with its first picture."""
    zero = epoch_start(epoch)
    return tuple(
        Found(
            uid=each.uid if stores(channel) else "",
            type=each.fault.type,
            start_s=round(max((each.fault.start_ts - zero).total_seconds(), 0.0), 3),
            end_s=round(max((each.fault.end_ts - zero).total_seconds(), 0.0), 3),
            confidence=each.fault.confidence,
            severity=each.fault.severity,
        )
        for each in events
        if isinstance(each, OcorrenciaClosed)
    )


def _ended(file: FileState, kind: Kind, at: datetime) -> FileState:
    """Forget a kind but for its end, which is remembered for a while (`processors.decisions.forgotten`)."""
    return FileState(
        tallies={name: tally for name, tally in file.tallies.items() if name != kind},
        found=tuple(each for each in file.found if kind_of(FAULTS[each.type].category) != kind),
        ended=(*file.ended, kind),
        ended_at=at,
    )


def _without(state: ChannelState, kind: Kind) -> ChannelState:
    left = {
        name: value
        for name, value in state.thresholds.items()
        if name in FAULTS and kind_of(FAULTS[name].category) != kind
    }
    return msgspec.structs.replace(state, thresholds=left)
