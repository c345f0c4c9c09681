"""The windows of many programmes, cut as the measuring code cuts them on air."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from processors.video.features import AHEAD, HELD_PLANES, INDEXES, LAGS, held, last_seen
from processors.video.maps import STOOD_MAPS
from training.examples import Example

_LAGS, _LAG_OF_PLANE = np.unique(LAGS, return_inverse=True)
_AHEAD = np.searchsorted(_LAGS, np.arange(AHEAD + 1))


class Windows:
    """The windows of many programmes, cut out when they are asked for."""

    def __init__(self, examples: Sequence[Example]) -> None:
        """Raises ValueError when there are no examples."""
        self._maps = np.concatenate([example.maps for example in examples])
        self.labels = np.concatenate([example.labels for example in examples])
        self.weights = np.concatenate([example.weights for example in examples])
        starts = np.cumsum([0, *(len(example.maps) for example in examples[:-1])])
        self._places = np.concatenate(
            [start + _places(example.times_s) for start, example in zip(starts, examples, strict=True)]
        )

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.labels)

    def take(self, which: NDArray[np.intp]) -> NDArray[np.uint8]:
        """Return windows by number, as stored: (n, planes, ROWS, COLUMNS), 255 for 1."""
        places = self._places[which]
        taken: NDArray[np.uint8] = self._maps[places[:, _LAG_OF_PLANE], INDEXES]
        taken[:, HELD_PLANES] = held(self._maps[places[:, _AHEAD][..., np.newaxis], STOOD_MAPS])
        return taken


def real(stored: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return stored windows as the net takes them: (n, ROWS, COLUMNS, planes), 0..1."""
    return np.ascontiguousarray(stored.transpose(0, 2, 3, 1)) * np.float32(1 / 255)


def _places(times_s: NDArray[np.float64]) -> NDArray[np.intp]:
    """Return the place in its programme that each lag of each sample is taken from: (n, lags)."""
    times = times_s.tolist()
    rows = [np.clip(place + _LAGS, 0, last_seen(times, place)) for place in range(len(times))]
    return np.array(rows, np.intp).reshape(-1, len(_LAGS))
