"""The shape of the wave near its peaks: where clipping shows, at any level and after any codec."""

import numpy as np
from numpy.typing import NDArray

from processors.audio.levels import FRAMES

# Steps of amplitude from nothing to the block's peak; each half-wave has its own, for amplifiers clip one
# side first.
STEPS = 16
# Of a frame's own peak: a sine spends 0.20, 0.35 and 0.51 of its half-wave above these, voiced speech a tenth
# of that, a clipped wave nearly all.
_NEAR = (0.95, 0.85, 0.70)
# Frames far under the block's peak are gaps: they say nothing about the peaks.
_LOUD = 0.3
NEAR = 2 * 2 * len(_NEAR)
"""Numbers of ``near_peaks`` a block."""


def amplitudes(blocks: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return for each block, float32 (n, samples), how its samples lie between nothing and the peak.

    First the share of samples in each step of amplitude of the upper, then the lower half-wave, (n, 2 STEPS);
    then the mean step to the next sample there, re the block's mean one, (n, 2 STEPS): on flat tops the wave
    is slow where it is high.
    """
    count = len(blocks)
    peak = np.abs(blocks).max(axis=1, keepdims=True) + np.float32(1e-9)
    # Every other sample, and its step to the one between: as good a sample of the wave, at half the price.
    first, second = blocks[:, 0:-1:2], blocks[:, 1::2]
    slope = np.abs(second - first)
    step = (np.abs(first) * (np.float32(STEPS - 1e-3) / peak)).astype(np.intp)
    step += np.where(first < 0, STEPS, 0)
    step += (np.arange(count) * (2 * STEPS))[:, np.newaxis]
    place = step.ravel()
    held = np.bincount(place, minlength=count * 2 * STEPS).reshape(count, 2 * STEPS)
    moved = np.bincount(place, weights=slope.ravel(), minlength=count * 2 * STEPS).reshape(count, 2 * STEPS)
    share = held / first.shape[1]
    speed = moved / np.maximum(held, 1) / (slope.mean(axis=1, keepdims=True) + 1e-9)
    return share.astype(np.float32), speed.astype(np.float32)


def near_peaks(blocks: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how much of each frame lies near its own peak, float32 (n, NEAR), 0..1.

    For the upper, then the lower half-wave: the mean over the block's loud frames at 95, 85 and 70 % of the
    peak, then the highest frame's.
    """
    count, length = blocks.shape
    step = length // FRAMES
    frames = blocks[:, : step * FRAMES].reshape(count, FRAMES, step)
    out = np.empty((count, 2, 2, len(_NEAR)), np.float32)
    for side, wave in enumerate((frames, -frames)):
        peak = wave.max(axis=2)
        loud = (peak > _LOUD * peak.max(axis=1, keepdims=True)) & (peak > 1e-5)
        for place, near in enumerate(_NEAR):
            above = wave > near * np.maximum(peak, 1e-9)[..., np.newaxis]
            share = np.count_nonzero(above, axis=2) / step * loud
            out[:, side, 0, place] = share.sum(axis=1) / np.maximum(loud.sum(axis=1), 1)
            out[:, side, 1, place] = share.max(axis=1)
    return out.reshape(count, NEAR)
