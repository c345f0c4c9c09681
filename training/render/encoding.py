"""How a channel is encoded: choices of size, rate, codec and container, and ffmpeg's words for them."""

import msgspec
import numpy as np

from training.picture.raster import Generator, Raster

# Small pictures cost less: how many there are of each size is chosen for cost.
_SIZES = (
    ((640, 360), 0.50),
    ((720, 576), 0.13),
    ((720, 480), 0.09),
    ((854, 480), 0.05),
    ((480, 270), 0.06),
    ((1280, 720), 0.10),
    ((1920, 1080), 0.03),
    ((360, 640), 0.03),
    ((540, 960), 0.01),
)
# For learning: what channels send counts for more than what is cheap to make, but for 1080 lines, of which a
# second costs as much as ten of 360.
_DENSE_SIZES = (
    ((640, 360), 0.44),
    ((720, 576), 0.16),
    ((720, 480), 0.08),
    ((854, 480), 0.10),
    ((480, 270), 0.04),
    ((1280, 720), 0.12),
    ((1920, 1080), 0.02),
    ((360, 640), 0.02),
    ((540, 960), 0.02),
)
_RATES = (
    (25.0, 0.46),
    (30000 / 1001, 0.2),
    (30.0, 0.12),
    (24000 / 1001, 0.08),
    (24.0, 0.06),
    (50.0, 0.04),
    (60000 / 1001, 0.04),
)
# MPEG-2 needs about twice the bits of H.264, HEVC two thirds.
_CODECS = (("libx264", 0.75, 1.0), ("mpeg2video", 0.22, 2.0), ("libx265", 0.03, 0.7))
# Megabits a second of 1080p25 in H.264, from frugal to contribution.
_MEGABITS = (1.5, 12.0)
# So few bits a second are no picture, however small it is.
_LEAST_KILOBITS = 350
# Beyond these quantisers an encoder would make the blocks that are a fault: it spends bits instead.
_MOST_QUANTISER = {"libx264": 36, "mpeg2video": 10, "libx265": 36}


class Encoding(msgspec.Struct, frozen=True, kw_only=True):
    """How one programme is encoded."""

    raster: Raster
    """Composed; an interlaced channel is composed at its field rate."""
    interlaced: bool
    codec: str
    kilobits: int
    constant: bool
    """The rate is held within a second, as for a transmitter; else only on average, as for the net."""
    gop: int
    b_frames: int
    preset: str
    chroma: str
    container: str
    offset_s: float
    """Time stamp of the first frame in a transport stream."""
    audio_codec: str
    audio_kilobits: int

    @property
    def fps(self) -> float:
        """Frames a second as broadcast."""
        return self.raster.fps / 2 if self.interlaced else self.raster.fps

    def picture_options(self) -> list[str]:
        """Return ffmpeg's options of the picture stream."""
        most = _MOST_QUANTISER[self.codec]
        options = ["-c:v", self.codec, "-threads", "1", "-pix_fmt", self.chroma, "-b:v", f"{self.kilobits}k"]
        if self.constant:
            options += ["-maxrate", f"{self.kilobits}k", "-bufsize", f"{self.kilobits}k"]
        options += ["-g", str(self.gop), "-bf", str(self.b_frames)]
        if self.interlaced:
            options += ["-vf", "tinterlace=interleave_top,setfield=tff", "-flags", "+ilme+ildct"]
        if self.codec == "libx265":
            quiet = f"log-level=error:pools=none:frame-threads=1:qpmax={most}"
            return [*options, "-preset", "superfast", "-x265-params", quiet]
        if self.codec == "libx264":
            options += ["-preset", self.preset]
        return [*options, "-qmax", str(most)]

    def sound_options(self) -> list[str]:
        """Return ffmpeg's options of the sound stream."""
        return ["-c:a", self.audio_codec, "-b:a", f"{self.audio_kilobits}k"]

    def container_options(self) -> list[str]:
        """Return ffmpeg's options of the file."""
        if self.container == "ts":
            return [
                "-f",
                "mpegts",
                "-muxdelay",
                "0",
                "-muxpreload",
                "0",
                "-output_ts_offset",
                f"{self.offset_s:.3f}",
            ]
        return ["-f", "matroska"] if self.container == "mkv" else ["-f", "mp4"]


def choose_encoding(rng: Generator, large: float = 1.0, *, dense: bool = False) -> Encoding:
    """Choose a broadcaster's settings; of large and fast pictures drawn, a share ``large`` is kept.

    ``dense`` draws from sizes as channels have them, with fewer small ones.
    """
    sizes = _DENSE_SIZES if dense else _SIZES
    width, height = sizes[int(rng.choice(len(sizes), p=[share for _, share in sizes]))][0]
    fps = _RATES[int(rng.choice(len(_RATES), p=[share for _, share in _RATES]))][0]
    if rng.random() > large:
        (width, height), fps = min((width, height), (640, 360)), min(fps, 30.0)
    if width * height > 720 * 576 and fps > 30:
        fps /= 2  # twice the frames of a large picture cost more than they teach
    codec, _, factor = _CODECS[int(rng.choice(len(_CODECS), p=[share for _, share, _ in _CODECS]))]
    interlaced = bool(height in (576, 480) and fps < 31 and codec != "libx265" and rng.random() < 0.2)
    container = str(rng.choice(["ts", "mp4", "mkv"], p=[0.72, 0.18, 0.1]))
    # A smaller picture needs more bits a point: bits grow with about the 0.75th power of the area.
    scale = (width * height / (1920 * 1080)) ** 0.75 * (fps / 25) ** 0.6 * factor
    megabits = float(np.exp(rng.uniform(*np.log(_MEGABITS))))
    return Encoding(
        raster=Raster(width, height, fps * 2 if interlaced else fps),
        interlaced=interlaced,
        codec=codec,
        kilobits=max(_LEAST_KILOBITS, round(1000 * scale * megabits)),
        constant=bool(rng.random() < 0.5),
        gop=int(rng.choice([12, 15, 25, 30, 50, 60, 100])),
        b_frames=int(rng.choice([0, 2, 2, 3])),
        preset=str(rng.choice(["superfast", "veryfast", "faster", "medium"], p=[0.7, 0.22, 0.05, 0.03])),
        chroma="yuv422p" if codec == "mpeg2video" and rng.random() < 0.15 else "yuv420p",
        container="mkv" if container == "mp4" and codec == "mpeg2video" else container,
        offset_s=float(rng.choice([0.0, 1.4, rng.uniform(0, 30)])),
        audio_codec="mp2" if codec == "mpeg2video" and rng.random() < 0.7 else "aac",
        audio_kilobits=int(rng.choice([96, 128, 192, 256])),
    )
