"""Cameras that stand fixed before what does not move: only the sensor's noise tells them from a freeze."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import msgspec
import numpy as np

from training.picture.footage import load_still
from training.picture.media import Media
from training.picture.raster import Frame, Generator, fill
from training.render.encode import encode
from training.render.encoding import choose_encoding
from training.sources import Split
from training.truth_file import Truth, rendered, write_truth

_LENGTH_S, _SHOTS = 24.0, 3
# Noise of a camera, in levels: below, an encoder takes it away, and nothing is left that moves.
_NOISE = (1.5, 4.5)
_LARGEST = 1280 * 720


def locked_off(folder: Path, media: Media, split: Split, count: int, seed: int) -> None:
    """Add healthy programmes ``fixed-NNNNN`` to a folder until it has ``count``; none is made twice.

    The same arguments give the same. Raises training.render.encode.EncodingFailed, OSError.
    """
    there = {path.stem for path in rendered(folder)}
    for number in range(count):
        name = f"fixed-{number:05d}"
        if name not in there:
            _one(folder, name, media, split, np.random.default_rng([seed, number, 11]))


def _one(folder: Path, name: str, media: Media, split: Split, rng: Generator) -> None:
    encoding = choose_encoding(rng)
    while encoding.raster.width * encoding.raster.height > _LARGEST:
        encoding = choose_encoding(rng)
    encoding = msgspec.structs.replace(encoding, interlaced=False)
    raster = encoding.raster
    count = raster.frames(_LENGTH_S)
    target = folder / f"{name}.{encoding.container}"
    part = folder / f".{target.name}"
    stills = [fill(load_still(media.still(rng).path), raster.width, raster.height) for _ in range(_SHOTS)]
    encode(_frames(stills, count, rng), encoding, part)
    part.replace(target)
    truth = Truth(
        duration_s=round(count / encoding.fps, 3),
        split=split,
        seed=0,
        sources=(),
        has_picture=True,
        has_sound=False,
        width=raster.width,
        height=raster.height,
        fps=encoding.fps,
        video_codec=encoding.codec,
        bitrate_kbps=encoding.kilobits,
        gop=encoding.gop,
        graphics=(),
        faults=(),
        unclear=(),
    )
    write_truth(target, truth)


def _frames(stills: list[Frame], count: int, rng: Generator) -> Iterator[Frame]:
    """Yield each still for its part of the programme, with fresh noise on every frame."""
    high, wide = stills[0].shape[:2]
    # A bank shifted at random is as good as fresh noise to an encoder, and far faster.
    bank = rng.normal(0.0, 1.0, (high + 64, wide + 64)).astype(np.float32)
    for number, still in enumerate(stills):
        sigma = float(rng.uniform(*_NOISE))
        for _ in range(count * number // len(stills), count * (number + 1) // len(stills)):
            top, left = rng.integers(0, 64, 2)
            noise = cv2.merge([bank[top : top + high, left : left + wide]] * 3)
            noisy = cv2.addWeighted(still, 1.0, noise, sigma, 0.0, dtype=cv2.CV_8U)
            yield np.asarray(noisy, np.uint8)
