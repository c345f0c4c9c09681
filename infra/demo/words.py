"""What the demo prints: a line for each alarm as it arrives, a table at the end."""

from collections.abc import Sequence
from datetime import datetime

from infra.demo.score import Injection, Row, Told, injection_of

KINDS = {
    "nova_ocorrencia": "OPENED",
    "ocorrencia_atualizada": "updated",
    "ocorrencia_encerrada": "closed",
}


def alarm(told: Told, script: Sequence[Injection]) -> str:
    """Return the line of an alarm: what, where, how grave, and how long after the moment it tells of."""
    injection = injection_of(told, script)
    line = f"{told.channel}  {KINDS.get(told.kind, told.kind):<8} {told.type:<15} {told.severity:<16}"
    if injection is None:
        return f"{line} (not in the script) since {clock(told.start)}"
    if told.kind == "nova_ocorrencia":
        delay = _after(told.arrived_at, injection.start)
        return f"{line} {delay} after it went on air at {clock(injection.start)}"
    if told.kind == "ocorrencia_encerrada":
        return f"{line} {_after(told.arrived_at, injection.end)} after it ended at {clock(injection.end)}"
    lasts = f"{line} lasts {seconds((told.end - told.start).total_seconds())} so far"
    return f"{lasts}, clip {told.clip}" if told.clip else lasts


def table(rows: Sequence[Row]) -> list[str]:
    """Return the demo's table, a line a row."""
    lines = [
        f"{'fault':<15} {'channel':<8} {'injected':<12} {'opened':<12} {'delay':>7}  {'closed':<12} "
        f"{'delay':>7}  verdict"
    ]
    for row in rows:
        lines.append(
            f"{row.fault:<15} {row.channel:<8} {clock(row.injected):<12} {clock(row.opened):<12} "
            f"{seconds(row.open_delay_s):>7}  {clock(row.closed):<12} {seconds(row.close_delay_s):>7}  "
            f"{row.verdict}"
        )
    return lines


def clock(moment: datetime | None) -> str:
    """Return a moment as local time of day, to the tenth."""
    if moment is None:
        return "-"
    local = moment.astimezone()
    return f"{local:%H:%M:%S}.{local.microsecond // 100_000}"


def seconds(duration_s: float | None) -> str:
    """Return a duration to the tenth of a second."""
    return "-" if duration_s is None else f"{duration_s:.1f} s"


def _after(later: datetime, earlier: datetime) -> str:
    return seconds((later - earlier).total_seconds())
