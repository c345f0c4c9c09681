"""Blocks of a quarter of a second: the same however the sound is cut, and only where there is sound."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from processors.audio.blocks import Block, Tail, add
from processors.audio.decode import Sound

RATE_HZ = 8000
LENGTH = RATE_HZ // 4
WAVE = np.random.default_rng(8).normal(size=(2, 5 * RATE_HZ)).astype(np.float32)


def gather(pieces: list[tuple[int, int]]) -> list[Block]:
    tail: Tail | None = None
    blocks: list[Block] = []
    for start, end in pieces:
        sound = Sound(time_s=3.0 + start / RATE_HZ, rate_hz=RATE_HZ, samples=WAVE[:, start:end])
        whole, tail = add(tail, sound)
        blocks += whole
    return blocks


@given(st.lists(st.integers(1, WAVE.shape[1] - 1), unique=True, max_size=40))
def test_chunks_of_any_size_give_the_same_blocks(cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), WAVE.shape[1]]
    blocks = gather(list(pairwise(edges)))
    assert [block.number for block in blocks] == list(range(12, 32))
    np.testing.assert_array_equal(np.concatenate([block.samples for block in blocks], axis=1), WAVE)


def test_a_block_that_lacks_sound_is_left_out() -> None:
    blocks = gather([(0, 6000), (7000, 20000)])
    assert [block.number for block in blocks] == [12, 13, 14, 16, 17, 18, 19, 20, 21]


def test_rounded_clocks_leave_no_hole() -> None:
    tail: Tail | None = None
    numbers = []
    for index in range(40):
        start = index * 1000
        shaken = 3.0 + start / RATE_HZ + (0.001 if index % 2 else -0.001)
        blocks, tail = add(tail, Sound(max(3.0, shaken), RATE_HZ, WAVE[:, start : start + 1000]))
        numbers += [block.number for block in blocks]
    assert numbers == list(range(12, 32))


def test_a_long_hole_begins_anew_on_the_grid() -> None:
    blocks = gather([(0, 9000), (30000, 40000)])
    assert [block.number for block in blocks] == [12, 13, 14, 15, 27, 28, 29, 30, 31]


def test_sound_told_twice_counts_once() -> None:
    blocks = gather([(0, 9000), (6000, 16000)])
    np.testing.assert_array_equal(
        np.concatenate([block.samples for block in blocks], axis=1), WAVE[:, :16000]
    )


def test_a_change_of_rate_begins_anew() -> None:
    _, tail = add(None, Sound(3.0, RATE_HZ, WAVE[:, :3000]))
    blocks, tail = add(tail, Sound(3.375, 2 * RATE_HZ, WAVE[:, :1000]))
    assert blocks == []
    assert tail.rate_hz == 2 * RATE_HZ
    assert tail.present == 1000


def test_block_length_is_a_quarter_of_a_second() -> None:
    assert {block.samples.shape for block in gather([(0, 16000)])} == {(2, LENGTH)}
