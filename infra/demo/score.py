"""What the demo promised against what Horus said: every fault raised once, closed once, and nothing else."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from infra.demo.air import air_time
from infra.demo.programme import Programme

# How far from the injected moments an alarm's own may lie and still be that alarm: the time on air is right
# to a fifth of a second, a sample of sound covers one second. Faults of a channel lie 8 s apart.
SLACK = timedelta(seconds=2)


class Injection(msgspec.Struct, frozen=True, kw_only=True):
    """A fault as it was put on air."""

    channel: str
    type: str
    start: datetime
    end: datetime


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """An occurrence as it was told on the WebSocket; times of arrival are this machine's."""

    uid: str
    channel: str
    type: str
    start: datetime
    end: datetime
    opened_at: datetime | None = None
    closed_at: datetime | None = None
    openings: int = 0
    closings: int = 0


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One message of the WebSocket about one occurrence."""

    kind: str
    """``nova_ocorrencia``, ``ocorrencia_atualizada`` or ``ocorrencia_encerrada``."""
    arrived_at: datetime
    uid: str
    channel: str
    type: str
    severity: str
    start: datetime
    end: datetime
    clip: str | None = None
    """File name of the evidence, once it was cut."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the demo's table."""

    fault: str
    channel: str
    injected: datetime | None
    """None: nobody put this on air."""
    opened: datetime | None
    closed: datetime | None
    open_delay_s: float | None
    """From the injection to the alarm's arrival."""
    close_delay_s: float | None
    """From the fault's end to the arrival of its closing."""
    verdict: str
    good: bool


def injections(programmes: Iterable[Programme], on_air_at: datetime, cycle: int) -> list[Injection]:
    """Return every fault of one run of the script, in the order of their moments on air."""
    found = [
        Injection(
            channel=programme.name,
            type=fault.type,
            start=air_time(fault.start_s, cycle, on_air_at, programme.duration_s),
            end=air_time(fault.end_s, cycle, on_air_at, programme.duration_s),
        )
        for programme in programmes
        for fault in programme.faults
    ]
    return sorted(found, key=lambda each: each.start)


def hear(heard: dict[str, Heard], told: Told) -> dict[str, Heard]:
    """Return what was heard so far, by uid, with one more message."""
    before = heard.get(told.uid) or Heard(
        uid=told.uid, channel=told.channel, type=told.type, start=told.start, end=told.end
    )
    opening, closing = told.kind == "nova_ocorrencia", told.kind == "ocorrencia_encerrada"
    after = msgspec.structs.replace(
        before,
        start=told.start,
        end=told.end,
        openings=before.openings + opening,
        closings=before.closings + closing,
        opened_at=told.arrived_at if opening and before.opened_at is None else before.opened_at,
        closed_at=told.arrived_at if closing and before.closed_at is None else before.closed_at,
    )
    return {**heard, told.uid: after}


def injection_of(told: Told | Heard, script: Iterable[Injection]) -> Injection | None:
    """Return the fault of the script that an occurrence tells of: same channel and type, overlapping."""
    for each in script:
        if (each.channel, each.type) == (told.channel, told.type) and (
            told.start <= each.end + SLACK and told.end >= each.start - SLACK
        ):
            return each
    return None


def judge(
    script: Sequence[Injection],
    heard: Iterable[Heard],
    counted_from: datetime,
    aired: Sequence[Injection] = (),
) -> list[Row]:
    """Return a row for each fault of the script, then one for each occurrence that tells of nothing aired.

    ``aired``: faults that were on air besides the script's, in another run of it. Occurrences that began
    before ``counted_from`` do not count: the channels had only just been connected.
    """
    rest = [each for each in heard if each.start >= counted_from]
    rows = []
    for injection in script:
        mine = [each for each in rest if injection_of(each, script) == injection]
        rows.append(_row(injection, mine))
    strangers = [each for each in rest if injection_of(each, [*script, *aired]) is None]
    return rows + [_stranger(each) for each in strangers]


def complete(script: Sequence[Injection], heard: Iterable[Heard]) -> bool:
    """Tell whether every fault of the script was raised and closed."""
    closed = [injection_of(each, script) for each in heard if each.openings and each.closings]
    return all(injection in closed for injection in script)


def _row(injection: Injection, mine: list[Heard]) -> Row:
    first = mine[0] if mine else None
    opened, closed = (first.opened_at, first.closed_at) if first else (None, None)
    verdict = _verdict(mine)
    return Row(
        fault=injection.type,
        channel=injection.channel,
        injected=injection.start,
        opened=opened,
        closed=closed,
        open_delay_s=(opened - injection.start).total_seconds() if opened else None,
        close_delay_s=(closed - injection.end).total_seconds() if closed else None,
        verdict=verdict,
        good=verdict == "ok",
    )


def _verdict(mine: list[Heard]) -> str:
    openings, closings = sum(each.openings for each in mine), sum(each.closings for each in mine)
    if openings == 0:
        return "missed"
    if openings > 1:
        return f"raised {openings} times"
    if closings == 0:
        return "not closed"
    return "ok" if closings == 1 else f"closed {closings} times"


def _stranger(heard: Heard) -> Row:
    return Row(
        fault=heard.type,
        channel=heard.channel,
        injected=None,
        opened=heard.opened_at,
        closed=heard.closed_at,
        open_delay_s=None,
        close_delay_s=None,
        verdict="false alarm",
        good=False,
    )
