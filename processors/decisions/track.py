"""One class of fault on one channel: moving average, vote, onset, clearing. Pure."""

from datetime import datetime

import msgspec

from processors.decisions.rule import Rule
from processors.decisions.span import span
from schemas.severity import Severity, severity_of

# Epochs may overlap by less than this, by jitter; more is another clock.
BACK_S = 1.0


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One score, speaking for ``period_s`` seconds."""

    at: datetime
    period_s: float
    score: float
    before_s: float = 0.0
    """How much of them lies before ``at``: half for a picture, which is one moment of the time around it."""
    muted_until: datetime | None = None
    """End of the mute within which it lies, if any: nothing opens by it."""

    @property
    def begin(self) -> datetime:
        """UTC from which the sample speaks."""
        return self.at - span(self.before_s) if self.before_s else self.at

    @property
    def end(self) -> datetime:
        """UTC at which the next sample takes over."""
        return self.begin + span(self.period_s)


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """A fault that has opened."""

    start: datetime
    severity: Severity
    confidence: float


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """What is remembered of a class between samples."""

    window: tuple[Sample, ...] = ()
    """The last samples, as many as the moving average takes."""
    votes: int = 0
    """Averages at the threshold or above, in a row."""
    bad_from: datetime | None = None
    """Start of the first bad sample (at the rule's edge or above) of the present run."""
    bad_until: datetime | None = None
    """End of its last bad sample."""
    good_from: datetime | None = None
    """Start of the first good sample since then."""
    alarm: Alarm | None = None
    muted_until: datetime | None = None
    """Up to when it was muted last: what opens later begins no sooner."""


class Opened(msgspec.Struct, frozen=True):
    """The fault has lasted long enough."""

    alarm: Alarm
    end: datetime


class Escalated(msgspec.Struct, frozen=True):
    """It has become graver."""

    alarm: Alarm
    end: datetime
    previous: Severity


class Closed(msgspec.Struct, frozen=True):
    """It is over; ``end`` is the end of the last bad sample."""

    alarm: Alarm
    end: datetime


Change = Opened | Escalated | Closed


def step(track: Track, sample: Sample, rule: Rule) -> tuple[Track, tuple[Change, ...]]:
    """Return the track after one more sample, and what changed.

    Samples must come in the order of time; after a stretch without samples longer than ``rule.hold_s`` an
    open fault is closed where it was last seen.
    """
    changes: tuple[Change, ...] = ()
    if track.window:
        gap_s = (sample.begin - track.window[-1].end).total_seconds()
        # Backwards by more than a sample: a new epoch that overlaps the one before, on another clock.
        if gap_s > rule.hold_s or gap_s < -BACK_S:
            track, changes = close(track)
        elif track.alarm is None and gap_s > rule.merge_s:
            track = Track()
    window = (*track.window, sample)[-rule.moving_avg_m :]
    average = sum(each.score for each in window) / len(window)
    track = msgspec.structs.replace(
        track, window=window, votes=track.votes + 1 if average >= rule.threshold else 0
    )
    track = msgspec.structs.replace(track, muted_until=_muted(track, sample, rule))
    if sample.score >= rule.edge:
        # Epochs that overlap a little may step back.
        until = max(sample.end, track.bad_until or sample.end)
        track = msgspec.structs.replace(
            track, bad_from=track.bad_from or sample.begin, bad_until=until, good_from=None
        )
    elif track.bad_until is not None:
        track = msgspec.structs.replace(track, good_from=track.good_from or sample.begin)
    if track.alarm is None:
        return _waiting(track, sample, rule, average, changes)
    return _lasting(track, track.alarm, sample, rule, average, changes)


def _muted(track: Track, sample: Sample, rule: Rule) -> datetime | None:
    """Return up to when a class was muted last, after one more sample."""
    if not rule.enabled:
        return sample.end
    if sample.muted_until is not None or track.muted_until is None:
        return sample.muted_until or track.muted_until
    # A mute that was taken back before its end held up to this sample.
    return track.muted_until if track.muted_until <= sample.at else sample.begin


def close(track: Track) -> tuple[Track, tuple[Change, ...]]:
    """Return a fresh track, and the closing of the fault if one was open."""
    if track.alarm is None or track.bad_until is None:
        return Track(), ()
    return Track(), (Closed(track.alarm, track.bad_until),)


def _waiting(
    track: Track, sample: Sample, rule: Rule, average: float, changes: tuple[Change, ...]
) -> tuple[Track, tuple[Change, ...]]:
    if track.good_from is not None and (sample.end - track.good_from).total_seconds() > rule.merge_s:
        return msgspec.structs.replace(track, bad_from=None, bad_until=None, good_from=None), changes
    if track.bad_from is None or track.bad_until is None or track.votes < rule.vote_k:
        return track, changes
    lasted = (track.bad_until - track.bad_from).total_seconds()
    if lasted < rule.onset_s or sample.muted_until is not None or not rule.enabled:
        return track, changes
    start = max(track.bad_from, track.muted_until or track.bad_from)
    if start >= track.bad_until:
        return track, changes
    lasted = (track.bad_until - start).total_seconds()
    alarm = Alarm(start=start, severity=severity_of(lasted), confidence=average)
    return msgspec.structs.replace(track, alarm=alarm), (*changes, Opened(alarm, track.bad_until))


def _lasting(
    track: Track, alarm: Alarm, sample: Sample, rule: Rule, average: float, changes: tuple[Change, ...]
) -> tuple[Track, tuple[Change, ...]]:
    if track.good_from is not None and (sample.end - track.good_from).total_seconds() >= rule.clear_s:
        # The window goes on: what is good now is good for the next vote too.
        closed, ending = close(track)
        after = msgspec.structs.replace(closed, window=track.window, muted_until=track.muted_until)
        return after, (*changes, *ending)
    bad_until = track.bad_until or sample.end
    severity = severity_of((bad_until - alarm.start).total_seconds())
    graver = severity.rank > alarm.severity.rank
    now = Alarm(
        start=alarm.start,
        severity=severity if graver else alarm.severity,
        confidence=max(alarm.confidence, average),
    )
    if graver:
        changes = (*changes, Escalated(now, bad_until, alarm.severity))
    return msgspec.structs.replace(track, alarm=now), changes
