"""Clips of the media, decoded as a shot needs them, at the size and pace of the programme."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import av
import cv2
import numpy as np
from av.video.reformatter import VideoReformatter

from training.picture.raster import Frame, Frames, Generator, Raster, fill

# A still this high is as sharp as any picture made of it; larger ones only cost.
_STILL_HEIGHT = 1080
# A clip is entered at a key frame and up to so many frames after it: most clips have but one key frame.
_SKIP = 50


def play(path: Path, raster: Raster, rng: Generator, *, zoom: float = 1.0, pace: float = 1.0) -> Frames:
    """Yield a clip's frames from a place chosen at random to its end, covering the raster.

    ``zoom`` from 1 shows a part of the picture, at a place chosen at random; ``pace`` is the speed.
    Times of the clip are kept: where it has fewer frames than the programme, they repeat.
    Raises av.error.FFmpegError when the file is none.
    """
    across, down = rng.uniform(0, 1, 2)
    mirrored = bool(rng.random() < 0.5)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        if container.duration and rng.random() < 0.7:
            reach = container.duration / 1e6 * rng.uniform(0, 0.8)
            container.seek(int((container.start_time or 0) + reach * 1e6))
        shown: Frame | None = None
        start_s, due = 0.0, 0
        skip = int(rng.integers(_SKIP)) if (stream.frames or 0) > 3 * _SKIP else 0
        # One scaler for the clip: setting one up costs more than a frame.
        scaler = VideoReformatter()
        for decoded in container.decode(stream):
            if skip > 0:
                skip -= 1
                continue
            if shown is None:
                start_s = decoded.time
            while shown is not None and due / raster.fps * pace < decoded.time - start_s:
                yield shown.copy()
                due += 1
            if shown is not None and (decoded.time - start_s) < (due - 1) / raster.fps * pace:
                continue
            shown = _cover(decoded, scaler, raster, zoom, across, down)
            if mirrored:
                shown = np.asarray(cv2.flip(shown, 1), np.uint8)
    if shown is None:
        # The place was too near to the end: one picture is all there is.
        shown = fill(load_still(path), raster.width, raster.height)
    yield shown


def loop(paths: list[Path], raster: Raster, rng: Generator, *, zoom: float = 1.0) -> Frames:
    """Yield clips of a list one after another, without end. Raises ValueError for an empty list."""
    if not paths:
        raise ValueError("no clips to play")
    while True:
        yield from play(paths[int(rng.integers(len(paths)))], raster, rng, zoom=zoom)


@lru_cache(maxsize=48)
def load_still(path: Path) -> Frame:
    """Decode a photograph, or the first frame of a clip, at most 1080 lines high."""
    with av.open(str(path)) as container:
        frame = next(iter(container.decode(video=0)))
        high = min(frame.height, _STILL_HEIGHT)
        wide = round(frame.width * high / frame.height / 2) * 2
        return np.asarray(frame.reformat(width=wide, height=high, format="bgr24").to_ndarray(), np.uint8)


def grab(path: Path, raster: Raster, rng: Generator) -> Frame:
    """Return one frame of a clip."""
    frames: Iterator[Frame] = play(path, raster, rng)
    return next(frames)


def _cover(
    decoded: av.VideoFrame, scaler: VideoReformatter, raster: Raster, zoom: float, across: float, down: float
) -> Frame:
    """Scale a frame until it covers the picture ``zoom`` times, and cut the part at a place out of it."""
    ratio = max(raster.width / decoded.width, raster.height / decoded.height) * zoom
    wide = max(raster.width, round(decoded.width * ratio / 2) * 2)
    high = max(raster.height, round(decoded.height * ratio / 2) * 2)
    if zoom > 1.3 and ratio > 1:
        # Large magnification: cut first, so that only what is shown is scaled.
        whole = np.asarray(decoded.to_ndarray(format="bgr24"), np.uint8)
        part_wide, part_high = round(raster.width / ratio), round(raster.height / ratio)
        left = round(across * (decoded.width - part_wide))
        top = round(down * (decoded.height - part_high))
        return fill(whole[top : top + part_high, left : left + part_wide], raster.width, raster.height)
    scaled = scaler.reformat(
        decoded, width=wide, height=high, format="bgr24", interpolation="BILINEAR", threads=1
    )
    whole = np.asarray(scaled.to_ndarray(), np.uint8)
    left, top = round(across * (wide - raster.width)), round(down * (high - raster.height))
    return np.ascontiguousarray(whole[top : top + raster.height, left : left + raster.width])
