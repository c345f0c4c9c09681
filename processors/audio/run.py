"""Blocks that follow each other: rows of features gathered until the future that a sample wants is there."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from processors.audio import features, repeat
from processors.audio.blocks import BLOCK_S, Block
from processors.audio.features import AHEAD, BEHIND, ROWS


@dataclass(frozen=True)
class Run:
    """What is remembered of the blocks so far; C is the number of channels."""

    rate_hz: int
    number: int
    """Place on the grid of the newest block."""
    rows: NDArray[np.float32]
    """At most ROWS - 1 blocks of what their features are, (C, n, ...)."""
    repeats: NDArray[np.float16]
    """Of the same blocks, (C, n, bands, lags)."""
    plain: NDArray[np.float32]
    """Of the same blocks, (C, n, len(PLAIN))."""
    lines: NDArray[np.float32]
    """The newest block's line, (C, 2)."""
    past: NDArray[np.float32]
    """The sound before, as `repeat` wants it, (C, n)."""


PLAIN = ("rms_dbfs", "peak_dbfs", "flatness")
"""Plain measures a channel, in the order of their columns."""


@dataclass(frozen=True)
class Heard:
    """Samples ready to be judged."""

    times_s: NDArray[np.float64]
    """PTS of the start of each block, (n,)."""
    windows: NDArray[np.float32]
    """(n, C, *features.SHAPE)."""
    plain: NDArray[np.float32]
    """(n, C, len(PLAIN))."""


def follows(run: Run | None, block: Block) -> bool:
    """Tell whether a block goes on where a run is."""
    return (
        run is not None
        and block.number == run.number + 1
        and block.rate_hz == run.rate_hz
        and len(block.samples) == len(run.rows)
    )


def extend(run: Run | None, blocks: list[Block]) -> tuple[Run, Heard]:
    """Add blocks that follow each other (and the run, if any); returns what can be judged now.

    A new run stands as if its first block had been there before, with nothing repeated.
    """
    rate = blocks[0].rate_hz
    samples = np.stack([block.samples for block in blocks])
    reduced = repeat.reduced(samples, rate)
    past = run.past if run is not None else np.zeros((samples.shape[1], 0), np.float32)
    correlated, past = repeat.correlations(past, reduced, rate)
    made = [
        features.rows_of(
            np.ascontiguousarray(samples[:, channel]), rate, None if run is None else run.lines[channel]
        )
        for channel in range(samples.shape[1])
    ]
    rows = np.stack([each.values for each in made])
    plain = np.stack(
        [
            np.stack([each.levels.rms_dbfs, each.levels.peak_dbfs, each.levels.flatness], axis=1)
            for each in made
        ]
    )
    repeats = correlated.transpose(1, 0, 2, 3)
    if run is None:
        run = _begin(rate, blocks[0].number, rows, repeats, plain, past)
    lines = np.array([[each.lines.hertz[-1], each.lines.level_db[-1]] for each in made], np.float32)
    return _judge(replace(run, number=blocks[-1].number, lines=lines, past=past), rows, repeats, plain)


def finish(run: Run) -> Heard:
    """Return the samples that still wait for a future which will not come: as if the last block went on."""
    rows = np.repeat(run.rows[:, -1:], AHEAD, axis=1)
    plain = np.repeat(run.plain[:, -1:], AHEAD, axis=1)
    nothing = np.zeros((len(rows), AHEAD, *run.repeats.shape[2:]), np.float16)
    return _judge(replace(run, number=run.number + AHEAD), rows, nothing, plain)[1]


def _begin(
    rate_hz: int,
    number: int,
    rows: NDArray[np.float32],
    repeats: NDArray[np.float16],
    plain: NDArray[np.float32],
    past: NDArray[np.float32],
) -> Run:
    return Run(
        rate_hz=rate_hz,
        number=number - 1,
        rows=np.repeat(rows[:, :1], BEHIND, axis=1),
        repeats=np.zeros((len(rows), BEHIND, *repeats.shape[2:]), np.float16),
        plain=np.repeat(plain[:, :1], BEHIND, axis=1),
        lines=np.zeros((len(rows), 2), np.float32),
        past=past,
    )


def _judge(
    run: Run, rows: NDArray[np.float32], repeats: NDArray[np.float16], plain: NDArray[np.float32]
) -> tuple[Run, Heard]:
    rows = np.concatenate([run.rows, rows], axis=1)
    repeats = np.concatenate([run.repeats, repeats], axis=1)
    plain = np.concatenate([run.plain, plain], axis=1)
    first_lag = repeat.lags_of(run.rate_hz)[0]
    ready = max(0, rows.shape[1] - ROWS + 1)
    windows = np.empty((ready, len(rows), *features.SHAPE), np.float32)
    for channel in range(len(rows) if ready else 0):
        wide = repeats[channel].astype(np.float32)
        windows[:, channel] = features.windows_of(rows[channel], wide, first_lag)
    # The newest row is of block ``number``; window i is judged AHEAD blocks before its newest row.
    oldest = run.number - AHEAD - ready + 1
    heard = Heard(
        times_s=(oldest + np.arange(ready)) * BLOCK_S,
        windows=windows,
        plain=plain[:, BEHIND : BEHIND + ready].transpose(1, 0, 2),
    )
    kept = slice(-(ROWS - 1), None)
    # Copies, so that what is remembered does not hold on to all that was.
    return replace(
        run, rows=rows[:, kept].copy(), repeats=repeats[:, kept].copy(), plain=plain[:, kept].copy()
    ), heard
