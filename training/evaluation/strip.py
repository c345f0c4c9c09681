"""A strip of frames around a stretch of picture, each with its time."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from infra.media_file import open_media
from processors.analysis.contents import contents_of

# Eight frames of 360 pixels in two rows fit a screen, and blocks and blur can still be seen in them.
_WIDTH, _COLUMNS = 360, 4
# One frame from a little before, one from a little after, six from within.
_AROUND_S, _WITHIN = 0.8, 6


def strip(media: Path, start_s: float, end_s: float) -> NDArray[np.uint8]:
    """Return frames from just before a stretch (s of the file's own timeline) to just after; BGR uint8.

    Frames within the stretch have a red edge. Raises MediaRefused when the file cannot be opened.
    """
    inside = np.linspace(start_s, end_s, _WITHIN + 2)[1:-1]
    wanted = [max(0.0, start_s - _AROUND_S), *inside.tolist(), end_s + _AROUND_S]
    tiles = [
        _captioned(frame, time_s, start_s <= time_s < end_s) for time_s, frame in _frames(media, [*wanted])
    ]
    if not tiles:
        return np.zeros((_WIDTH // 2, _WIDTH, 3), np.uint8)
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % _COLUMNS)
    rows = [np.hstack(tiles[at : at + _COLUMNS]) for at in range(0, len(tiles), _COLUMNS)]
    return np.vstack(rows)


def _frames(media: Path, wanted: list[float]) -> list[tuple[float, NDArray[np.uint8]]]:
    """Return the first frame at or after each wanted time, with its own."""
    zero_s = contents_of(media).start_s
    taken: list[tuple[float, NDArray[np.uint8]]] = []
    with open_media(media) as container:
        for frame in container.decode(video=0):
            time_s = float(frame.time or 0.0) - zero_s
            if wanted and time_s >= wanted[0]:
                while wanted and time_s >= wanted[0]:
                    wanted.pop(0)
                taken.append((time_s, frame.to_ndarray(format="bgr24").astype(np.uint8, copy=False)))
            if not wanted:
                break
    return taken


def _captioned(frame: NDArray[np.uint8], time_s: float, inside: bool) -> NDArray[np.uint8]:
    height = round(frame.shape[0] * _WIDTH / frame.shape[1])
    small = cv2.resize(frame, (_WIDTH, height), interpolation=cv2.INTER_AREA)
    edge = (0, 0, 255) if inside else (120, 120, 120)
    cv2.rectangle(small, (0, 0), (_WIDTH - 1, height - 1), edge, 2)
    cv2.putText(small, f"{time_s:.2f} s", (6, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (0, 0, 0), 3)
    cv2.putText(small, f"{time_s:.2f} s", (6, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 255, 255), 1)
    return np.asarray(small, np.uint8)
