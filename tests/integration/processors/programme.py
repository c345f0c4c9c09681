"""Measures of channels on which faults come and go, and what the plain fold decides of them."""

import random

import msgspec

from infra.settings import load
from processors.decisions.channel import ChannelState, decide
from processors.decisions.rules import Rules
from schemas.envelope import event_id
from schemas.events import VideoMeasured
from tests.unit.processors.decisions.log_of import picture


def programme(channel: str, seconds: int, rng: random.Random) -> list[VideoMeasured]:
    """Measures of a channel on which faults of 1 to 12 s come and go."""
    events: list[VideoMeasured] = []
    bad, left = False, rng.randint(3, 8)
    for seq in range(seconds):
        if left == 0:
            bad, left = not bad, rng.randint(2, 12)
        left -= 1
        event = picture(seq, freeze=float(bad))
        events.append(
            msgspec.structs.replace(
                event, channel=channel, segment=msgspec.structs.replace(event.segment, channel=channel)
            )
        )
    return events


def expected_ids(events: list[VideoMeasured]) -> list[str]:
    """Return the ids of what the plain fold decides."""
    rules, state, ids = Rules(load({}, dotenv=None)), ChannelState(), list[str]()
    for event in events:
        state, decided = decide(state, event, rules)
        ids += [event_id(each) for each in decided]
    return ids
