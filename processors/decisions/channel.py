"""All faults of one channel: the fold that the decisions stage, file analysis and replay share. Pure."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import msgspec

from processors.decisions.limits import Limits
from processors.decisions.quiet import quiet
from processors.decisions.rule import Rule
from processors.decisions.rules import Rules
from processors.decisions.signal import Outage, lasting, over
from processors.decisions.span import span
from processors.decisions.suppression import settled
from processors.decisions.tally import FileState
from processors.decisions.tell import Because, told
from processors.decisions.track import Change, Sample, Track, close
from schemas.events import AudioMeasured, Event, StreamStatusChanged, VideoMeasured
from schemas.events.detections import Measured
from schemas.events.media import SegmentRef
from schemas.faults import Category


class ChannelState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is remembered of a channel between events."""

    tracks: dict[str, Track] = {}
    """By fault type."""
    waiting: dict[str, tuple[Sample, ...]] = {}
    """Samples held back until it is known whether another fault brings theirs about, by fault type."""
    thresholds: dict[str, float] = {}
    """What the models' cards last named, by fault type: for judging what waits when nothing more comes."""
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
    file: FileState | None = None
    """What is known of the file on whose channel this is; None on a live channel."""


def decide(state: ChannelState, event: Event, rules: Rules) -> tuple[ChannelState, tuple[Event, ...]]:
    """Return the channel's state after one more event, and the occurrence events that follow."""
    state, withdrawn = _withdrawn(state, event.channel, rules)
    state, events = _decided(state, event, rules)
    return state, withdrawn + events


def _decided(state: ChannelState, event: Event, rules: Rules) -> tuple[ChannelState, tuple[Event, ...]]:
    match event:
        case VideoMeasured():
            if _known(state, "video", event.segment):
                return state, ()
            state, about_signal = _decoding(state, event, rules)
            state, about_picture = _measured(state, event, rules)
            return _seen(state, "video", event.segment), about_signal + about_picture
        case AudioMeasured():
            if _known(state, "audio", event.segment):
                return state, ()
            state, about_sound = _measured(state, event, rules)
            return _seen(state, "audio", event.segment), about_sound
        case StreamStatusChanged():
            return _status(state, event, rules)
    return state, ()


def finish(
    state: ChannelState, channel: str, rules: Rules, categories: Collection[Category] = frozenset(Category)
) -> tuple[ChannelState, tuple[Event, ...]]:
    """Return the state and the events once nothing more will come of a channel, as at the end of a file.

    Samples that wait are judged by what is known, and every fault is closed where it was last seen.
    ``categories``: of what nothing more will come; picture and sound of a file may end apart.
    """
    because = Because(rule=rules.signal, reason="the media ends")
    events: tuple[Event, ...] = ()
    if Category.SINAL in categories:
        for lost in (state.outage, state.undecodable):
            if lost is not None:
                events += tuple(told(channel, change, because=because) for change in over(lost, lost.until))
        state = msgspec.structs.replace(state, outage=None, undecodable=None)
    state, closings = _close_tracks(state, channel, because.reason, rules, categories)
    return state, events + closings


def _withdrawn(state: ChannelState, channel: str, rules: Rules) -> tuple[ChannelState, tuple[Event, ...]]:
    """Close what is open of faults that are no longer watched for on this channel."""
    if not rules.disabled:
        return state, ()
    reason = "no longer watched for on this channel"
    open_ones = [name for name, track in state.tracks.items() if track.alarm is not None]
    events: list[Event] = []
    tracks = dict(state.tracks)
    for name, rule in _rules_of(open_ones, state.thresholds, rules).items():
        if not rule.enabled:
            tracks[name], endings = close(tracks[name])
            events += [told(channel, end, because=Because(rule=rule, reason=reason)) for end in endings]
    signal = rules.signal
    lost = {"outage": state.outage, "undecodable": state.undecodable}
    for kind, outage in lost.items():
        if outage is not None and outage.alarm is not None and not signal.enabled:
            because = Because(rule=signal, reason=reason)
            events += [told(channel, end, because=because) for end in over(outage, outage.until)]
            lost[kind] = msgspec.structs.replace(outage, alarm=None)
    if not events:
        return state, ()
    return msgspec.structs.replace(state, tracks=tracks, **lost), tuple(events)


