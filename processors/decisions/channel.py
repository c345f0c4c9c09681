"""All faults of one channel: the fold that the decisions stage, file analysis and replay share. Pure."""

from datetime import datetime, timedelta
from functools import partial

import msgspec

from processors.decisions.rules import SIGNAL_RULE, SUPPRESSED_BY, Rule, Rules
from processors.decisions.signal import Outage, lasting, over
from processors.decisions.tell import Because, told
from processors.decisions.track import Change, Sample, Track, close, step
from schemas.events import AudioMeasured, Event, StreamStatusChanged, VideoMeasured
from schemas.events.detections import Measured
from schemas.events.media import SegmentRef


class ChannelState(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of a channel between events."""

    tracks: dict[str, Track] = {}
    """By fault type."""
    outage: Outage | None = None
    """No media arrives, as the ingest says."""
    undecodable: Outage | None = None
    """Media arrives in which no picture decodes, as the video stage says."""
    heard_at: datetime | None = None
    """When the last status folded in was observed: a repeated or older one changes nothing."""
    watched_from: datetime | None = None
    """When the channel was last stopped on purpose: no outage reaches back over that."""
    measured: dict[str, tuple[str, int]] = {}
    """Last segment folded in, (epoch, seq), by kind of measure: a repeated or older one changes nothing."""


def decide(state: ChannelState, event: Event, rules: Rules) -> tuple[ChannelState, tuple[Event, ...]]:
    """Return the channel's state after one more event, and the occurrence events that follow."""
    match event:
        case VideoMeasured():
            if _known(state, "video", event.segment):
                return state, ()
            state, about_signal = _decoding(state, event)
            state, about_picture = _measured(state, event, rules)
            return _seen(state, "video", event.segment), about_signal + about_picture
        case AudioMeasured():
            if _known(state, "audio", event.segment):
                return state, ()
            state, about_sound = _measured(state, event, rules)
            return _seen(state, "audio", event.segment), about_sound
        case StreamStatusChanged():
            return _status(state, event)
    return state, ()


def _known(state: ChannelState, kind: str, segment: SegmentRef) -> bool:
    # Epochs are named by their instant, so that they sort in the order of time.
    return (segment.epoch, segment.seq) <= state.measured.get(kind, ("", -1))


def _seen(state: ChannelState, kind: str, segment: SegmentRef) -> ChannelState:
    return msgspec.structs.replace(state, measured={**state.measured, kind: (segment.epoch, segment.seq)})


def _measured(state: ChannelState, event: Measured, rules: Rules) -> tuple[ChannelState, tuple[Event, ...]]:
    known = [(name, rules.of(name, event.thresholds)) for name in event.scores]
    classes: dict[str, Rule] = {name: rule for name, rule in known if rule is not None}
    tracks = {name: state.tracks.get(name, Track()) for name in classes}
    events: list[Event] = []
    for index, offset_s in enumerate(event.times_s):
        at = event.segment.start + timedelta(seconds=offset_s)
        scores = {name: event.scores[name][index] for name in classes}
        for name, rule in classes.items():
            score = 0.0 if _suppressed(name, scores, classes) else scores[name]
            sample = Sample(at=at, period_s=event.period_s, score=score)
            before = tracks[name]
            tracks[name], changes = step(before, sample, rule)
            because = Because(
                rule=rule,
                model=event.model,
                segment=event.segment,
                window=tracks[name].window or (sample,),
            )
            events += map(partial(told, event.channel, because=because), changes)
    return msgspec.structs.replace(state, tracks={**state.tracks, **tracks}), tuple(events)


def _suppressed(name: str, scores: dict[str, float], rules: dict[str, Rule]) -> bool:
    causes = SUPPRESSED_BY.get(name, frozenset()) & scores.keys()
    return any(scores[cause] >= rules[cause].threshold for cause in causes)


def _decoding(state: ChannelState, event: VideoMeasured) -> tuple[ChannelState, tuple[Event, ...]]:
    """Fold in whether a segment's picture decodes at all."""
    if event.expected == 0 or (event.decoded == 0 and state.outage is not None):
        # No picture was to be expected, or the signal is known to be lost: one loss, one occurrence.
        return state, ()
    if event.decoded == 0:
        outage, changes = lasting(state.undecodable, event.segment.start, event.segment.end, SIGNAL_RULE)
        reason = "media arrives, but no picture in it decodes"
        return _with_outage(
            msgspec.structs.replace(state, undecodable=outage), event.channel, changes, reason, event.segment
        )
    changes = over(state.undecodable, event.segment.start)
    because = Because(rule=SIGNAL_RULE, reason="the picture decodes again", segment=event.segment)
    return (
        msgspec.structs.replace(state, undecodable=None),
        tuple(told(event.channel, change, because=because) for change in changes),
    )


def _status(state: ChannelState, event: StreamStatusChanged) -> tuple[ChannelState, tuple[Event, ...]]:
    if state.heard_at is not None and event.observed_at <= state.heard_at:
        return state, ()
    state = msgspec.structs.replace(state, heard_at=event.observed_at)
    because = Because(rule=SIGNAL_RULE, reason=event.reason or event.state)
    match event.state:
        case "trouble":
            since = max(event.since, state.watched_from or event.since)
            # A picture that did not decode before the media ended: one loss, one occurrence.
            outage, changes = lasting(
                state.outage or state.undecodable, since, event.observed_at, SIGNAL_RULE
            )
            state = msgspec.structs.replace(state, undecodable=None)
            reason = f"{event.trouble}: {event.reason}" if event.reason else str(event.trouble)
            return _with_outage(
                msgspec.structs.replace(state, outage=outage), event.channel, changes, reason, None
            )
        case "running":
            lost = state.outage
            ended: tuple[Change, ...] = ()
            if lost is not None and lost.alarm is None:
                # The word that it counts never came: the ingest was killed, or media came back meanwhile.
                lost, ended = lasting(lost, lost.since, event.since, SIGNAL_RULE)
            ended += over(lost, event.since)
            state = msgspec.structs.replace(state, outage=None)
            return state, tuple(told(event.channel, change, because=because) for change in ended)
        case "stopped":
            # Stopped on purpose: nothing of this channel can be open any longer, and nobody is alarmed.
            ended = over(state.outage, event.observed_at) + over(state.undecodable, event.observed_at)
            state = msgspec.structs.replace(
                state, outage=None, undecodable=None, watched_from=event.observed_at
            )
            events = tuple(told(event.channel, change, because=because) for change in ended)
            state, closings = _close_tracks(state, event.channel, because.reason)
            return state, events + closings
    return state, ()


def _with_outage(
    state: ChannelState,
    channel: str,
    changes: tuple[Change, ...],
    reason: str,
    segment: SegmentRef | None,
) -> tuple[ChannelState, tuple[Event, ...]]:
    """Tell of an outage; once it has opened it suppresses every other fault of the channel."""
    because = Because(rule=SIGNAL_RULE, reason=reason, segment=segment)
    events = tuple(told(channel, change, because=because) for change in changes)
    alarms = [outage.alarm for outage in (state.outage, state.undecodable) if outage is not None]
    if not any(alarms):
        return state, events
    state, closings = _close_tracks(state, channel, "the signal is lost")
    return state, closings + events


def _close_tracks(state: ChannelState, channel: str, reason: str) -> tuple[ChannelState, tuple[Event, ...]]:
    events: list[Event] = []
    for name, track in state.tracks.items():
        _, changes = close(track)
        because = Because(rule=msgspec.structs.replace(SIGNAL_RULE, fault=name), reason=reason)
        events += [told(channel, change, because=because) for change in changes]
    return msgspec.structs.replace(state, tracks={}), tuple(events)
