"""The availability report as a spreadsheet reads it: a row a channel, a column a fault type."""

import csv
import io
from collections.abc import Iterable

from api.availability import Availability, ChannelAvailability
from api.ocorrencia_csv import BOM, MEDIA_TYPE, cell
from api.ocorrencia_read import with_offset
from schemas.faults import FAULTS

__all__ = ["FILE", "MEDIA_TYPE", "as_csv", "wants_csv"]

FILE = "availability.csv"
_BEFORE = (
    "channel",
    "from",
    "to",
    "known_since",
    "seconds",
    "observed_percent",
    "healthy_percent",
    "healthy_s",
    "faulty_s",
    "not_observed_s",
    "off_s",
    "longest_hole_s",
    "longest_hole_from",
    "alarms",
    "acknowledged",
    "mean_time_to_ack_s",
)


def as_csv(report: Availability) -> bytes:
    """Return the report, UTF-8: a column for each fault type, those that people have entered last."""
    entered = {kind for each in report.channels for kind in each.faults} - FAULTS.keys()
    kinds = (*FAULTS, *sorted(entered))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow((*_BEFORE, *(cell(f"{kind}_s") for kind in kinds)))
    writer.writerows(_row(report, each, kinds) for each in report.channels)
    return (BOM + out.getvalue()).encode()


def wants_csv(accept: str) -> bool:
    """Tell whether an ``Accept`` header prefers CSV to JSON: names it, and names it before JSON."""
    named = [each.partition(";")[0].strip().lower() for each in accept.split(",")]
    if "text/csv" not in named:
        return False
    return "application/json" not in named or named.index("text/csv") < named.index("application/json")


def _row(report: Availability, each: ChannelAvailability, kinds: Iterable[str]) -> tuple[str, ...]:
    hole = each.longest_hole
    return (
        cell(each.channel),
        with_offset(report.since),
        with_offset(report.until),
        with_offset(each.known_since),
        str(each.seconds),
        _number(each.observed_percent),
        _number(each.healthy_percent),
        str(each.healthy_s),
        str(each.faulty_s),
        str(each.not_observed_s),
        str(each.off_s),
        str(hole.seconds) if hole else "0",
        with_offset(hole.since) if hole else "",
        str(each.alarms),
        str(each.acknowledged),
        _number(each.mean_time_to_ack_s),
        *(str(each.faults.get(kind, 0)) for kind in kinds),
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}" if value == int(value) else str(value)
