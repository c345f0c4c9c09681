"""Batches of windows for the picture net: by chance, and as often those that it was last wrong about."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from training.varied import splice, vary
from training.windows import Windows

BATCH = 128
# A net that is wrong by more than this may be right: truth has its doubtful moments, and they are not sought.
_WRONG = 0.7
# What it is right about comes too, if rarely.
_RIGHT = 0.02


class Lessons:
    """Windows drawn by chance, each batch varied anew: the same seed and favours give the same."""

    def __init__(self, windows: Windows, seed: int) -> None:
        """Half of a batch holds a fault, each class equally often."""
        self._windows = windows
        self._seed = seed
        bad = windows.labels * windows.weights > 0
        groups = [np.flatnonzero(each) for each in (*bad.T, ~bad.any(axis=1))]
        self._groups = [(which, np.zeros(0)) for which in groups]

    def __len__(self) -> int:
        """Return how many windows there are."""
        return len(self._windows)

    def favour(self, told: NDArray[np.float32]) -> None:
        """Draw half of what is drawn from now on by how wrong ``told``, (n, classes), is about it."""
        wrong = (np.abs(told - self._windows.labels) * self._windows.weights).max(axis=1)
        chances = np.minimum(wrong, _WRONG) + _RIGHT
        self._groups = [(which, chances[which] / chances[which].sum()) for which, _ in self._groups]

    def batch(self, number: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
        """Return windows (n, ROWS, COLUMNS, planes) as stored, and labels and weights (n, classes, 2)."""
        rng = np.random.default_rng([self._seed, number])
        which = self._drawn(rng)
        taken, wanted = self._windows.take(which), targets(self._windows, which)
        others = _alike(wanted[..., 0], rng)
        spliced, mixed = splice(taken, taken[others], rng)
        # What nobody can say of a part, nobody can say of the whole.
        wanted[mixed, :, 1] *= wanted[others[mixed], :, 1]
        planes = vary(spliced, wanted[..., 0].max(axis=1) == 0, rng)
        return np.ascontiguousarray(planes.transpose(0, 2, 3, 1)), wanted

    def all(self) -> Iterator[NDArray[np.uint8]]:
        """Yield all windows in order, BATCH at a time, as they are."""
        for start in range(0, len(self._windows), BATCH):
            which = np.arange(start, min(start + BATCH, len(self._windows)))
            yield np.ascontiguousarray(self._windows.take(which).transpose(0, 2, 3, 1))

    def _drawn(self, rng: np.random.Generator) -> NDArray[np.intp]:
        bad, good = self._groups[:-1], self._groups[-1]
        there = [group for group in bad if len(group[0])]
        share = BATCH // 2 if there else 0
        counts = np.bincount(rng.integers(0, max(1, len(there)), share), minlength=len(there)).tolist()
        wanted = [*zip(there, counts, strict=True)]
        if len(good[0]):
            wanted.append((good, BATCH // 2))
        drawn = []
        for (which, chances), count in wanted:
            hard = count // 2 if len(chances) else 0
            drawn += [rng.choice(which, count - hard), rng.choice(which, hard, p=chances if hard else None)]
        return np.concatenate(drawn)


def targets(windows: Windows, which: NDArray[np.intp]) -> NDArray[np.float32]:
    """Return labels and weights in one array, (n, classes, 2)."""
    return np.stack([windows.labels[which], windows.weights[which]], axis=-1)


def _alike(labels: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.intp]:
    """Return for each row of labels, (n, classes), the place of one that is the same, by chance: (n,)."""
    same = (labels[:, np.newaxis] == labels[np.newaxis]).all(axis=2)
    chosen: NDArray[np.intp] = np.argmax(same * rng.random(same.shape), axis=1)
    return chosen
