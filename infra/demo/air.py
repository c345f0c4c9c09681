"""When a programme's moments are on air: it runs by the wall clock, watched or not, and repeats for ever."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from infra.demo.programme import Fault


def air_time(programme_position_s: float, cycle: int, on_air_at: datetime, duration_s: float) -> datetime:
    """Return when a position of the programme is on air in its ``cycle``-th run (0 is the first)."""
    return on_air_at + timedelta(seconds=cycle * duration_s + programme_position_s)


def cycle_and_position(now: datetime, on_air_at: datetime, duration_s: float) -> tuple[int, float]:
    """Return the run and the position in it, seconds, at a moment; negative runs lie before the first."""
    cycle, position = divmod((now - on_air_at).total_seconds(), duration_s)
    return int(cycle), position


def dark_until(
    now: datetime, cuts: Iterable[Fault], on_air_at: datetime, duration_s: float
) -> datetime | None:
    """Return when transmission comes back if a cut, or the time before the first run, covers now."""
    if now < on_air_at:
        return on_air_at
    cycle, position = cycle_and_position(now, on_air_at, duration_s)
    for cut in cuts:
        if cut.covers(position):
            return air_time(cut.end_s, cycle, on_air_at, duration_s)
    return None
