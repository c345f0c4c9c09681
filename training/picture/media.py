"""The pictures that the programmes of one split are made of."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

import numpy as np

from training.picture.raster import Generator
from training.sources import Source, Split, choose

# Slower pictures than this are slides, whatever their file calls them.
_LEAST_FPS = 7


@dataclass(frozen=True)
class Media:
    """Clips, photographs and test patterns of one split."""

    clips: tuple[Source, ...]
    stills: tuple[Source, ...]
    cards: tuple[Source, ...]

    @cached_property
    def _origins(self) -> list[list[Source]]:
        ordered = sorted(self.clips, key=lambda source: (source.origin, source.name))
        return [list(pieces) for _, pieces in groupby(ordered, key=lambda source: source.origin)]

    @cached_property
    def _chances(self) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
        # Twenty takes before one wall are worth about four that share nothing.
        weights = np.sqrt([len(pieces) for pieces in self._origins])
        chances: np.ndarray[tuple[int], np.dtype[np.float64]] = weights / weights.sum()
        return chances

    def clip(self, rng: Generator) -> Source:
        """Choose a clip."""
        pieces = self._origins[int(rng.choice(len(self._origins), p=self._chances))]
        return pieces[int(rng.integers(len(pieces)))]

    def still(self, rng: Generator) -> Source:
        """Choose a photograph, or a clip of which a frame will do as one."""
        if self.stills and rng.random() < 0.6:
            return self.stills[int(rng.integers(len(self.stills)))]
        return self.clip(rng)


def media_of(sources: Iterable[Source], split: Split) -> Media:
    """Return what a split may use. Raises ValueError when it has no clip."""
    listed = list(sources)
    clips = tuple(source for source in choose(listed, "video", split) if source.fps >= _LEAST_FPS)
    if not clips:
        raise ValueError(f"no clip for {split}: the index names too few")
    return Media(
        clips=clips,
        stills=tuple(choose(listed, "image", split)),
        cards=tuple(choose(listed, "video", split, roles=("test-pattern",))),
    )
