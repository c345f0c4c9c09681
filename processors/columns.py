"""Samples in columns, as events carry them: rounded for the log, with the model that gave them."""

import numpy as np
from numpy.typing import NDArray

from processors.models.model import Model
from schemas.events.detections import ModelUsed
from schemas.events.media import PTS_HZ, SegmentRef

# Four digits: a thousandth of a probability, a hundredth of a decibel are below what anyone decides by.
DIGITS = 4


def used(model: Model) -> ModelUsed:
    """Return how a model is named in events."""
    return ModelUsed(name=model.card.name, version=model.card.version, sha256=model.card.sha256)


def thresholds(model: Model) -> dict[str, float]:
    """Return the thresholds that the model's card names."""
    return {each.name: each.threshold for each in model.card.classes if each.threshold is not None}


def times(segment: SegmentRef, pts_s: NDArray[np.float64]) -> tuple[float, ...]:
    """Return PTS seconds, (n,), as seconds after the segment's start.

    The clock in the file wraps at 33 bits while ``start_pts`` does not: the nearest of the turns is meant.
    """
    turn_s = 2**33 / PTS_HZ
    after = (pts_s - segment.start_pts / PTS_HZ + turn_s / 2) % turn_s - turn_s / 2
    return column(after)


def column(values: NDArray[np.float64] | NDArray[np.float32]) -> tuple[float, ...]:
    """Return the values of a column, (n,), rounded for the log."""
    return tuple(round(float(value), DIGITS) for value in values)


def columns(model: Model, scores: NDArray[np.float32]) -> dict[str, tuple[float, ...]]:
    """Return scores, (n, classes), as a column for each class of the model."""
    return {each.name: column(scores[:, index]) for index, each in enumerate(model.card.classes)}
