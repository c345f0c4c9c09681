"""Gather decoded sound into blocks of a quarter of a second that lie on a grid of the media clock."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from processors.audio.decode import Sound

# The hop of samples: a fault's edges are told to an eighth of a second on average, and one that counts (1 s)
# holds three whole blocks.
BLOCK_S = 0.25
# MPEG-TS carries PTS in 90 kHz ticks and some muxers round worse; chunks nearer than this are one sound.
_JITTER_S = 0.005
# A block is judged when nearly all of it is there: what is missing would count as silence.
_ENOUGH = 0.9
# A hole longer than the model's window is another piece of media.
_BREAK_S = 1.0


@dataclass(frozen=True)
class Block:
    """A quarter of a second of sound."""

    number: int
    """Its place on the grid: it begins at ``number * BLOCK_S`` of the media clock."""
    rate_hz: int
    samples: NDArray[np.float32]
    """(channels, rate_hz * BLOCK_S)."""


@dataclass(frozen=True)
class Tail:
    """The block under way at the end of a piece of media."""

    position: int
    """Samples since the zero of the media clock, of the next sample expected."""
    rate_hz: int
    samples: NDArray[np.float32]
    """(channels, filled part of the block), zero where sound is missing."""
    present: int
    """Samples of it that were there."""


def add(tail: Tail | None, sound: Sound) -> tuple[list[Block], Tail]:
    """Put one chunk after the tail; returns the blocks that are now whole, and the new tail.

    A change of rate or channels, a step back, or a hole of more than a second begins anew. Blocks with
    less than 90 % of their sound are left out.
    """
    rate, channels = sound.rate_hz, len(sound.samples)
    start = round(sound.time_s * rate)
    values = sound.samples
    if tail is None or tail.rate_hz != rate or len(tail.samples) != channels:
        tail = _begin(start, rate, channels)
    shift = start - tail.position
    if abs(shift) <= _JITTER_S * rate:
        shift = 0
    elif shift < -_BREAK_S * rate or shift > _BREAK_S * rate:
        tail, shift = _begin(start, rate, channels), 0
    elif shift < 0:
        values, shift = values[:, -shift:], 0  # sound that was there already
    hole = np.zeros((channels, shift), np.float32)
    held = np.concatenate([tail.samples, hole, values], axis=1)
    there = np.concatenate([_present(tail), np.zeros(shift, bool), np.ones(values.shape[1], bool)])
    return _cut(held, there, tail.position + shift + values.shape[1], rate)


def _begin(start: int, rate: int, channels: int) -> Tail:
    missing = start % _length(rate)
    return Tail(position=start, rate_hz=rate, samples=np.zeros((channels, missing), np.float32), present=0)


def _present(tail: Tail) -> NDArray[np.bool_]:
    """Return which samples of a tail count as there: the last ``present`` of them (only shares matter)."""
    filled = tail.samples.shape[1]
    there: NDArray[np.bool_] = np.arange(filled) >= filled - tail.present
    return there


def _cut(
    held: NDArray[np.float32], there: NDArray[np.bool_], end: int, rate: int
) -> tuple[list[Block], Tail]:
    length = _length(rate)
    first = (end - held.shape[1]) // length
    whole = held.shape[1] // length
    blocks = [
        Block(number=first + index, rate_hz=rate, samples=held[:, index * length : (index + 1) * length])
        for index in range(whole)
        if there[index * length : (index + 1) * length].mean() >= _ENOUGH
    ]
    rest = slice(whole * length, None)
    tail = Tail(position=end, rate_hz=rate, samples=held[:, rest].copy(), present=int(there[rest].sum()))
    return blocks, tail


def _length(rate: int) -> int:
    return round(rate * BLOCK_S)
