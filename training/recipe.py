"""What the picture model is made of, in numbers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PictureRecipe:
    """One way to make it."""

    version: str = "5.0.0"
    dense: int = 77
    """Programmes of each fold with faults one close after another, half a minute to a minute each."""
    healthy: int = 10
    """Programmes of each fold without any, one to two minutes each: most of what is judged is health."""
    locked_off: int = 4
    """Healthy programmes of each fold in which only noise moves, half a minute each."""
    steps: int = 2500
    """Batches that a net learns from."""
    representative: int = 600
    """Windows that set the ranges of int8: enough to meet the rare ones, few enough to run in seconds."""
    thresholds: tuple[float, float] = (0.4, 0.91)
    """Least and most: beyond, a score says no more of a sample than chance does of so few faults."""


PICTURE = PictureRecipe()
