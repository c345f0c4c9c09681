"""Pictures of misses and false alarms, to be looked at: a strip of frames, or a spectrogram."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from infra.media_file import MediaRefused
from schemas.faults import FAULTS, Category
from training.evaluation.evaluate import Judged
from training.evaluation.spectrogram import spectrogram
from training.evaluation.strip import strip


@dataclass(frozen=True)
class Shown:
    """One miss or false alarm."""

    media: Path
    what: str
    """missed or false."""
    type: str
    start_s: float
    end_s: float


def draw_misses(judged: Sequence[Judged], folder: Path) -> int:
    """Write a PNG for each miss and false alarm; returns how many. Raises OSError.

    The name of each tells what it is, of which file, and from which second on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    drawn = 0
    for each in (shown for one in judged for shown in _misses(one)):
        draw = strip if FAULTS[each.type].category is Category.VIDEO else spectrogram
        try:
            picture = draw(each.media, each.start_s, each.end_s)
        except MediaRefused:
            continue
        name = f"{each.what}-{each.type}-{each.media.stem}-{each.start_s:.1f}s.png"
        written = cv2.imencode(".png", picture)[1]
        (folder / name).write_bytes(np.asarray(written).tobytes())
        drawn += 1
    return drawn


def _misses(judged: Judged) -> Iterator[Shown]:
    media, verdict = judged.programme.media, judged.case.verdict
    for fault in verdict.missed:
        yield Shown(media, "missed", fault.type, fault.start_s, fault.end_s)
    for false in verdict.false:
        if false.nature != "companion":
            yield Shown(media, "false", false.alarm.type, false.alarm.start_s, false.alarm.end_s)