def _known(state: ChannelState, kind: str, segment: SegmentRef) -> bool:
    # Epochs are named by their instant, so that they sort in the order of time.
    return (segment.epoch, segment.seq) <= state.measured.get(kind, ("", -1))


def _seen(state: ChannelState, kind: str, segment: SegmentRef) -> ChannelState:
    return msgspec.structs.replace(state, measured={**state.measured, kind: (segment.epoch, segment.seq)})


def _measured(state: ChannelState, event: Measured, rules: Rules) -> tuple[ChannelState, tuple[Event, ...]]:
    scored = rules.scored(event.scores, event.thresholds)
    classes = scored.classes
    # A picture is looked at for a moment, sound is heard for the whole of its sample.
    before_s = event.period_s / 2 if isinstance(event, VideoMeasured) else 0.0
    after = _all_quiet(state, event, scored.quiet, before_s, rules)
    if after is not None:
        return msgspec.structs.replace(state, tracks=after, thresholds=_named(state, event)), ()
    tracks, waiting, events = state.tracks, state.waiting, list[Event]()
    for index, offset_s in enumerate(event.times_s):
        at = event.segment.start + span(offset_s)
        if _lost(state, at):
            continue
        muted_until = rules.muted_until(at)
        queues = dict(waiting)
        for name in classes:
            score = event.scores[name][index]
            sample = Sample(
                at=at, period_s=event.period_s, score=score, before_s=before_s, muted_until=muted_until
            )
            queues[name] = (*waiting.get(name, ()), sample)
        now = settled(tracks, queues, classes)
        tracks, waiting = now.tracks, now.waiting
        for each in now.steps:
            because = Because(
                rule=classes[each.fault],
                reason=each.reason,
                model=event.model,
                segment=event.segment,
                window=each.window,
            )
            events.append(told(event.channel, each.change, because=because))
    state = msgspec.structs.replace(state, tracks=tracks, waiting=waiting, thresholds=_named(state, event))
    return state, tuple(events)


def _all_quiet(
    state: ChannelState, event: Measured, within: Limits | None, before_s: float, rules: Rules
) -> dict[str, Track] | None:
    """Return the tracks after a segment in which nothing is the matter; None for any other."""
    if within is None or state.outage is not None or state.undecodable is not None:
        return None
    if not state.waiting.keys().isdisjoint(event.scores):
        return None
    start = event.segment.start
    if rules.mutes and any(rules.muted_until(start + span(each)) for each in event.times_s):
        return None
    return quiet(state.tracks, within, event.scores, event.times_s, start, event.period_s, before_s)


def _named(state: ChannelState, event: Measured) -> dict[str, float]:
    """Return the thresholds that the models' cards have named last."""
    return {**state.thresholds, **event.thresholds}


def _lost(state: ChannelState, at: datetime) -> bool:
    """Tell whether a sample lies within a loss that has opened: measured late, or sound without a picture."""
    if state.undecodable is not None and state.undecodable.alarm is not None:
        return True
    # What was recorded after the last word of the loss is media that came back; that word may be on its way.
    return state.outage is not None and state.outage.alarm is not None and at < state.outage.until


def _rules_of(names: Iterable[str], thresholds: Mapping[str, float], rules: Rules) -> dict[str, Rule]:
    """Return the rule of each class that is a fault."""
    known = [(name, rules.of(name, thresholds)) for name in names]
    return {name: rule for name, rule in known if rule is not None}


