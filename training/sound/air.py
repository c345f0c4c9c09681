"""Send a programme through a codec as a broadcaster would, with the ffmpeg that Horus itself uses."""

import subprocess
from pathlib import Path

import imageio_ffmpeg
import numpy as np

from training.sound.samples import RATE_HZ, Generator, Stereo

# How often each codec is on air, and its usual bitrates for stereo, kb/s.
_CODECS = {
    "aac": (0.58, (64, 96, 96, 128, 128, 160, 192, 192, 256)),
    "mp2": (0.16, (128, 160, 192, 192, 256, 384)),
    "ac3": (0.12, (128, 192, 192, 256, 384)),
    "libopus": (0.08, (64, 96, 128, 192)),
    "libmp3lame": (0.06, (96, 128, 192)),
}
_RATES = {"libopus": (48_000,)}


def send(samples: Stereo, target: Path, rng: Generator) -> float:
    """Encode samples, float32 (2, n) at 48 kHz, as MPEG-TS; returns the PTS of the first sample, seconds.

    Raises subprocess.CalledProcessError with ffmpeg's own words.
    """
    codec = str(rng.choice(list(_CODECS), p=[share for share, _ in _CODECS.values()]))
    kilobits = int(rng.choice(_CODECS[codec][1]))
    rate = int(rng.choice(_RATES.get(codec, (48_000, 48_000, 48_000, 44_100, 32_000))))
    # Anywhere between two points of the grid of measuring.
    offset_s = 10.0 + round(float(rng.uniform(0, 0.5)), 3)
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y", "-threads", "1"]
    command += ["-f", "s16le", "-ar", str(RATE_HZ), "-ac", "2", "-i", "pipe:0"]
    command += ["-c:a", codec, "-b:a", f"{kilobits}k", "-ar", str(rate)]
    if codec == "aac":
        # The quick search of the encoder, for half: others' encoders are not all as thorough as the slow one.
        command += ["-aac_coder", str(rng.choice(["fast", "twoloop"], p=[0.75, 0.25]))]
    command += ["-output_ts_offset", str(offset_s), "-muxdelay", "0", "-muxpreload", "0"]
    command += ["-f", "mpegts", str(target)]
    whole = np.rint(np.clip(samples.T, -1.0, 1.0) * 32767).astype(np.int16)
    subprocess.run(command, input=np.ascontiguousarray(whole).tobytes(), check=True, capture_output=True)
    return offset_s
