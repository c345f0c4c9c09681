"""From scores to the alarms that an operator would see: the fold of the live channel, over a whole file."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

import msgspec
import numpy as np
from numpy.typing import NDArray

from infra.settings import Settings
from processors.decisions.channel import ChannelState, decide, finish
from processors.decisions.rules import SUPPRESSED_BY, Rules
from schemas.events import AudioMeasured, OcorrenciaClosed, VideoMeasured
from schemas.events.detections import ModelUsed
from schemas.events.media import SegmentRef
from training.evaluation.scores import Scores

# Any instant will do: alarms are told relative to it.
_T0 = datetime(2000, 1, 1, tzinfo=UTC)
_CHANNEL = "file"
# Nothing that happens this far from any bad sample matters: votes, suppression, clearing take under 3 s. The
# fold takes 16 us a sample and class, and a threshold is tried thirty times on hours of programme.
AROUND_S = 5.0
_MODEL = ModelUsed(name="judged", version="0", sha256="0" * 64)


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm, in seconds of the file's own timeline."""

    type: str
    start_s: float
    end_s: float
    confidence: float


def alarms_of(
    scores: Scores, thresholds: Mapping[str, float], classes: Collection[str] | None = None
) -> list[Alarm]:
    """Return the alarms that default settings raise on a whole file, in the order of their start.

    ``thresholds`` are the model card's, by class. With ``classes``, only alarms of those are decided (and
    only they and what may suppress them are looked at): a class is tried alone at a fraction of the cost.
    """
    wanted = scores.by_class.keys() if classes is None else classes & scores.by_class.keys()
    looked_at = wanted | {cause for name in wanted for cause in SUPPRESSED_BY.get(name, frozenset())}
    if not any(_may_alarm(scores, name, thresholds) for name in wanted):
        return []
    rules = Rules(Settings())
    places = _near_bad(scores, thresholds, looked_at, rules)
    state, events = decide(ChannelState(), _measured(scores, thresholds, looked_at, places), rules)
    _, closings = finish(state, _CHANNEL, rules)
    ended = [event for event in (*events, *closings) if isinstance(event, OcorrenciaClosed)]
    found = [
        Alarm(
            type=event.fault.type,
            start_s=round((event.fault.start_ts - _T0).total_seconds(), 3),
            end_s=round((event.fault.end_ts - _T0).total_seconds(), 3),
            confidence=event.fault.confidence,
        )
        for event in ended
        if event.fault.type in wanted
    ]
    return sorted(found, key=lambda alarm: (alarm.start_s, alarm.type))


def _may_alarm(scores: Scores, name: str, thresholds: Mapping[str, float]) -> bool:
    """Tell whether any sample is bad at all: most programmes are healthy, and their fold says nothing."""
    column = scores.by_class[name]
    return name not in thresholds or bool(len(column) and column.max() >= thresholds[name])


def _near_bad(
    scores: Scores, thresholds: Mapping[str, float], names: Collection[str], rules: Rules
) -> NDArray[np.intp]:
    """Return the places of the samples within AROUND_S of one that may belong to a fault."""
    bad = np.zeros(len(scores.times_s), np.bool_)
    for name in names & scores.by_class.keys():
        rule = rules.of(name, thresholds)
        if rule is not None:
            bad |= scores.by_class[name] >= rule.edge
    reach = round(AROUND_S / scores.period_s)
    near = np.convolve(bad, np.ones(2 * reach + 1), mode="same") if len(bad) > 2 * reach else bad | True
    return np.flatnonzero(near > 0.5)


def _measured(
    scores: Scores, thresholds: Mapping[str, float], names: Collection[str], places: NDArray[np.intp]
) -> VideoMeasured | AudioMeasured:
    """Return the scores at some places as one event, as the measuring stages write it."""
    kind = VideoMeasured if scores.kind == "video" else AudioMeasured
    return kind(
        channel=_CHANNEL,
        segment=SegmentRef(
            channel=_CHANNEL,
            epoch="0",
            seq=0,
            uri=f"media://{_CHANNEL}/0/00000000.ts",
            size=0,
            sha256=_MODEL.sha256,
            start=_T0,
            start_pts=0,
            duration_s=len(scores.times_s) * scores.period_s,
        ),
        times_s=tuple(scores.times_s[places].tolist()),
        period_s=scores.period_s,
        scores={
            name: tuple(column[places].tolist()) for name, column in scores.by_class.items() if name in names
        },
        measures={},
        model=_MODEL,
        thresholds=dict(thresholds),
        expected=len(places),
        decoded=len(places),
    )
