"""Pictures of one level or of given points, as if taken out of frames."""

import numpy as np
from numpy.typing import NDArray

from processors.video.blocking import blocking
from processors.video.edges import borders
from processors.video.history import History, Reading, read
from processors.video.lattice import HEIGHT, SMALL_HEIGHT, SMALL_WIDTH, WIDTH
from processors.video.picture import Picture


def picture(time_s: float, points: NDArray[np.uint8]) -> Picture:
    rows = np.arange(SMALL_HEIGHT) * HEIGHT // SMALL_HEIGHT
    columns = np.arange(SMALL_WIDTH) * WIDTH // SMALL_WIDTH
    small = points[rows][:, columns]
    return Picture(
        time_s=time_s,
        points=points,
        chroma=np.full((2, HEIGHT, WIDTH), 128, np.uint8),
        small=small,
        blocking=blocking(small),
        borders=borders(small),
    )


def flat(level: int) -> NDArray[np.uint8]:
    return np.full((HEIGHT, WIDTH), level, np.uint8)


def fold(*pictures: NDArray[np.uint8], intra: bool = False) -> tuple[Reading, History]:
    history: History | None = None
    for index, points in enumerate(pictures):
        reading, history = read(history, picture(index / 5, points), intra=intra, damage=0)
    assert history is not None
    return reading, history
