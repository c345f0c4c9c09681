"""What the sound model is given: a row of numbers for each block around the one judged."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.audio import echo
from processors.audio.levels import BANDS, FLOOR_DB, FRAMES, Levels, measure_levels
from processors.audio.line import TEXTURES, Lines, find_lines
from processors.audio.tops import NEAR, STEPS, amplitudes, near_peaks

NAME = "audio-blocks-4"
"""Names the exact meaning of the values; a model says in its card which one it was trained on."""
BEHIND, AHEAD = 12, 3
"""Blocks before the one judged (3 s), and after it: 0.75 s, so that 1 s of media from its start is seen."""
ROWS = BEHIND + 1 + AHEAD
_LEVELS = 3 * BANDS + FRAMES + 5
_LINES = 6
_OWN = _LEVELS + _LINES + 4 * STEPS + NEAR + TEXTURES
_FLOORS = 3 * BANDS
SHAPE = (ROWS, _OWN + _FLOORS + echo.COLUMNS)
"""Blocks (oldest first), numbers."""
BY_BAND = (0, BANDS, 2 * BANDS + FRAMES, _OWN, _OWN + BANDS, _OWN + 2 * BANDS)
"""Where numbers begin that say the same of each band: mean, floor, spread, rise, late and whole wander."""
TEXTURE = slice(_OWN - TEXTURES, _OWN)
"""The texture of the lower bands."""
MEAN, FLOOR = slice(0, BANDS), slice(BANDS, 2 * BANDS)
"""The level of each band, and of its floor; 1 is full scale, 0 FLOOR_DB."""
FRAMES_LEVEL = slice(2 * BANDS, 2 * BANDS + FRAMES)
"""The level of each frame, in rising order and on the same scale."""
LEVEL, FINE_LEVEL, PEAK = (3 * BANDS + FRAMES + place for place in range(3))
"""The level of the block; about silence (0 is FINE_DB, 1 is FINE_RANGE_DB more); its peak."""

# Silence begins at -55 dBFS: 35 dB about there are given a scale of their own, an eighth of a dB a step.
FINE_DB, FINE_RANGE_DB = -75.0, 35.0
# What counts as the floor between syllables is the lowest of the last 2 s.
_FLOOR_ROWS = 8
# A floor of noise keeps its level in a band within a decibel or two; nature's wanders by more than this.
_WANDERING_DB = 12.0


@dataclass(frozen=True)
class Rows:
    """Blocks of one channel, reduced."""

    values: NDArray[np.float32]
    """Each block by itself, 0..1, (n, _OWN)."""
    levels: Levels
    lines: Lines


def rows_of(blocks: NDArray[np.float32], rate_hz: int, before: NDArray[np.float32] | None) -> Rows:
    """Reduce consecutive blocks of one channel, float32 (n, samples).

    ``before`` is the line, (hertz, level dB), of the block before the first; None where there is none.
    """
    levels, lines = measure_levels(blocks, rate_hz), find_lines(blocks, rate_hz)
    share, speed = amplitudes(blocks)
    parts = [
        *(_scaled(value) for value in (levels.mean_db, levels.floor_db, levels.frames_db)),
        levels.spread_db / 20.0,
        _scaled(levels.rms_dbfs)[:, np.newaxis],
        ((levels.rms_dbfs - FINE_DB) / FINE_RANGE_DB)[:, np.newaxis],
        _scaled(levels.peak_dbfs)[:, np.newaxis],
        # The crest: 3 dB is a sine, 12 and more is speech.
        ((levels.peak_dbfs - levels.rms_dbfs) / 24.0)[:, np.newaxis],
        levels.flatness[:, np.newaxis],
        _line_columns(lines, before),
        # Roots, for a thousandth of the samples at the very top is what counts.
        np.sqrt(share),
        speed / 3.0,
        near_peaks(blocks),
        # Noise has 0.9, whatever its level; a voice's harmonics half of that and less.
        1.0 + lines.texture_db / 25.0,
    ]
    return Rows(np.clip(np.concatenate(parts, axis=1), 0.0, 1.0).astype(np.float32), levels, lines)


def windows_of(
    rows: NDArray[np.float32], correlated: NDArray[np.float32], first_lag: int
) -> NDArray[np.float32]:
    """Return the model's input of each sample that has its whole window: float32, (n, *SHAPE), 0..1.

    ``rows`` are n + ROWS - 1 consecutive blocks of a channel, (blocks, _OWN), and ``correlated`` what they
    repeat, (blocks, bands, lags).
    """
    count = len(rows) - ROWS + 1
    out = np.empty((count, *SHAPE), np.float32)
    for index in range(count):
        own = rows[index : index + ROWS]
        out[index, :, :_OWN] = own
        out[index, :, _OWN : _OWN + _FLOORS] = _floors(own)
    out[:, :, _OWN + _FLOORS :] = echo.echo_columns(correlated, count, first_lag)
    return np.clip(out, 0.0, 1.0, out=out)


def _floors(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how far the programme of each band rises above its floor, and how steady that is, (3 BANDS,).

    The rise over the last 2 s, in 60 dB: 12 dB or less of it all through is hiss. The deviation of the
    floor over the last 2 s, then over all rows, in _WANDERING_DB.
    """
    mean, floor = rows[-_FLOOR_ROWS:, :BANDS], rows[:, BANDS : 2 * BANDS]
    rise = (mean.mean(axis=0) - floor[-_FLOOR_ROWS:].min(axis=0)) * np.float32(-FLOOR_DB / 60.0)
    late, whole = floor[-_FLOOR_ROWS:].std(axis=0), floor.std(axis=0)
    wander = np.concatenate([late, whole]) * np.float32(-FLOOR_DB / _WANDERING_DB)
    return np.concatenate([rise, wander])


def _line_columns(lines: Lines, before: NDArray[np.float32] | None) -> NDArray[np.float32]:
    hertz, level = lines.hertz, lines.level_db
    first = np.array([hertz[0], level[0]], np.float32) if before is None else before
    moved = np.abs(np.diff(hertz, prepend=first[0]))
    changed = np.abs(np.diff(level, prepend=first[1]))
    return np.stack(
        [
            _scaled(level),
            # A clean tone through a codec has its rest at -35 dB and lower.
            -lines.rest_db / 60.0,
            -lines.second_db / 60.0,
            # A tone keeps its frequency to a fraction of a hertz and its level to a tenth of a dB.
            np.exp(-moved / np.float32(2.0)),
            changed / 3.0,
            np.log2(np.maximum(hertz, 70.0) / 70.0) / 8.0,
        ],
        axis=1,
    )


def _scaled(level_db: NDArray[np.float32]) -> NDArray[np.float32]:
    scaled: NDArray[np.float32] = 1.0 - level_db / np.float32(FLOOR_DB)
    return scaled
