"""Encode a programme as a broadcaster would, with the ffmpeg that Horus itself uses."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import msgspec
import numpy as np

from training.clips import HEIGHT, WIDTH, Frames


class Encoding(msgspec.Struct, frozen=True, kw_only=True):
    """How a channel is encoded."""

    codec: str
    kilobits: int
    constant: bool
    """The rate is held within a second, as for a transmitter; else only on average, as for the net."""
    gop: int
    b_frames: int
    preset: str
    fps: int
    height: int
    offset_s: float
    """PTS of the first frame, so that sampling falls anywhere between frames."""

    def arguments(self) -> list[str]:
        """Return ffmpeg's options of the picture stream."""
        rate = ["-b:v", f"{self.kilobits}k"]
        if self.constant:
            rate += ["-maxrate", f"{self.kilobits}k", "-bufsize", f"{self.kilobits}k"]
        options = ["-c:v", self.codec, *rate, "-g", str(self.gop), "-bf", str(self.b_frames), "-threads", "1"]
        if self.codec != "mpeg2video":
            options += ["-preset", self.preset]
        return options


def choose_encoding(rng: np.random.Generator) -> Encoding:
    """Choose a broadcaster's settings: 2 to 8 Mb/s at 1080p, scaled to the size, GOP 12 to 50."""
    codec = str(rng.choice(["libx264", "mpeg2video", "libx265"], p=[0.89, 0.08, 0.03]))
    height = int(rng.choice([360, 720, 180], p=[0.84, 0.06, 0.1]))
    # A smaller picture needs more bits a pixel: bits grow with about the 0.75th power of the area.
    scale = (height / 1080) ** 1.5 * (2.0 if codec == "mpeg2video" else 1.0)
    return Encoding(
        codec=codec,
        kilobits=round(1000 * scale * float(np.exp(rng.uniform(np.log(2.0), np.log(8.0))))),
        constant=bool(rng.random() < 0.5),
        gop=int(rng.choice([12, 15, 25, 25, 50])),
        b_frames=int(rng.choice([0, 2, 3])),
        preset=str(rng.choice(["veryfast", "veryfast", "faster", "fast"]))
        if codec == "libx264"
        else "ultrafast",
        fps=int(rng.choice([25, 25, 25, 30])),
        height=height,
        offset_s=int(rng.integers(0, 25)) / 25,
    )


def encode(frames: Frames, encoding: Encoding, target: Path) -> None:
    """Write frames as MPEG-TS. Raises subprocess.CalledProcessError with ffmpeg's own words."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y"]
    command += ["-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(encoding.fps)]
    command += ["-i", "pipe:0", "-vf", f"scale=-2:{encoding.height}", "-pix_fmt", "yuv420p"]
    command += [*encoding.arguments(), "-output_ts_offset", str(encoding.offset_s)]
    command += ["-muxdelay", "0", "-muxpreload", "0", "-f", "mpegts", str(target)]
    subprocess.run(command, input=frames.data, check=True, capture_output=True)
