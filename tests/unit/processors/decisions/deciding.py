"""What is decided from a channel's events, in words short enough to compare."""

from collections.abc import Iterable

from infra.settings import load
from processors.decisions.channel import ChannelState, decide
from processors.decisions.rules import Rules
from schemas.events import Event, OcorrenciaClosed, OcorrenciaEscalated, OcorrenciaOpened
from tests.unit.processors.decisions.log_of import T0

Decided = OcorrenciaOpened | OcorrenciaEscalated | OcorrenciaClosed
RULES = Rules(load({}, dotenv=None))


def told(events: Iterable[Event], rules: Rules = RULES) -> list[Decided]:
    state, out = ChannelState(), list[Decided]()
    for event in events:
        state, new = decide(state, event, rules)
        out += [each for each in new if isinstance(each, Decided)]
    return out


def in_short(events: Iterable[Decided]) -> list[tuple[str, str]]:
    words = {OcorrenciaOpened: "opened", OcorrenciaEscalated: "escalated", OcorrenciaClosed: "closed"}
    return [(words[type(each)], each.fault.type) for each in events]


def spans(events: Iterable[Event]) -> list[tuple[str, float, float]]:
    """Return (type, start, end) of each occurrence that was closed, in seconds after T0, by type."""
    faults = [event.fault for event in events if isinstance(event, OcorrenciaClosed)]
    return sorted(
        (each.type, (each.start_ts - T0).total_seconds(), (each.end_ts - T0).total_seconds())
        for each in faults
    )