def _decoding(
    state: ChannelState, event: VideoMeasured, rules: Rules
) -> tuple[ChannelState, tuple[Event, ...]]:
    """Fold in whether a segment's picture decodes at all."""
    if event.expected == 0 or (event.decoded == 0 and state.outage is not None):
        # No picture was to be expected, or the signal is known to be lost: one loss, one occurrence.
        return state, ()
    if event.decoded == 0:
        until = event.segment.end
        outage, changes = lasting(
            state.undecodable, event.segment.start, until, rules.signal, rules.muted_until(until)
        )
        reason = "media arrives, but no picture in it decodes"
        return _with_outage(
            msgspec.structs.replace(state, undecodable=outage),
            event.channel,
            changes,
            Because(rule=rules.signal, reason=reason, segment=event.segment),
            rules,
        )
    if state.undecodable is None:
        return state, ()
    changes = over(state.undecodable, event.segment.start)
    because = Because(rule=rules.signal, reason="the picture decodes again", segment=event.segment)
    return (
        msgspec.structs.replace(state, undecodable=None),
        tuple(told(event.channel, change, because=because) for change in changes),
    )


def _status(
    state: ChannelState, event: StreamStatusChanged, rules: Rules
) -> tuple[ChannelState, tuple[Event, ...]]:
    if state.heard_at is not None and event.observed_at <= state.heard_at:
        return state, ()
    state = msgspec.structs.replace(state, heard_at=event.observed_at)
    because = Because(rule=rules.signal, reason=event.reason or event.state)
    match event.state:
        case "trouble":
            since = max(event.since, state.watched_from or event.since)
            # A picture that did not decode before the media ended: one loss, one occurrence.
            until = event.observed_at
            outage, changes = lasting(
                state.outage or state.undecodable, since, until, rules.signal, rules.muted_until(until)
            )
            state = msgspec.structs.replace(state, undecodable=None)
            reason = f"{event.trouble}: {event.reason}" if event.reason else str(event.trouble)
            return _with_outage(
                msgspec.structs.replace(state, outage=outage),
                event.channel,
                changes,
                Because(rule=rules.signal, reason=reason),
                rules,
            )
        case "running":
            lost = state.outage
            ended: tuple[Change, ...] = ()
            if lost is not None and lost.alarm is None:
                # The word that it counts never came: the ingest was killed, or media came back meanwhile.
                muted_until = rules.muted_until(event.since)
                lost, ended = lasting(lost, lost.since, event.since, rules.signal, muted_until)
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
            state, closings = _close_tracks(state, event.channel, because.reason, rules)
            return state, events + closings
    return state, ()


def _with_outage(
    state: ChannelState,
    channel: str,
    changes: tuple[Change, ...],
    because: Because,
    rules: Rules,
) -> tuple[ChannelState, tuple[Event, ...]]:
    """Tell of an outage; once it has opened it suppresses every other fault of the channel."""
    events = tuple(told(channel, change, because=because) for change in changes)
    alarms = [outage.alarm for outage in (state.outage, state.undecodable) if outage is not None]
    if not any(alarms):
        return state, events
    state, closings = _close_tracks(state, channel, "the signal is lost", rules)
    return state, closings + events


def _close_tracks(
    state: ChannelState,
    channel: str,
    reason: str,
    rules: Rules,
    categories: Collection[Category] = frozenset(Category),
) -> tuple[ChannelState, tuple[Event, ...]]:
    """Judge what waits, then close every fault of some categories where it was last seen."""
    known = _rules_of({**state.tracks, **state.waiting}, state.thresholds, rules)
    classes = {name: rule for name, rule in known.items() if rule.category in categories}
    rest = settled(state.tracks, state.waiting, classes, last=True)
    events = [
        told(channel, each.change, because=Because(rule=classes[each.fault], reason=each.reason))
        for each in rest.steps
    ]
    for name, rule in classes.items():
        _, endings = close(rest.tracks.get(name, Track()))
        events += [told(channel, end, because=Because(rule=rule, reason=reason)) for end in endings]
    tracks = {name: track for name, track in state.tracks.items() if name not in classes and name in known}
    waiting = {name: samples for name, samples in state.waiting.items() if name in known.keys() - classes}
    return msgspec.structs.replace(state, tracks=tracks, waiting=waiting), tuple(events)
