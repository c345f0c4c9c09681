"""What the log says was told: the occurrences of the decisions stage. Those entered by hand are left out."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from processors.replay.records import Read, Records
from processors.replay.told import DECIDED, Told, as_of, folded
from schemas.events import Event
from schemas.topics import OCORRENCIAS

# An occurrence that lasts longer than this without a further event began too long ago to be found.
LOOK_BACK = timedelta(days=30)
# A stage that was down decides late, though by the media's own clock; more than a day late nobody waits for.
DECIDED_LATE = timedelta(days=1)

Logged = Mapping[str, tuple[tuple[Event, int | None], ...]]
"""By uid, the events of each occurrence with their offsets."""


def logged(bootstrap_servers: str, since: datetime, until: datetime, channels: Collection[str]) -> Logged:
    """Read the events of occurrences that may touch a window; of all live channels if none is named.

    Raises KafkaException, LogSilent.
    """
    with Records(bootstrap_servers, OCORRENCIAS) as records:
        until_s = (until + DECIDED_LATE).timestamp()
        return by_uid(records.read(0, channels=channels, since=since - LOOK_BACK, until_s=until_s))


def by_uid(reads: Iterable[Read]) -> Logged:
    """Return the events of the decisions stage by occurrence, in the order of the log."""
    found: dict[str, tuple[tuple[Event, int | None], ...]] = {}
    for read in reads:
        event = read.envelope.event
        if isinstance(event, DECIDED):
            found[event.uid] = (*found.get(event.uid, ()), (event, read.offset))
    return found


def spans(events: Logged) -> dict[str, list[tuple[datetime, datetime]]]:
    """Return by channel when something was on; what never closed has no end."""
    found: dict[str, list[tuple[datetime, datetime]]] = {}
    for each in events.values():
        told = folded(each)
        if told is not None:
            endless = datetime.max.replace(tzinfo=told.end.tzinfo)
            found.setdefault(told.channel, []).append((told.start, told.end if told.closed else endless))
    return found


def told_by(events: Logged, horizon: Mapping[tuple[str, str], datetime]) -> list[Told]:
    """Return the occurrences of the log as they stood at a horizon, by (channel, fault type).

    What belongs to a channel and type without a horizon is left out.
    """
    found = []
    for each in events.values():
        last = folded(each)
        if last is None or (last.channel, last.type) not in horizon:
            continue
        told = as_of(each, horizon[last.channel, last.type])
        if told is not None:
            found.append(told)
    return found
