"""Files of the folder: sound as Opus, stills as JPEG or PNG, film as H.264."""

from collections.abc import Iterable
from pathlib import Path

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from training.gather.shaping import RATE_HZ, Stereo

Picture = NDArray[np.uint8]
"""(height, width, 3), BGR."""
# Transparent for two channels by the codec's own listening tests, at a tenth of the size of FLAC.
_OPUS_BITS = 160_000
# Above this JPEG leaves no blocks that a detector of blocks could learn from.
_JPEG_QUALITY = 95
# Finer than what a contribution link carries: coding faults are added later, on purpose.
_FILM_QUALITY = "16"


def save_sound(path: Path, sound: Stereo) -> None:
    """Write (2, n) float32 at 48 kHz as Opus in Ogg."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=RATE_HZ)
        stream.bit_rate = _OPUS_BITS
        stream.layout = "stereo"
        interleaved = np.ascontiguousarray(sound.T).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(interleaved, format="flt", layout="stereo")
        frame.sample_rate = RATE_HZ
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def save_still(path: Path, picture: Picture) -> None:
    """Write a picture in the format its name ends with. Raises OSError when it can't be written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    options = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY] if path.suffix == ".jpg" else []
    if not cv2.imwrite(str(path), picture, options):
        raise OSError(f"{path}: not written")


def save_film(path: Path, frames: Iterable[Picture], fps: int) -> int:
    """Write frames of one size as H.264 in MP4; returns how many there were."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with av.open(str(path), "w", format="mp4") as container:
        stream = None
        for picture in frames:
            if stream is None:
                stream = container.add_stream("libx264", rate=fps)
                stream.height, stream.width = picture.shape[:2]
                stream.pix_fmt = "yuv420p"
                stream.thread_count = 1
                stream.options = {"crf": _FILM_QUALITY, "preset": "veryfast"}
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
            count += 1
        if stream is not None:
            container.mux(stream.encode(None))
    return count
