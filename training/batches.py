"""Batches of windows for the picture net."""

import keras
import numpy as np
from numpy.typing import NDArray

from training.varied import vary
from training.windows import Windows

BATCH = 128


class Lessons(keras.utils.PyDataset):  # type: ignore[misc]  # keras has no types
    """Windows drawn by chance, each batch varied anew: the same seed gives the same."""

    def __init__(self, windows: Windows, seed: int, batches: int) -> None:
        """Draw ``batches`` of BATCH windows an epoch; half of them hold a fault, each class equally often."""
        super().__init__()
        self._windows = windows
        self._seed = seed
        self._batches = batches
        self._epoch = 0
        bad = windows.labels * windows.weights > 0
        self._bad = [which for which in map(np.flatnonzero, bad.T) if len(which)]
        self._good = np.flatnonzero(~bad.any(axis=1))

    def __len__(self) -> int:
        """Return the batches of an epoch."""
        return self._batches

    def __getitem__(self, index: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Return windows (n, ROWS, COLUMNS, planes) as stored, and labels and weights (n, classes, 2)."""
        rng = np.random.default_rng([self._seed, self._epoch, index])
        kinds = rng.integers(0, max(1, len(self._bad)), BATCH // 2)
        drawn = [rng.choice(self._bad[kind], 1) for kind in kinds] if self._bad else []
        drawn += [rng.choice(self._good, BATCH // 2)] if len(self._good) else []
        which = np.concatenate(drawn)
        clean = self._windows.labels[which].max(axis=1) == 0
        planes = vary(self._windows.take(which), clean, rng)
        return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), targets(self._windows, which)

    def on_epoch_end(self) -> None:
        """Draw others the next time."""
        self._epoch += 1


def targets(windows: Windows, which: NDArray[np.intp]) -> NDArray[np.float32]:
    """Return labels and weights in one array, (n, classes, 2): Keras weighs whole samples only."""
    return np.stack([windows.labels[which], windows.weights[which]], axis=-1)
