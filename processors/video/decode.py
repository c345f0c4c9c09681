"""Decode the luma of a picture stream, sparsely: reference frames only, a lattice of points of each."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import av.codec.context
import av.container
import av.error
import av.video.frame
import numpy as np
from av.video.frame import PictureType
from av.video.reformatter import ColorRange
from numpy.typing import NDArray

from processors.video.lattice import HEIGHT, WIDTH

# BT.601/709 limited range: black is code 16, white code 235 (ITU-R BT.709-6, table 4.6).
_BLACK_CODE, _WHITE_CODE = 16, 235
# Formats whose plane 0 is luma with one sample of 1 or 2 bytes a pixel; others are converted first.
_LUMA_FIRST = ("yuv", "gray", "nv12", "nv16", "nv24")


@dataclass(frozen=True)
class Picture:
    """The lattice of one decoded frame."""

    time_s: float
    """PTS in seconds of the media clock."""
    points: NDArray[np.uint8]
    """Luma 0 (black) to 255 (white) whatever the range and depth of the stream; (HEIGHT, WIDTH)."""
    beside: NDArray[np.uint8]
    """Luma of the pixel to the right of each point, same shape: fine detail that the lattice skips."""


@dataclass
class Decoding:
    """Tallies of a decode under way, in frames."""

    decoded: int = 0
    failed: int = 0


def decode_frames(
    container: av.container.InputContainer, tally: Decoding
) -> Iterator[av.video.frame.VideoFrame]:
    """Yield the reference frames of the first picture stream in the order of time.

    Never raises on damaged media: what the decoder refuses or conceals is counted in ``tally.failed``
    (concealed frames are yielded too, for they are what a viewer sees), and a container that breaks off
    ends the stream.
    """
    stream = next(iter(container.streams.video), None)
    if stream is None:
        return
    stream.codec_context.thread_count = 1  # segments run side by side; threads inside one only cost
    stream.codec_context.skip_frame = "NONREF"
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except (av.error.FFmpegError, OSError):
            tally.failed += 1
            return
        if packet is None:
            return
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            tally.failed += 1
            continue
        for frame in frames:
            if frame.pts is None:
                tally.failed += 1
                continue
            tally.decoded += 1
            tally.failed += bool(frame.is_corrupt)
            yield frame


def is_intra(frame: av.video.frame.VideoFrame) -> bool:
    """Return whether a frame was coded without reference to others, which pulses a still picture."""
    return frame.pict_type == PictureType.I


def take_points(frame: av.video.frame.VideoFrame) -> Picture:
    """Take the lattice out of a decoded frame, touching no other pixel.

    8-bit codes are brought to 0..255 by the frame's colour range; deeper ones lose their lowest bits
    first. The frame must have a time.
    """
    if not frame.format.name.startswith(_LUMA_FIRST):
        frame_time = frame.time
        frame = frame.reformat(format="gray")
        return _sample(frame, frame_time, full_range=True)
    return _sample(frame, frame.time, full_range=_is_full_range(frame))


def _is_full_range(frame: av.video.frame.VideoFrame) -> bool:
    return frame.color_range == ColorRange.JPEG or frame.format.name.startswith("yuvj")


def _sample(frame: av.video.frame.VideoFrame, time_s: float | None, full_range: bool) -> Picture:
    bits = frame.format.components[0].bits
    plane = frame.planes[0]
    kind = np.dtype(np.uint8 if bits == 8 else np.uint16)
    # PyAV's planes are buffers, which its type stubs do not say.
    codes: NDArray[Any] = np.frombuffer(cast(memoryview, plane), dtype=kind)
    rows = codes.reshape(-1, plane.line_size // kind.itemsize)
    at_rows, at_columns = _positions(frame.height, HEIGHT), _positions(frame.width, WIDTH)
    to_right = np.minimum(at_columns + 1, frame.width - 1)
    lines = rows[at_rows]
    table = _levels(full_range)
    points, beside = (
        table[(lines[:, columns] >> (bits - 8)).astype(np.uint8)] for columns in (at_columns, to_right)
    )
    return Picture(time_s=float(time_s or 0.0), points=points, beside=beside)


@lru_cache(maxsize=64)
def _positions(length: int, count: int) -> NDArray[np.intp]:
    """Return the middles of ``count`` equal parts of ``length`` pixels."""
    return ((np.arange(count) + 0.5) * length / count).astype(np.intp)


@lru_cache(maxsize=2)
def _levels(full_range: bool) -> NDArray[np.uint8]:
    codes = np.arange(256, dtype=np.float64)
    if full_range:
        return codes.astype(np.uint8)
    scaled = (codes - _BLACK_CODE) * 255.0 / (_WHITE_CODE - _BLACK_CODE)
    return np.clip(np.rint(scaled), 0, 255).astype(np.uint8)
