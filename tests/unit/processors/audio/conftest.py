"""Small sound for tests: samples encoded as a broadcaster would."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray

RATE_HZ = 48_000
Samples = NDArray[np.float32]
EncodeSound = Callable[..., Path]


@pytest.fixture
def encode_sound(tmp_path: Path) -> EncodeSound:
    """Return a function that encodes samples (2, n) as MPEG-TS whose first sample is at PTS 10 s."""

    def run(samples: Samples, *options: str, codec: str = "aac", name: str = "sound.ts") -> Path:
        target = tmp_path / name
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y", "-f", "f32le"]
        command += [
            "-ar",
            str(RATE_HZ),
            "-ac",
            str(len(samples)),
            "-i",
            "pipe:0",
            "-c:a",
            codec,
            "-b:a",
            "192k",
        ]
        command += [*options, "-output_ts_offset", "10", "-muxdelay", "0", "-muxpreload", "0", str(target)]
        interleaved = np.ascontiguousarray(samples.T, np.float32)
        subprocess.run(command, input=interleaved.tobytes(), check=True, capture_output=True)
        return target

    return run


@pytest.fixture(scope="session")
def programme() -> Samples:
    """Return 8 s of tones and noise at -20 dBFS in both channels."""
    rng = np.random.default_rng(21)
    seconds = np.arange(8 * RATE_HZ) / RATE_HZ
    wave = np.sin(2 * np.pi * 440 * seconds) + 0.3 * rng.normal(size=len(seconds))
    wave *= 1 + 0.5 * np.sin(2 * np.pi * 3 * seconds)
    return np.tile(wave / np.sqrt(np.mean(wave**2)) * 0.1, (2, 1)).astype(np.float32)
