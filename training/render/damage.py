"""What lost packets did to the pictures: the damaged stream beside the whole one."""

from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np

from training.picture.raster import Gray
from training.truth_file import Fault, Unclear

# Blocks of 16 points, seen on means of 4 by 4; a block is damaged when it is this far off in the mean.
_MEAN_OF, _BLOCK, _OFF = 4, 4, 10.0
# A viewer sees damage at once from this share of the picture on; under the second there is none.
_SEEN, _NONE = 0.01, 0.001
# Damage heals at key frames and comes back: gaps up to this are one event.
_GAP_S = 1.5
# An event is as long as a fault at least, and damaged for half of it.
_LEAST_S, _MOST_OF = 1.0, 0.5
_MARGIN_S = 0.4


def damage(whole: Path, damaged: Path, fps: float) -> list[float]:
    """Return for each picture of a file the share of its blocks that are off; 1 where a picture is missing.

    Raises av.error.FFmpegError when the whole file can't be read.
    """
    shares: list[float] = []
    pictures = _pictures(damaged)
    other = next(pictures, None)
    for at, gray in _pictures(whole):
        while other is not None and other[0] < at - 0.5 / fps:
            other = next(pictures, None)
        if other is None or other[0] > at + 0.5 / fps or other[1].shape != gray.shape:
            shares.append(1.0)
            continue
        off = np.asarray(cv2.absdiff(gray, other[1]), np.float32)
        high, wide = off.shape[0] // _BLOCK, off.shape[1] // _BLOCK
        blocks = cv2.resize(off[: high * _BLOCK, : wide * _BLOCK], (wide, high), interpolation=cv2.INTER_AREA)
        shares.append(float(np.mean(np.asarray(blocks) > _OFF)))
    return shares


def events(shares: list[float], fps: float, detail: str) -> tuple[list[Fault], list[Unclear]]:
    """Return the faults that damage amounts to, and where it is too little or too short to say."""
    marks = np.array(shares)
    margin, inside = round(_MARGIN_S * fps), np.zeros(len(marks), bool)
    found: list[Fault] = []
    for start, end in _merged(marks >= _SEEN, round(_GAP_S * fps)):
        if (end - start) / fps >= _LEAST_S and np.mean(marks[start:end] >= _SEEN) >= _MOST_OF:
            found.append(
                Fault(type="bloco", start_s=round(start / fps, 3), end_s=round(end / fps, 3), detail=detail)
            )
            inside[max(0, start - margin) : end + margin] = True
    doubts = _merged((marks >= _NONE) & ~inside, margin)
    unclear = [_unclear(start / fps, end / fps, ("bloco",)) for start, end in doubts]
    # A decoder that lost whole pictures shows the one before: no freeze to name, nor to deny.
    held = _merged(marks >= _NONE, round(_GAP_S * fps))
    return found, unclear + [_unclear(start / fps, end / fps, ("freeze",)) for start, end in held]


def _unclear(start_s: float, end_s: float, types: tuple[str, ...]) -> Unclear:
    return Unclear(
        start_s=round(max(0.0, start_s - _MARGIN_S), 3), end_s=round(end_s + _MARGIN_S, 3), types=types
    )


def _merged(marks: "np.ndarray[tuple[int], np.dtype[np.bool_]]", gap: int) -> list[tuple[int, int]]:
    """Return runs of marks, those nearer than ``gap`` joined."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], marks.astype(int), [0]]))).reshape(-1, 2)
    out: list[tuple[int, int]] = []
    for start, end in edges:
        if out and start - out[-1][1] <= gap:
            out[-1] = (out[-1][0], int(end))
        else:
            out.append((int(start), int(end)))
    return out


def _pictures(path: Path) -> Iterator[tuple[float, Gray]]:
    """Yield time and small luma of each picture, as a decoder shows them that shows what it can."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        stream.codec_context.options = {"flags": "+output_corrupt"}
        for packet in container.demux(stream):
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                continue  # a picture that can't be decoded is a missing one
            for frame in frames:
                if frame.pts is None:
                    continue
                plane = frame.planes[0]
                lines = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
                luma = lines[: frame.height, : frame.width]
                size = (luma.shape[1] // _MEAN_OF, luma.shape[0] // _MEAN_OF)
                yield frame.time, np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.uint8)
