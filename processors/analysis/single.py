"""One answer for a file: its gravest fault of the picture, or of the sound."""

from collections.abc import Collection
from pathlib import Path

from infra.settings import load
from processors.analysis.analysis import Analysis, models_of
from processors.analysis.finding import Finding
from processors.decisions.rules import Rules
from schemas.faults import FAULTS, Category

NORMAL = "normal"
"""The class of a file without a fault."""


def analyze_video_frames(path: str | Path) -> tuple[str, float, float | None]:
    """Judge the picture of a media file: return (pred_class, confidence, event_time).

    ``pred_class``: name of the longest fault (schemas.faults), "normal" when there is none. ``confidence``:
    0..1, of that fault; of "normal" one less the mean score of what was likeliest, 0 where nothing decodes.
    ``event_time``: seconds after the file's first picture at which it begins, None for "normal". A file
    without a picture is "normal". Settings and models are those of the environment. Raises MediaRefused when
    the file cannot be read, ModelRefused or BadSettings when the installation is not in order.
    """
    longest, suspicion = _longest(Path(path), {Category.VIDEO, Category.SINAL})
    if longest is None:
        return NORMAL, 1.0 - suspicion, None
    return longest.type, longest.confidence, longest.start_s


def analyze_audio_segments(path: str | Path) -> tuple[str, float]:
    """Judge the default sound track of a media file: return (pred_class, confidence).

    As `analyze_video_frames`, of the sound: name of the longest fault or "normal". Raises alike.
    """
    longest, suspicion = _longest(Path(path), {Category.AUDIO})
    if longest is None:
        return NORMAL, 1.0 - suspicion
    return longest.type, longest.confidence


def _longest(path: Path, categories: Collection[Category]) -> tuple[Finding | None, float]:
    """Return the longest fault of some categories (of equals the first), and the suspicion in all."""
    settings = load()
    types = {fault.name for fault in FAULTS.values() if fault.category in categories}
    analysis = Analysis(path, Rules(settings), models_of(settings), types=types)
    found = list(analysis.findings())
    longest = max(found, key=lambda each: each.duration_s, default=None)
    return longest, analysis.suspicion
