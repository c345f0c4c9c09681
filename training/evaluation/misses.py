"""The faults missed and the false alarms, a line each: where to look."""

from collections.abc import Iterator, Sequence
from typing import Literal

from training.evaluation.figures import Case


def lines(cases: Sequence[Case], what: Literal["missed", "false"]) -> Iterator[str]:
    """Yield a line for each fault missed, or each false alarm: file, time, type and what is known of it."""
    for case in cases:
        if what == "missed":
            for fault in case.verdict.missed:
                yield f"`{fault.type}` {_span(fault.start_s, fault.end_s)} of {case.file}: {fault.detail}"
        else:
            for false in case.verdict.false:
                if false.nature == "companion":
                    continue
                alarm = false.alarm
                during = f" during {false.during.type} ({false.during.detail})" if false.during else ""
                yield (
                    f"`{alarm.type}` {_span(alarm.start_s, alarm.end_s)} of {case.file}: {false.nature}"
                    f"{during}, confidence {alarm.confidence:.2f}"
                )


def _span(start_s: float, end_s: float) -> str:
    return f"{start_s:.1f} to {end_s:.1f} s"
