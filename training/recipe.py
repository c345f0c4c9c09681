"""What the models are made of, in numbers."""

from dataclasses import dataclass, replace
from typing import Self


@dataclass(frozen=True)
class PictureRecipe:
    """One way to make the picture model."""

    version: str = "8.0.0"
    dense: int = 80
    """Programmes of each fold with faults one close after another, half a minute to a minute each."""
    healthy: int = 20
    """Programmes of each fold without any, one to two minutes each: most of what is judged is health."""
    locked_off: int = 8
    """Healthy programmes of each fold in which only noise moves, half a minute each."""
    steps: int = 4000
    """Batches that a net learns from."""
    representative: int = 600
    """Windows that set the ranges of int8: enough to meet the rare ones, few enough to run in seconds."""
    thresholds: tuple[float, float] = (0.4, 0.91)
    """Least and most: beyond, a score says no more of a sample than chance does of so few faults."""

    def part(self, share: float) -> Self:
        """Return a recipe of a share (0 to 1) of the programmes and steps, one of each at least."""
        return replace(
            self,
            dense=_part(self.dense, share),
            healthy=_part(self.healthy, share),
            locked_off=_part(self.locked_off, share),
            steps=_part(self.steps, share),
        )


@dataclass(frozen=True)
class SoundRecipe:
    """One way to make the sound model."""

    version: str = "5.0.0"
    programmes: int = 300
    """Of a minute, of each fold: with all three as many as half an hour of one core makes."""
    epochs: int = 6
    """How often a net meets each of them."""
    representative: int = 1000
    """Windows that set the ranges of int8."""
    thresholds: tuple[float, float] = (0.4, 0.94)
    """Least and most. Beyond, a third of the echoes is given up for music that is made with echoes
    of its own: nobody but its composer could say that they are none."""

    def part(self, share: float) -> Self:
        """Return a recipe of a share (0 to 1) of the programmes, one at least."""
        return replace(self, programmes=_part(self.programmes, share))


PICTURE, SOUND = PictureRecipe(), SoundRecipe()


def _part(count: int, share: float) -> int:
    return max(1, round(count * share))
