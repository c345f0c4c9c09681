"""Does a block repeat what was heard 80 to 600 ms before it? Correlation, all frequencies alike."""

import numpy as np
from numpy.typing import NDArray

from processors.audio.blocks import BLOCK_S
from processors.audio.fourier import back, fast_length, power, transform

# Enough of the spectrum to tell a repeat by, a sixth of the samples to transform.
_RATE_HZ = 8_000
# Echoes of DESIGN section 7 with a margin for their edges; and twice as far, where beats and loops repeat.
FROM_S, UNTIL_S = 0.07, 0.62
_REACH_S = 2 * UNTIL_S
# An echo repeats all of the sound; a beat its drums, a bass its notes.
_BANDS_HZ = ((100.0, 1300.0), (1300.0, 2500.0), (2500.0, 4000.0))
# Bins under a hundredth of the mean are codec noise: they must not weigh like sound.
_FLOOR = np.float32(0.01)
# Digital silence correlates with nothing.
_TINY = np.float32(1e-6)
BANDS = 1 + len(_BANDS_HZ)
"""All of these together, then each from low to high."""


def reduced(blocks: NDArray[np.float32], rate_hz: int) -> NDArray[np.float32]:
    """Return blocks, float32 (n, channels, samples), at about 8 kHz."""
    factor = factor_of(rate_hz)
    count = blocks.shape[2] // factor
    shaped = blocks[:, :, : count * factor].reshape(*blocks.shape[:2], count, factor)
    means: NDArray[np.float32] = shaped.mean(axis=3)
    return means


def factor_of(rate_hz: int) -> int:
    """Return how many samples become one."""
    return max(1, round(rate_hz / _RATE_HZ))


def span(rate_hz: int) -> int:
    """Return how many reduced samples one correlation looks at: the block, and what it may repeat."""
    return fast_length(int((_REACH_S + BLOCK_S) * rate_hz / factor_of(rate_hz)) + 1)


def lags_of(rate_hz: int) -> tuple[int, int]:
    """Return the first lag looked at and the end of them, in reduced samples.

    Echoes are sought among the lags whose double is looked at.
    """
    rate = rate_hz / factor_of(rate_hz)
    return int(FROM_S * rate), int(_REACH_S * rate)


def correlations(
    past: NDArray[np.float32], blocks: NDArray[np.float32], rate_hz: int
) -> tuple[NDArray[np.float16], NDArray[np.float32]]:
    """Correlate each block with what came before it, phases only (GCC-PHAT, Knapp and Carter 1976).

    ``past`` is float32 (channels, any) and ``blocks`` (n, channels, samples), both reduced. Returns the
    correlation at each lag in standard deviations over the lags, float16 (n, channels, BANDS, lags): an echo
    stands 3 to 12 high, all else below 4; and the past that the next call wants. What is missing of the past
    counts as silence.
    """
    count, channels, length = blocks.shape
    size = span(rate_hz)
    first, end = lags_of(rate_hz)
    line = np.concatenate([past, blocks.transpose(1, 0, 2).reshape(channels, count * length)], axis=1)
    if line.shape[1] < size + count * length:
        line = np.pad(line, ((0, 0), (size + count * length - line.shape[1], 0)))
    ends = line.shape[1] - np.arange(count - 1, -1, -1) * length
    heard = np.stack([line[:, stop - size : stop] for stop in ends]).reshape(count * channels, size)
    now = np.zeros_like(heard)
    now[:, size - length :] = heard[:, size - length :]
    cross = transform(now) * np.conj(transform(heard))
    strength = np.sqrt(power(cross))
    cross /= strength + _FLOOR * strength.mean(axis=1, keepdims=True) + np.float32(1e-9)
    bands = np.empty((len(cross), BANDS, end - first), np.float32)
    for band, (low_hz, high_hz) in enumerate(_BANDS_HZ, 1):
        kept = slice(*(int(hz * factor_of(rate_hz) / rate_hz * size) for hz in (low_hz, high_hz)))
        part = np.zeros_like(cross)
        part[:, kept] = cross[:, kept]
        bands[:, band] = back(part)[:, first:end]
    bands[:, 0] = bands[:, 1:].sum(axis=1)
    deviation = np.sqrt(np.einsum("ijk,ijk->ij", bands, bands) / bands.shape[2])[..., np.newaxis]
    bands /= deviation + _TINY
    shaped = bands.reshape(count, channels, BANDS, end - first).astype(np.float16)
    return shaped, line[:, -size:].copy()
