"""Small television for tests of the picture: frames of luma, encoded as a broadcaster would."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray

WIDTH, HEIGHT, FPS = 640, 360, 25
Frames = NDArray[np.uint8]
Encode = Callable[..., Path]


@pytest.fixture
def encode(tmp_path: Path) -> Encode:
    """Return a function that encodes frames (n, HEIGHT, WIDTH) as MPEG-TS beginning at PTS 10 s."""

    def run(frames: Frames, *options: str, pixels: str = "yuv420p", name: str = "picture.ts") -> Path:
        target = tmp_path / name
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y", "-f", "rawvideo"]
        command += [
            "-pix_fmt",
            "gray",
            "-s",
            f"{frames.shape[2]}x{frames.shape[1]}",
            "-r",
            str(FPS),
            "-i",
            "pipe:0",
        ]
        command += ["-pix_fmt", pixels, "-c:v", "libx264", "-preset", "veryfast", "-b:v", "1500k", "-g", "25"]
        command += [
            "-threads",
            "1",
            *options,
            "-output_ts_offset",
            "10",
            "-muxdelay",
            "0",
            "-muxpreload",
            "0",
        ]
        subprocess.run([*command, str(target)], input=frames.tobytes(), check=True, capture_output=True)
        return target

    return run


@pytest.fixture(scope="session")
def moving() -> Frames:
    """Return 6 s of picture that drifts and never stands, with detail of every size, as nature has it."""
    rng = np.random.default_rng(11)
    field = np.fft.irfft2(np.fft.rfft2(rng.normal(size=(HEIGHT, WIDTH))) * _natural(), s=(HEIGHT, WIDTH))
    texture = np.clip(120 + 45 * field / field.std(), 30, 230)
    # Things have edges: a few patches of other brightness.
    for _ in range(40):
        row, column = rng.integers(HEIGHT - 40), rng.integers(WIDTH - 60)
        texture[row : row + rng.integers(8, 40), column : column + rng.integers(8, 60)] += rng.uniform(
            -70, 70
        )
    texture = np.clip(texture, 20, 235)
    return np.stack([np.roll(texture, (index, 3 * index), axis=(0, 1)) for index in range(150)]).astype(
        np.uint8
    )


def _natural() -> NDArray[np.float64]:
    """Return amplitudes that fall with frequency, as those of photographs do (Field, 1987)."""
    rows, columns = np.fft.fftfreq(HEIGHT)[:, np.newaxis], np.fft.rfftfreq(WIDTH)
    falling: NDArray[np.float64] = 1.0 / np.maximum(np.hypot(rows, columns), 1.0 / WIDTH)
    return falling


@pytest.fixture
def split() -> Callable[[Path, Path], list[Path]]:
    """Return a function that cuts a file at key frames into segments of about 1 s, clocks kept."""

    def run(media: Path, folder: Path) -> list[Path]:
        folder.mkdir()
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-copyts", "-i", str(media)]
        command += [
            "-map",
            "0",
            "-c",
            "copy",
            "-f",
            "segment",
            "-segment_time",
            "1",
            "-segment_format",
            "mpegts",
        ]
        command += ["-segment_format_options", "mpegts_copyts=1", str(folder / "%03d.ts")]
        subprocess.run(command, check=True, capture_output=True)
        return sorted(folder.iterdir())

    return run
