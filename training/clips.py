"""Luma of source clips and stills, brought to the size that programmes are composed at."""

from functools import lru_cache
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT, FPS = 640, 360, 25
Frames = NDArray[np.uint8]
"""(n, HEIGHT, WIDTH) luma, 0 black to 255 white."""
# Seconds kept of each clip: variety comes from the number of clips, memory (6 MB a second) is bounded.
_KEEP_S = 7.0


@lru_cache(maxsize=64)
def load_clip(path: Path) -> Frames:
    """Decode a clip's middle seconds at 25 fps, cropped to 16:9."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        length_s = float(container.duration or 0) / 1e6
        # Pieces of a live stream carry its clock: their time does not begin at zero.
        start_s = float(container.start_time or 0) / 1e6 + max(0.0, (length_s - _KEEP_S) / 2)
        frames: list[NDArray[np.uint8]] = []
        for frame in container.decode(stream):
            if frame.time is None or frame.time < start_s:
                continue
            due = round((frame.time - start_s) * FPS) + 1
            if due > _KEEP_S * FPS:
                break
            picture = _fill(frame)
            frames.extend([picture] * max(0, due - len(frames)))
    return np.stack(frames)


@lru_cache(maxsize=16)
def load_still(path: Path) -> NDArray[np.uint8]:
    """Decode a photograph at twice the composing size, for cameras to move over."""
    with av.open(str(path)) as container:
        return _fill(next(container.decode(video=0)), 2)


def _fill(frame: av.VideoFrame, times: int = 1) -> NDArray[np.uint8]:
    """Scale a frame until it covers the picture, and cut the rest off."""
    width, height = WIDTH * times, HEIGHT * times
    scale = max(width / frame.width, height / frame.height)
    wide, high = max(width, round(frame.width * scale)), max(height, round(frame.height * scale))
    gray = frame.reformat(width=wide, height=high, format="gray").to_ndarray()
    left, top = (wide - width) // 2, (high - height) // 2
    return np.ascontiguousarray(gray[top : top + height, left : left + width]).astype(np.uint8)
