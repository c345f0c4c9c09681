"""A clip and an index of it, for tests that compose programmes."""

from pathlib import Path

import av
import cv2
import numpy as np

from training.picture.media import Media, media_of
from training.picture.raster import Raster
from training.sources import Source, read_index

RASTER = Raster(160, 90, 25.0)


def small_sources(folder: Path) -> list[Source]:
    """Write 4 s of discs that cross a textured scene, and name them as the only clip of the train split."""
    rng = np.random.default_rng(5)
    field = rng.integers(0, 256, (45, 80, 3)).astype(np.uint8)
    base = np.asarray(cv2.resize(field, (160, 90), interpolation=cv2.INTER_CUBIC), np.uint8)
    with av.open(str(folder / "discs.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"qp": "18", "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 160, 90, "yuv420p"
        for index in range(100):
            frame = np.roll(base, index, axis=1)
            cv2.circle(frame, (index * 3 % 160, 45), 20, (40, 220, 90), -1)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="bgr24")))
        container.mux(stream.encode())
    header = "path,kind,role,content,duration,resolution,fps,origin"
    # An origin whose hash falls into train.
    origins = (f"discs {number}" for number in range(100))
    for origin in origins:
        row = f"discs.mp4,video,clean,discs,4,160x90,25,{origin}"
        (folder / "INDEX.csv").write_text(f"{header}\n{row}\n")
        sources = read_index(folder)
        if sources[0].split == "train":
            return sources
    raise AssertionError("no origin falls into train")


def small_media(folder: Path) -> Media:
    """Return that clip as the media of a split."""
    return media_of(small_sources(folder), "train")
