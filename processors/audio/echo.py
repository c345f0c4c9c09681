"""The most likely echoes around a sample, and how each block of its window agrees with them."""

import numpy as np
from numpy.typing import NDArray

from processors.audio.repeat import BANDS

# Where the lag is sought: in these bands, over this many of the last blocks (None: all). The last two seconds
# for what has just begun; the upper bands for where a bass repeats itself.
_SOUGHT: tuple[tuple[tuple[int, ...], int | None], ...] = (((0,), 8), ((0,), None), ((2, 3), None))
# A delay falls between two lags: the better neighbour counts.
_NEAR = 1
# Lags this near to a peak are its own skirts: 0.9 ms.
_SKIRT = 7
# A strong echo stands this many standard deviations high in a block: full scale of int8.
_GAIN = np.float32(1 / 16)
# Over a window of blocks it stands higher still.
_GAIN_OF_MEAN = 1 / 60
_PER_BLOCK = BANDS + 1
_WHOLE = 7
COLUMNS = len(_SOUGHT) * (_PER_BLOCK + _WHOLE)
"""Numbers of ``echo_columns`` a block."""

Rows = NDArray[np.float32]


def echo_columns(correlated: Rows, windows: int, first_lag: int) -> Rows:
    """Return the columns of ``windows`` windows over consecutive blocks, float32 (windows, rows, COLUMNS).

    ``correlated`` is (blocks, BANDS, lags); a window begins at each of the first blocks and has
    ``blocks - windows + 1`` rows. For each of _SOUGHT the lag of the highest mean correlation (of either
    sign) is taken, among those whose double is known. Columns: the correlation of each block at that lag in
    each band (times _GAIN), and whether it is the block's own highest; then, for all blocks alike, the mean
    peak (times _GAIN), the peak re the standard deviation over lags (times _GAIN_OF_MEAN), re the first peak:
    the next one, the mean at twice the lag, at half of it or (where that is too short) half as much again,
    and half the highest beyond all echoes; and the place of the lag among those sought, 0..1.
    """
    rows = len(correlated) - windows + 1
    sought = (first_lag + correlated.shape[2]) // 2 - first_lag
    own = np.abs(correlated[:, 0, :sought]).argmax(axis=1)
    out = np.empty((windows, rows, COLUMNS), np.float32)
    for number, (bands, span) in enumerate(_SOUGHT):
        sums = np.zeros((len(correlated) + 1, correlated.shape[2]), np.float32)
        np.cumsum(correlated[:, bands].mean(axis=1), axis=0, out=sums[1:])
        place = number * (_PER_BLOCK + _WHOLE)
        for index in range(windows):
            end = index + rows
            mean = (sums[end] - sums[end - (span or rows)]) / (span or rows)
            at = int(np.argmax(np.abs(mean[:sought])))
            sign = np.float32(-1 if mean[at] < 0 else 1)
            near = correlated[index:end, :, max(0, at - _NEAR) : at + _NEAR + 1] * sign
            out[index, :, place : place + BANDS] = near.max(axis=2) * _GAIN
            out[index, :, place + BANDS] = np.abs(own[index:end] - at) <= _NEAR
            whole = slice(place + _PER_BLOCK, place + _PER_BLOCK + _WHOLE)
            out[index, :, whole] = _whole(mean, at, sought, first_lag)
    return out


def _whole(mean: Rows, at: int, sought: int, first_lag: int) -> tuple[float, ...]:
    """Return what the peak at place ``at`` is among all lags, of which the first ``sought`` may be echoes."""
    size = np.abs(mean)
    lag = at + first_lag
    peak = max(float(size[at]), 1e-6)
    deviation = float(np.sqrt(np.dot(mean, mean) / len(mean))) + 1e-6
    double = _about(size, 2 * lag - first_lag)
    between = lag // 2 if lag // 2 > first_lag else lag + lag // 2
    half = _about(size, between - first_lag)
    others = size.copy()
    for skirt in (at, 2 * lag - first_lag):
        others[max(0, skirt - _SKIRT) : skirt + _SKIRT + 1] = 0.0
    return (
        peak * float(_GAIN),
        peak / deviation * _GAIN_OF_MEAN,
        float(others[:sought].max()) / peak,
        double / peak,
        half / peak,
        float(others[sought:].max()) / (2 * peak),
        at / sought,
    )


def _about(size: Rows, place: int) -> float:
    return float(size[max(0, place - 2) : place + 3].max(initial=0.0))
