"""The lattice of luma that is taken from decoded frames."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from processors.container import open_media
from processors.video.decode import Decoding, Picture, decode_frames, take_points
from processors.video.lattice import HEIGHT, WIDTH

Encode = Callable[..., Path]
LOSSLESS = ("-qp", "0", "-b:v", "0")


def first(media: Path) -> Picture:
    with open_media(media) as container:
        return take_points(next(decode_frames(container, Decoding())))


@pytest.mark.parametrize("pixels", ["yuv420p", "yuv422p", "yuv420p10le", "yuvj420p", "gray"])
def test_luma_is_0_to_255_in_every_format(encode: Encode, pixels: str) -> None:
    frame = np.repeat(np.linspace(0, 255, 640).astype(np.uint8)[np.newaxis], 360, axis=0)
    picture = first(encode(frame[np.newaxis], *LOSSLESS, pixels=pixels))
    assert picture.points.shape == (HEIGHT, WIDTH)
    wanted = frame[0, 2::4]
    assert np.abs(picture.points[0].astype(int) - wanted).max() <= 2


@pytest.mark.parametrize(("width", "height"), [(350, 202), (128, 72), (1920, 1080)])
def test_lines_stay_straight_whatever_the_stride(encode: Encode, width: int, height: int) -> None:
    frame = np.zeros((1, height, width), np.uint8)
    frame[:, :, width // 2 :] = 200
    points = first(encode(frame, *LOSSLESS)).points
    assert (points[:, : WIDTH // 2 - 1] <= 2).all()
    assert (points[:, WIDTH // 2 + 1 :] >= 198).all()


def test_only_reference_frames_are_decoded(encode: Encode, moving: NDArray[np.uint8]) -> None:
    tally = Decoding()
    with open_media(encode(moving, "-x264-params", "bframes=3:b-adapt=0:b-pyramid=none")) as container:
        times = [frame.time for frame in decode_frames(container, tally)]
    assert tally.failed == 0
    assert len(moving) // 5 <= tally.decoded == len(times) < len(moving) // 2
