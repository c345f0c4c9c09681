"""Which faults of a programme were found, and which alarms are false: the truth against the alarms."""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from processors.decisions.rules import SUPPRESSED_BY
from schemas.faults import FAULTS
from training.evaluation.alarms import Alarm
from training.truth_file import Fault, Truth

# An event counts as found when its type is right and at least half of it is covered (the definition that the
# figures of docs/models.md and the sealed set share).
COVERED = 0.5
# An alarm mostly within a stretch that nobody can judge is neither right nor false.
MOSTLY = 0.5

Nature = Literal["healthy", "wrong type", "companion"]
"""Of an alarm that is no fault of its type: raised on healthy programme; raised while another fault of the
picture (or the sound) is on; or while one is on that shows the same to any eye (black stands still)."""


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A fault and the alarm that covers most of it."""

    fault: Fault
    alarm: Alarm

    @property
    def iou(self) -> float:
        """Temporal intersection over union, 0..1."""
        union = max(self.fault.end_s, self.alarm.end_s) - min(self.fault.start_s, self.alarm.start_s)
        return shared_s(self.fault, self.alarm) / union

    @property
    def start_error_s(self) -> float:
        """Seconds by which the alarm starts late (or early: negative)."""
        return self.alarm.start_s - self.fault.start_s

    @property
    def end_error_s(self) -> float:
        """Seconds by which the alarm ends late (or early: negative)."""
        return self.alarm.end_s - self.fault.end_s


class FalseAlarm(msgspec.Struct, frozen=True, kw_only=True):
    """An alarm that overlaps no fault of its type."""

    alarm: Alarm
    nature: Nature
    during: Fault | None
    """The fault of another type of its category that it overlaps most, if any."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The alarms of one programme beside its truth."""

    found: tuple[Found, ...]
    missed: tuple[Fault, ...]
    false: tuple[FalseAlarm, ...]


def judge(truth: Truth, alarms: Sequence[Alarm], types: Iterable[str]) -> Verdict:
    """Match the alarms of a programme with its truth, for faults and alarms of ``types`` alone.

    Each fault that counts is found or missed by itself (one alarm over two faults finds both, with a poor
    intersection over union); an alarm that overlaps a fault of its type is never false.
    """
    wanted = frozenset(types)
    found: list[Found] = []
    missed: list[Fault] = []
    for fault in faults_that_count(truth):
        if fault.type not in wanted:
            continue
        same = [alarm for alarm in alarms if alarm.type == fault.type]
        best = max(same, key=lambda alarm: shared_s(fault, alarm), default=None)
        if best is not None and shared_s(fault, best) >= COVERED * (fault.end_s - fault.start_s):
            found.append(Found(fault=fault, alarm=best))
        else:
            missed.append(fault)
    false = [_false(truth, alarm) for alarm in alarms if alarm.type in wanted and _is_false(truth, alarm)]
    return Verdict(found=tuple(found), missed=tuple(missed), false=tuple(false))


def faults_that_count(truth: Truth) -> list[Fault]:
    """Return the faults that must be found: long enough for their type, and not mostly unclear."""
    return [
        fault
        for fault in truth.faults
        if fault.end_s - fault.start_s >= FAULTS[fault.type].onset_s
        and _unclear_s(truth, fault.type, fault.start_s, fault.end_s)
        <= MOSTLY * (fault.end_s - fault.start_s)
    ]


def shared_s(fault: Fault, alarm: Alarm) -> float:
    """Return the seconds that a fault and an alarm share."""
    return max(0.0, min(fault.end_s, alarm.end_s) - max(fault.start_s, alarm.start_s))


def _is_false(truth: Truth, alarm: Alarm) -> bool:
    if any(fault.type == alarm.type and shared_s(fault, alarm) > 0 for fault in truth.faults):
        return False
    unclear_s = _unclear_s(truth, alarm.type, alarm.start_s, alarm.end_s)
    return unclear_s <= MOSTLY * (alarm.end_s - alarm.start_s)


def _false(truth: Truth, alarm: Alarm) -> FalseAlarm:
    # A picture that goes wrong is no excuse for an alarm about the sound.
    category = FAULTS[alarm.type].category
    beside = [fault for fault in truth.faults if FAULTS[fault.type].category is category]
    during = max(beside, key=lambda fault: shared_s(fault, alarm), default=None)
    if during is None or shared_s(during, alarm) == 0:
        return FalseAlarm(alarm=alarm, nature="healthy", during=None)
    companion = during.type in SUPPRESSED_BY.get(alarm.type, frozenset())
    return FalseAlarm(alarm=alarm, nature="companion" if companion else "wrong type", during=during)


def _unclear_s(truth: Truth, type_: str, start_s: float, end_s: float) -> float:
    """Return how much of a stretch is unclear for a type; overlapping unclear stretches count once."""
    covered_s, until_s = 0.0, start_s
    for stretch in sorted(truth.unclear, key=lambda each: each.start_s):
        if type_ in stretch.types:
            begins, ends = max(stretch.start_s, until_s), min(stretch.end_s, end_s)
            covered_s += max(0.0, ends - begins)
            until_s = max(until_s, ends)
    return covered_s
