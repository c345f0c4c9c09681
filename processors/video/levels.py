"""The planes of a decoded frame as arrays of 8 bits, whatever its format, without touching a pixel twice."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

from processors.video.kernels import lay_down, to_eight_bits

# BT.601/709 limited range: black is code 16, white code 235 (ITU-R BT.709-6, table 4.6).
_BLACK_CODE, _WHITE_CODE = 16, 235


@dataclass(frozen=True)
class Planes:
    """A frame's planes, landscape: one that is higher than wide lies on its side."""

    luma: NDArray[np.uint8]
    """Codes as decoded, (rows, columns); a view of the frame's own memory where its depth is 8 bits."""
    chroma: tuple[NDArray[np.uint8], ...]
    """Cb and Cr, each of a size of its own; none of a grey picture."""
    full_range: bool
    """Black is code 0 and white 255, not 16 and 235."""


def take_planes(frame: VideoFrame) -> Planes:
    """Return the planes of a frame; they are valid as long as the frame is.

    Deeper codes are rounded to 8 bits; formats that are not planar luma and chroma are converted.
    """
    name = frame.format.name
    if not name.startswith(("yuv", "gray")) or frame.format.is_big_endian:
        frame = frame.reformat(format="yuvj420p")
        name = frame.format.name
    full_range = name.startswith("yuvj") or frame.color_range == ColorRange.JPEG
    count = 1 if name.startswith("gray") else 3
    luma, *chroma = (_eight_bits(frame, index) for index in range(count))
    return Planes(luma=luma, chroma=tuple(chroma), full_range=full_range)


def _eight_bits(frame: VideoFrame, index: int) -> NDArray[np.uint8]:
    plane = frame.planes[index]
    bits = frame.format.components[index].bits
    kind = np.dtype(np.uint8 if bits == 8 else np.uint16)
    # PyAV's planes are buffers, which its type stubs do not say.
    codes: NDArray[Any] = np.frombuffer(cast(memoryview, plane), dtype=kind)
    codes = codes.reshape(-1, plane.line_size // kind.itemsize)[: plane.height, : plane.width]
    eight: NDArray[np.uint8] = codes if bits == 8 else to_eight_bits(codes, bits)
    return lay_down(eight) if frame.height > frame.width else eight


@lru_cache(maxsize=2)
def level_table(full_range: bool) -> NDArray[np.uint8]:
    """Return the levels of codes 0..255: 0 is black and 255 white; (256,)."""
    codes = np.arange(256, dtype=np.float64)
    if full_range:
        return codes.astype(np.uint8)
    scaled = (codes - _BLACK_CODE) * 255.0 / (_WHITE_CODE - _BLACK_CODE)
    return np.clip(np.rint(scaled), 0, 255).astype(np.uint8)
