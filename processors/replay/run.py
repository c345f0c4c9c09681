"""A replay from beginning to end: what the log says, what the fold says now, and how they differ."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import msgspec

from infra.segment_log import partition_of
from infra.settings import Settings
from processors.replay.again import Again
from processors.replay.asked import Asked, lead_s, tail_s
from processors.replay.configured import ConfiguredThen, histories
from processors.replay.difference import compared, counted
from processors.replay.logged import Logged, logged, spans, told_by
from processors.replay.notes import notes
from processors.replay.partition import Partitions
from processors.replay.remeasure import Remeasure
from processors.replay.result import Result, totals_by
from processors.replay.warm import warm_start
from schemas.events.ocorrencias import OcorrenciaEvent
from schemas.faults import FAULTS
from schemas.topics import CHANNEL_PARTITIONS, DETECTIONS

Progress = Callable[[float], None]
"""Takes the share that is done, 0 to 1."""


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """A finished replay, and the events that it would have written for the window."""

    result: Result
    events: tuple[OcorrenciaEvent, ...]


def replay(
    asked: Asked,
    settings: Settings,
    *,
    changed: Mapping[str, str] | None = None,
    remeasure: Remeasure | None = None,
    most: int | None = None,
    on_progress: Progress = lambda share: None,
) -> Replayed:
    """Decide a window again by ``settings`` and the channels' own rules, and compare with the log.

    ``changed``: what of the settings was changed for this replay, by name, to be told; ``most``: differences
    in the result at most. Raises KafkaException when the broker is away, LogSilent.
    """
    began = time.monotonic()
    changed = changed or {}
    rules = ConfiguredThen(settings, histories(settings.bootstrap_servers))
    horizon = asked.until + timedelta(seconds=tail_s(settings))
    before = _logged(asked, settings)
    channels, undecodable = _decided(asked, settings, rules, before, horizon, remeasure, on_progress)
    # Read once more: what was decided meanwhile is no difference.
    before = _logged(asked, settings)
    horizons = {
        (channel.channel, name): channel.horizon_of(fault.category)
        for channel in channels
        for name, fault in FAULTS.items()
    }
    now = [
        told for channel in channels for told in channel.told(rules.of(channel.channel, horizon.timestamp()))
    ]
    differences = compared(told_by(before, horizons), now, asked.since, asked.until)
    telling = [each for each in differences if each.verdict != "same"]
    shown = telling if most is None else telling[:most]
    uids = {each.now.uid for each in differences if each.now is not None}
    result = Result(
        since=asked.since,
        until=asked.until,
        channels=tuple(each.channel for each in channels),
        settings=dict(changed),
        model=None if remeasure is None else f"{remeasure.model.card.name} {remeasure.model.card.version}",
        totals=counted(differences),
        by_type=totals_by(differences, [each.type for each in differences]),
        by_channel=totals_by(differences, [each.channel for each in differences]),
        differences=tuple(shown),
        truncated=len(shown) < len(telling),
        notes=notes(asked, channels, rules, changed, undecodable),
        segments=sum(each.segments for each in channels),
        samples=sum(each.samples for each in channels),
        measured_again=0 if remeasure is None else remeasure.measured,
        missing=0 if remeasure is None else remeasure.missing,
        published=0,
        took_s=round(time.monotonic() - began, 3),
    )
    events = tuple(event for channel in channels for event in channel.events(uids))
    return Replayed(result=result, events=events)


def _logged(asked: Asked, settings: Settings) -> Logged:
    return logged(settings.bootstrap_servers, asked.since, asked.until, asked.channels)


def _decided(
    asked: Asked,
    settings: Settings,
    rules: ConfiguredThen,
    before: Logged,
    horizon: datetime,
    remeasure: Remeasure | None,
    on_progress: Progress,
) -> tuple[list[Again], int]:
    """Fold every partition that is asked for; return the channels by name, and how much was unreadable."""
    on = spans(before)
    partitions: dict[int, list[str]] = {
        number: [] for number in ([] if asked.channels else range(CHANNEL_PARTITIONS))
    }
    for channel in {*asked.channels, *on}:
        if not asked.channels or channel in asked.channels:
            partitions.setdefault(partition_of(channel, DETECTIONS), []).append(channel)
    found: dict[str, Again] = {}
    with Partitions(settings.bootstrap_servers, remeasure) as reading:
        for place, number in enumerate(sorted(partitions)):
            members = partitions[number]
            starts = [
                warm_start(
                    asked.since,
                    timedelta(seconds=lead_s(settings, rules.delays(each))),
                    on.get(each, ()),
                )
                for each in members
            ]
            start = min(starts, default=asked.since - timedelta(seconds=lead_s(settings)))
            tell = _share_of(place, len(partitions), on_progress)
            found |= reading.replayed(number, asked.channels, start, horizon, rules, tell)
            tell(1.0)
        return [found[name] for name in sorted(found)], reading.undecodable


def _share_of(place: int, of: int, on_progress: Progress) -> Progress:
    return lambda share: on_progress((place + share) / of)
