"""What is taken out of decoded frames."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from infra.media_file import open_media
from processors.video.decode import Decoding, decode_frames
from processors.video.lattice import HEIGHT, SMALL_HEIGHT, SMALL_WIDTH, WIDTH
from processors.video.picture import Picture, take_picture

Encode = Callable[..., Path]
LOSSLESS = ("-qp", "0", "-b:v", "0")


def first(media: Path) -> Picture:
    with open_media(media) as container:
        return take_picture(next(decode_frames(container, Decoding())), 0.0)


@pytest.mark.parametrize("pixels", ["yuv420p", "yuv422p", "yuv420p10le", "yuvj420p", "gray", "nv12"])
def test_luma_is_0_to_255_in_every_format(encode: Encode, pixels: str) -> None:
    frame = np.repeat(np.linspace(0, 255, 640).astype(np.uint8)[np.newaxis], 360, axis=0)
    picture = first(encode(frame[np.newaxis], *LOSSLESS, pixels=pixels))
    assert picture.points.shape == (HEIGHT, WIDTH)
    assert np.abs(picture.points[0].astype(int) - frame[0, 2::4]).max() <= 2
    assert picture.small.shape == (SMALL_HEIGHT, SMALL_WIDTH)
    assert np.abs(np.diff(picture.small[0].astype(int))).max() <= 4
    assert np.abs(picture.chroma.astype(int) - 128).max() <= 1


@pytest.mark.parametrize(("width", "height"), [(350, 202), (128, 72), (1920, 1080), (3840, 2160)])
def test_lines_stay_straight_whatever_the_stride(encode: Encode, width: int, height: int) -> None:
    frame = np.zeros((1, height, width), np.uint8)
    frame[:, :, width // 2 :] = 200
    picture = first(encode(frame, *LOSSLESS))
    for luma in (picture.points, picture.small):
        middle = luma.shape[1] // 2
        edge = max(2, 2 * luma.shape[1] // width)
        assert (luma[:, : middle - edge] <= 2).all()
        assert (luma[:, middle + edge :] >= 198).all()


def test_a_portrait_picture_lies_on_its_side(encode: Encode) -> None:
    frame = np.zeros((1, 640, 360), np.uint8)
    frame[:, 320:] = 200
    points = first(encode(frame, *LOSSLESS)).points
    assert (points[:, : WIDTH // 2 - 1] <= 2).all()
    assert (points[:, WIDTH // 2 + 1 :] >= 198).all()
