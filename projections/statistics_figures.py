"""What one occurrence adds to the figures of its hour. Pure."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec

from projections.followed import Change
from schemas.ocorrencia import Ocorrencia

_MILLISECOND = timedelta(milliseconds=1)


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """What is counted together."""

    channel: str
    type: str
    severity: str
    hour: datetime
    """UTC, the hour in which the occurrence began."""


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Whole numbers, so that adding and taking back leaves exactly what was there."""

    opened: int = 0
    closed: int = 0
    duration_ms: int = 0
    acked: int = 0
    """Acknowledged at least once."""
    ack_wait_ms: int = 0
    """From the alarm to its first acknowledgement, in all."""


NOTHING = Figures()


def plus(one: Figures, other: Figures, sign: int = 1) -> Figures:
    """Return the sum of two, or with ``sign`` -1 the first without the second."""
    names = Figures.__struct_fields__
    return Figures(**{name: getattr(one, name) + sign * getattr(other, name) for name in names})


def group_of(state: Ocorrencia) -> Group:
    """Return where an occurrence is counted."""
    hour = state.start_ts.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return Group(channel=state.channel, type=state.type, severity=state.severity.value, hour=hour)


def figures_of(state: Ocorrencia) -> Figures:
    """Return what an occurrence adds; nothing once it is deleted."""
    if state.deleted:
        return NOTHING
    acked = state.first_ack_at
    return Figures(
        opened=1,
        closed=int(state.status == "encerrada"),
        duration_ms=round(state.duration_s * 1000),
        acked=int(acked is not None),
        # From the alarm and not from the fault's first sample: until then nobody could know of it.
        ack_wait_ms=(acked - state.created_at) // _MILLISECOND if acked is not None else 0,
    )


def moved(changes: Iterable[Change]) -> dict[Group, Figures]:
    """Return what changes of occurrences add to each group, or take from it; only where they do."""
    sums: dict[Group, Figures] = {}
    for change in changes:
        if change.before is not None:
            _add(sums, change.before, -1)
        _add(sums, change.after, 1)
    return {group: figures for group, figures in sums.items() if figures != NOTHING}


def _add(sums: dict[Group, Figures], state: Ocorrencia, sign: int) -> None:
    group = group_of(state)
    sums[group] = plus(sums.get(group, NOTHING), figures_of(state), sign)
