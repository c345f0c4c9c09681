"""What the picture model is made of, in numbers."""

from dataclasses import dataclass

from training.sources import Split


@dataclass(frozen=True)
class PictureRecipe:
    """One way to make it."""

    version: str = "3.0.0"
    programmes: tuple[tuple[Split, int], ...] = (("train", 120), ("val", 40))
    """How many of each part, a minute each: val is for thresholds, where one false alarm in hours tells."""
    dense: tuple[tuple[Split, int], ...] = (("train", 75), ("val", 26))
    """Programmes more, with faults one close after another, in pictures as large as channels send."""
    remixed: tuple[tuple[Split, int], ...] = (("train", 130), ("val", 20))
    """Programmes more, made of those of each part: five times the faults for a third of the work."""
    locked_off: int = 10
    """Healthy programmes in which only noise moves, half a minute each."""
    epochs: int = 40
    batches: int = 200
    """In an epoch: what is told about is the mean of so many."""
    representative: int = 600
    """Windows that set the ranges of int8: enough to meet the rare ones, few enough to run in seconds."""
    thresholds: tuple[float, float] = (0.4, 0.9)
    """Least and most: beyond, a score says no more of a sample than chance does of the few faults of val."""


PICTURE = PictureRecipe()
