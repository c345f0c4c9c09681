"""What a model says of a programme, sample by sample: all that decisions need to know of it."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Kind = Literal["video", "audio"]
KINDS: tuple[Kind, ...] = ("video", "audio")


@dataclass(frozen=True)
class Scores:
    """The scores of one programme, in the order of time; columns have equal length n."""

    kind: Kind
    times_s: NDArray[np.float64]
    """Seconds of the file's own timeline (its first frame is 0) at which each sample begins, (n,)."""
    period_s: float
    """How long each sample speaks for."""
    by_class: dict[str, NDArray[np.float32]]
    """Probability (0..1) of each class of the model, (n,) each."""
