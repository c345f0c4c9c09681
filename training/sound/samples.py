"""Sound as the composer holds it: float samples at 48 kHz, their levels, and how files become them."""

from functools import lru_cache
from pathlib import Path

import av
import av.audio.resampler
import av.error
import numpy as np
from numpy.typing import NDArray

RATE_HZ = 48_000
Mono = NDArray[np.float32]
"""(n,), full scale 1.0."""
Stereo = NDArray[np.float32]
"""(2, n), full scale 1.0."""
Generator = np.random.Generator
# Seconds kept of a source: a scene is no longer, and memory (0.2 MB a second) is bounded.
_KEEP_S = 45
# A twentieth of a second holds a period of the lowest voice several times over, and no syllable's end.
_PIECE = RATE_HZ // 20
_TINY = 1e-12


@lru_cache(maxsize=2048)
def load_sound(path: Path) -> NDArray[np.int16]:
    """Decode a source's first seconds to 48 kHz stereo, int16 (2, n); (2, 0) when it holds no sound."""
    resampler = av.audio.resampler.AudioResampler(format="s16p", layout="stereo", rate=RATE_HZ)
    parts: list[NDArray[np.int16]] = [np.zeros((2, 0), np.int16)]
    held = 0
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return parts[0]
        try:
            for frame in container.decode(audio=0):
                for out in resampler.resample(frame):
                    parts.append(out.to_ndarray().astype(np.int16))
                    held += parts[-1].shape[1]
                if held >= _KEEP_S * RATE_HZ:
                    break
        except av.error.FFmpegError:
            pass  # a damaged end: what came before it serves
    return np.concatenate(parts, axis=1)


def gain(level_db: float) -> float:
    """Return the factor of a level in dB."""
    return float(10 ** (level_db / 20))


def level_dbfs(samples: NDArray[np.float32]) -> float:
    """Return the RMS of any samples, dB re full scale."""
    return float(10 * np.log10(np.mean(np.square(samples)) + _TINY))


def piece_levels(channel: Mono) -> NDArray[np.float64]:
    """Return the RMS, dBFS, of each twentieth of a second of a channel."""
    count = len(channel) // _PIECE
    power = np.square(channel[: count * _PIECE]).reshape(count, _PIECE).mean(axis=1)
    levels: NDArray[np.float64] = 10 * np.log10(power.astype(np.float64) + _TINY)
    return levels


def active_dbfs(samples: NDArray[np.float32]) -> float:
    """Return the level of the programme itself: RMS without the pauses, as ITU-T P.56 means it.

    Pieces more than 15.9 dB under the mean (P.56's margin) are pauses; two rounds settle it.
    """
    channels = samples if samples.ndim > 1 else samples[np.newaxis]
    power = 10 ** (np.concatenate([piece_levels(channel) for channel in channels]) / 10)
    if not len(power):
        return level_dbfs(samples)
    for _ in range(2):
        loud = power[power >= power.mean() * 10 ** (-15.9 / 10)]
        power = loud if len(loud) else power
    return float(10 * np.log10(power.mean() + _TINY))


def fast_length(count: int) -> int:
    """Return a length from ``count`` on, at most 6 % above, of which the FFT is quick (no large prime)."""
    step = 1 << max(0, count.bit_length() - 5)
    return -(-count // step) * step


def filtered(samples: NDArray[np.float32], response: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return samples through a filter of zero phase, given its gain at ``len(response)`` equally spaced
    frequencies from 0 to half the rate."""
    count = samples.shape[-1]
    spectrum = np.fft.rfft(samples, fast_length(count))
    places = np.linspace(0, len(response) - 1, spectrum.shape[-1], dtype=np.float32)
    spectrum *= np.interp(places, np.arange(len(response)), response).astype(np.float32)
    back: NDArray[np.float32] = np.fft.irfft(spectrum)[..., :count].astype(np.float32)
    return back


def eased(count: int, rise: int) -> Mono:
    """Return a gate of ``count`` samples that opens and shuts within ``rise`` samples."""
    gate = np.ones(count, np.float32)
    rise = min(rise, count // 2)
    if rise > 0:
        ramp = (0.5 - 0.5 * np.cos(np.pi * np.arange(rise) / rise)).astype(np.float32)
        gate[:rise], gate[count - rise :] = ramp, ramp[::-1]
    return gate
