"""Samples of sound: programmes composed, encoded, and measured by the code that measures live channels."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from processors.audio.blocks import BLOCK_S
from processors.audio.decode import Decoding
from processors.audio.features import decibels
from processors.audio.walk import Judged, Walk
from training.examples import Examples
from training.sound import RATE_HZ, Samples, compose_sound
from training.sources import Source, Split, choose

AUDIO_CLASSES = ("ausencia_audio",)
# DESIGN section 7: silence is -55 dBFS RMS or below.
SILENCE_DBFS = -55.0
# An encoder shifts levels by about a decibel at this depth: nearer the limit there is no truth.
_UNCLEAR_DB = 1.5
_SECONDS = 12.0
_OFFSET_S = 10.0


def sound_examples(
    sources: list[Source], split: Split, count: int, seed: int, folder: Path
) -> Iterator[Examples]:
    """Yield the samples, of each channel, of ``count`` programmes; files come and go in ``folder``.

    The same arguments give the same samples. Raises subprocess.CalledProcessError when ffmpeg refuses.
    """
    usable = choose(sources, "audio", split)
    target = folder / f"{split}-sound.ts"
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        samples = compose_sound(usable, _SECONDS, rng).samples
        _encode(samples, target, rng)
        judged = list(Walk(None, Decoding()).judged(target))
        for channel in range(2):
            yield _examples(judged, samples[channel], channel, number * 2 + channel)
    target.unlink(missing_ok=True)


def _examples(judged: list[Judged], samples: NDArray[np.float32], channel: int, number: int) -> Examples:
    times = np.array([item.time_s for item in judged]) - _OFFSET_S
    length = round(BLOCK_S * RATE_HZ)
    starts = np.rint(times * RATE_HZ).astype(int)
    # Blocks that reach before the first sample or past the last are partly the encoder's padding.
    whole = (starts >= 0) & (starts + length <= len(samples))
    starts, times = starts[whole], times[whole]
    levels = np.array(
        [decibels(np.mean(np.square(samples[at : at + length], dtype=np.float64))) for at in starts]
    )
    features = np.stack([item.windows[channel] for item in judged])[whole]
    return Examples(
        features=features,
        labels=(levels <= SILENCE_DBFS).astype(np.float32)[:, np.newaxis],
        weights=(np.abs(levels - SILENCE_DBFS) > _UNCLEAR_DB).astype(np.float32)[:, np.newaxis],
        programme=np.full(len(times), number, np.int32),
        times_s=times,
    )


def _encode(samples: Samples, target: Path, rng: np.random.Generator) -> None:
    codec, kilobits = str(rng.choice(["aac", "aac", "mp2"])), int(rng.choice([96, 128, 192, 256]))
    rate = int(rng.choice([48_000, 48_000, 44_100, 32_000]))
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y"]
    command += ["-f", "f32le", "-ar", str(RATE_HZ), "-ac", "2", "-i", "pipe:0"]
    command += ["-c:a", codec, "-b:a", f"{kilobits}k", "-ar", str(rate), "-output_ts_offset", str(_OFFSET_S)]
    command += ["-muxdelay", "0", "-muxpreload", "0", "-f", "mpegts", str(target)]
    subprocess.run(command, input=np.ascontiguousarray(samples.T).tobytes(), check=True, capture_output=True)
