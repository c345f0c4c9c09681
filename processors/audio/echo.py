"""The most likely echo around a sample, and how each block of its window agrees with it."""

import numpy as np
from numpy.typing import NDArray

from processors.audio.repeat import BANDS

# Blocks over which the lag is sought: the last ones up to the newest, for what has just begun, and all.
_SPANS = (8, None)
# A delay falls between two lags: the better neighbour counts.
_NEAR = 1
# Lags this near to a peak are its own skirts: 0.8 ms.
_SKIRT = 10
# A strong echo stands this many standard deviations high in a block: full scale of int8.
_GAIN = np.float32(1 / 16)
# Over a window of blocks it stands higher still.
_GAIN_OF_MEAN = 1 / 60
_PER_BLOCK = len(_SPANS) * BANDS
_PER_SPAN = 5
COLUMNS = _PER_BLOCK + len(_SPANS) * _PER_SPAN
"""Numbers of ``echo_columns`` a block."""


def echo_columns(correlated: NDArray[np.float32], windows: int, first_lag: int) -> NDArray[np.float32]:
    """Return the columns of ``windows`` windows over consecutive blocks, float32 (windows, rows, COLUMNS).

    ``correlated`` is (blocks, BANDS, lags); a window begins at each of the first blocks and has
    ``blocks - windows + 1`` rows. For each span the lag of the highest mean correlation (of either sign) is
    taken. Columns: the correlation of each block at that lag, all frequencies and the high ones, and for all
    blocks alike the mean peak (these three kinds times _GAIN), the peak re the standard deviation over lags
    times _GAIN_OF_MEAN, the next peak re the first, the mean at twice the lag re the first, and the place of
    the lag among all, 0..1.
    """
    rows = len(correlated) - windows + 1
    sums = np.zeros((len(correlated) + 1, correlated.shape[2]), np.float32)
    np.cumsum(correlated[:, 0], axis=0, out=sums[1:])
    out = np.empty((windows, rows, COLUMNS), np.float32)
    for index in range(windows):
        end = index + rows
        for number, span in enumerate(_SPANS):
            mean = (sums[end] - sums[end - (span or rows)]) / (span or rows)
            block, whole = _columns(correlated[index:end], mean, first_lag)
            out[index, :, number * BANDS : (number + 1) * BANDS] = block
            place = _PER_BLOCK + number * _PER_SPAN
            out[index, :, place : place + _PER_SPAN] = whole
    return out


def _columns(
    correlated: NDArray[np.float32], mean: NDArray[np.float32], first_lag: int
) -> tuple[NDArray[np.float32], tuple[float, ...]]:
    """Return the columns of each block at the lag that ``mean`` points to, and those of all blocks alike."""
    lags = len(mean)
    size = np.abs(mean)
    at = int(np.argmax(size))
    sign = np.float32(-1 if mean[at] < 0 else 1)
    near = correlated[:, :, max(0, at - _NEAR) : min(lags, at + _NEAR + 1)] * sign
    peak = max(float(size[at]), 1e-6)
    deviation = float(np.sqrt(np.dot(mean, mean) / lags)) + 1e-6
    double = 2 * (at + first_lag) - first_lag
    repeated = float(size[double - 2 : double + 3].max()) if 2 <= double < lags - 2 else 0.0
    size[max(0, at - _SKIRT) : at + _SKIRT + 1] = 0.0
    whole = (
        peak * float(_GAIN),
        peak / deviation * _GAIN_OF_MEAN,
        float(size.max()) / peak,
        repeated / peak,
        at / lags,
    )
    return near.max(axis=2) * _GAIN, whole
