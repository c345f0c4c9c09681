"""Labelled samples, as the nets are trained and judged on them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Examples:
    """Columns of equal length n; the samples of one programme follow each other in time."""

    features: NDArray[np.float32]
    """(n, *shape), 0..1."""
    labels: NDArray[np.float32]
    """(n, classes), 0 or 1."""
    weights: NDArray[np.float32]
    """(n, classes), 0 where there is no truth."""
    programme: NDArray[np.int32]
    """Number of the programme that each sample is of, (n,)."""
    times_s: NDArray[np.float64]
    """Within the programme, (n,)."""


def join(parts: Sequence[Examples]) -> Examples:
    """Put examples one after another. Raises ValueError when there are none."""
    return Examples(
        features=np.concatenate([part.features for part in parts]),
        labels=np.concatenate([part.labels for part in parts]),
        weights=np.concatenate([part.weights for part in parts]),
        programme=np.concatenate([part.programme for part in parts]),
        times_s=np.concatenate([part.times_s for part in parts]),
    )


def mirror(examples: Examples) -> Examples:
    """Return examples with left and right exchanged; their features are (n, rows, columns, planes)."""
    return replace(examples, features=np.ascontiguousarray(examples.features[:, :, ::-1]))
