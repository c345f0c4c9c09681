"""What a shot has shown since it was cut to: beside it, a fault stands out from what is so by nature.

A fault comes while a shot runs. A soft lens was never sharper since the cut, a fixed camera never livelier,
an old archive never without its blocks; what was blurred, frozen or broken on the way was.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.video.lattice import CELLS

# A cell is another picture's when its mean is off by 6 levels, mapped to a byte; and a picture is when so
# many cells are. The others may be graphics that stay: an L-shaped panel takes two fifths.
_OTHER = 186
_MANY = round(0.35 * CELLS)
# Pans and sports change as many cells, and go on doing so; a cut does it once.
_ONCE = 2
# Bytes a second by which what was seen is forgotten. A focus that was pulled long ago says little of now;
# a fault of minutes is told long before: mild blur (a fifth of the detail, 22 of 255) is known for a minute
# and a half.
_FORGOTTEN = 0.25


@dataclass(frozen=True)
class Shot:
    """What is known of the shot that is on air."""

    age_s: float
    """Since the cut, or since the media began."""
    changed: int
    """Cells that were another picture's at the last sample."""
    liveliest: NDArray[np.float32]
    """Greatest change of each cell between two samples, without that of the cut; (ROWS, COLUMNS), 0..255."""
    greatest: NDArray[np.float32]
    """Greatest values since the cut of what faults take away; (maps, ROWS, COLUMNS), 0..255."""
    least: NDArray[np.float32]
    """Least values since the cut of what faults add."""


@dataclass(frozen=True)
class Shown:
    """What one sample shows, in bytes."""

    level: NDArray[np.uint8] | None
    """How far the mean of each cell is off since the sample before; None at the start of a piece of media."""
    moved: NDArray[np.uint8]
    """How much each cell changed since then; (ROWS, COLUMNS)."""
    taken: NDArray[np.uint8]
    """What faults take away; (maps, ROWS, COLUMNS)."""
    added: NDArray[np.uint8]
    """What faults add."""


def follow(shot: Shot | None, shown: Shown, passed_s: float) -> Shot:
    """Return the shot with one more sample, ``passed_s`` after the one before: a new one past a cut."""
    changed = CELLS if shown.level is None else int(np.count_nonzero(shown.level >= _OTHER))
    if shot is None or shown.level is None or (changed >= _MANY and changed > _ONCE * shot.changed):
        return Shot(
            age_s=0.0,
            changed=changed,
            liveliest=np.zeros_like(shown.moved, np.float32),
            greatest=shown.taken.astype(np.float32),
            least=shown.added.astype(np.float32),
        )
    less = np.float32(_FORGOTTEN * passed_s)
    return Shot(
        age_s=shot.age_s + passed_s,
        changed=changed,
        liveliest=np.maximum(shot.liveliest - less, shown.moved),
        greatest=np.maximum(shot.greatest - less, shown.taken),
        least=np.minimum(shot.least + less, shown.added),
    )
