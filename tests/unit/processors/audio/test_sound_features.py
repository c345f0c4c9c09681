"""What is measured of sound: levels, the line of a tone, flat tops, and what is repeated."""

import numpy as np
import pytest
from numpy.typing import NDArray

from processors.audio import echo, features, repeat
from processors.audio.blocks import BLOCK_S, Block
from processors.audio.fourier import back, power, transform
from processors.audio.levels import BANDS, measure_levels
from processors.audio.line import TEXTURES, find_lines
from processors.audio.run import extend, finish
from processors.audio.tops import STEPS, amplitudes, near_peaks

RATE_HZ = 48_000
LENGTH = round(RATE_HZ * BLOCK_S)
Samples = NDArray[np.float32]


def noise(count: int, seed: int = 5) -> Samples:
    return np.random.default_rng(seed).normal(0, 0.1, count).astype(np.float32)


def tone(hertz: float, count: int = LENGTH, level: float = 0.1) -> Samples:
    return (level * np.sin(2 * np.pi * hertz * np.arange(count) / RATE_HZ)).astype(np.float32)


def blocks_of(samples: Samples) -> list[Block]:
    """Cut (channels, n) into whole blocks."""
    count = samples.shape[1] // LENGTH
    return [
        Block(number=40 + index, rate_hz=RATE_HZ, samples=samples[:, index * LENGTH : (index + 1) * LENGTH])
        for index in range(count)
    ]


def test_a_transform_and_back_is_the_same_without_its_mean() -> None:
    rows = noise(4 * 600).reshape(4, 600)
    spectra = transform(rows)
    np.testing.assert_allclose(spectra, np.fft.rfft(rows)[:, 1:-1], atol=1e-4)
    alternating = np.where(np.arange(600) % 2, -1.0, 1.0)
    rest = rows - rows.mean(axis=1, keepdims=True)
    rest = rest - (rest @ alternating / 600)[:, np.newaxis] * alternating
    np.testing.assert_allclose(back(spectra), rest, atol=1e-5)
    np.testing.assert_allclose(power(spectra), np.abs(spectra) ** 2, rtol=1e-4)


@pytest.mark.parametrize("rate_hz", [32_000, 44_100, 48_000])
def test_bands_add_up_to_the_level(rate_hz: int) -> None:
    rng = np.random.default_rng(2)
    block = rng.normal(0, 0.1, (1, rate_hz // 4)).astype(np.float32)
    levels = measure_levels(block, rate_hz)
    total = 10 * np.log10(np.sum(10 ** (levels.mean_db[0] / 10)))
    assert total == pytest.approx(-20.0, abs=1.0)
    assert levels.rms_dbfs[0] == pytest.approx(-20.0, abs=0.3)


def test_an_offset_is_no_sound() -> None:
    levels = measure_levels(np.full((1, LENGTH), 0.3, np.float32), RATE_HZ)
    assert levels.rms_dbfs[0] < -90


@pytest.mark.parametrize("hertz", [100.0, 440.0, 1000.0, 7321.0])
def test_a_tone_is_one_line_at_its_place(hertz: float) -> None:
    lines = find_lines(tone(hertz)[np.newaxis], RATE_HZ)
    assert lines.hertz[0] == pytest.approx(hertz, abs=0.5)
    assert lines.level_db[0] == pytest.approx(-23.0, abs=1.2)
    assert lines.rest_db[0] < -40


def test_noise_is_no_line() -> None:
    assert find_lines(noise(LENGTH)[np.newaxis], RATE_HZ).rest_db[0] > 3


@pytest.mark.parametrize("rate_hz", [32_000, 44_100, 48_000])
def test_noise_and_harmonics_differ_in_texture_whatever_their_level(rate_hz: int) -> None:
    count = rate_hz // 4
    seconds = np.arange(count) / rate_hz
    voice = np.sum([np.sin(2 * np.pi * 150 * k * seconds) / k for k in range(1, 70)], axis=0)
    blocks = np.stack([noise(count), noise(count) * np.float32(0.001), voice.astype(np.float32) * 0.1])
    texture = find_lines(blocks.astype(np.float32), rate_hz).texture_db
    assert texture.shape == (3, TEXTURES)
    # Euler's constant in dB: the logarithm of noise lies so far under its mean.
    np.testing.assert_allclose(texture[:2].mean(axis=1), -2.5, atol=0.3)
    # From 300 Hz to 7 kHz.
    assert texture[2, 3:16].max() < -10


def test_of_rates_too_low_for_a_band_its_texture_is_empty() -> None:
    texture = find_lines(noise(4000)[np.newaxis], 16_000).texture_db[0]
    assert texture[0] < -1
    assert not texture[-1]


def test_the_numbers_by_band_are_where_they_are_said_to_be() -> None:
    band = noise(LENGTH * 24)
    spectrum = np.fft.rfft(band)
    hertz = np.fft.rfftfreq(len(band), 1 / RATE_HZ)
    spectrum[(hertz < 1500) | (hertz > 4500)] *= 1e-3
    samples = np.fft.irfft(spectrum).astype(np.float32)[np.newaxis]
    window = extend(None, blocks_of(samples))[1].windows[-1, 0]
    mean, floor, spread, rise, late, whole = (
        window[features.BEHIND, start : start + BANDS] for start in features.BY_BAND
    )
    place = int(np.argmax(mean))
    assert 8 <= place <= 14
    assert int(np.argmax(floor)) == place
    # Steady noise: 3 dB of spread, a floor a few decibels down that stays.
    assert spread[place] * 20 < 5
    assert rise[place] * 60 < 8
    assert max(late[place], whole[place]) * 12 < 2.5
    texture = window[features.BEHIND, features.TEXTURE][place - 1 : place + 2]
    assert texture.max() == pytest.approx(0.9, abs=0.06)


def test_clipped_sound_lies_near_its_peak() -> None:
    wave = np.convolve(noise(LENGTH + 47), np.hanning(48) / 5, "valid").astype(np.float32)
    clipped = np.clip(wave, -0.06, 0.06)
    share, speed = amplitudes(np.stack([wave, clipped]))
    near = near_peaks(np.stack([wave, clipped]))
    assert share[1, STEPS - 1] > 20 * share[0, STEPS - 1]
    assert speed[1, STEPS - 1] < speed[1, STEPS // 2]
    assert near[1, 0] > 5 * near[0, 0]
    np.testing.assert_allclose(share.sum(axis=1), 1.0, rtol=1e-5)


@pytest.mark.parametrize("delay_s", [0.08, 0.215, 0.6])
def test_an_echo_stands_out_at_its_delay(delay_s: float) -> None:
    wave = noise(LENGTH * 24)
    shift = round(delay_s * RATE_HZ)
    echoed = wave.copy()
    echoed[shift:] += 0.6 * wave[:-shift]
    first, end = repeat.lags_of(RATE_HZ)
    lag = shift / repeat.factor_of(RATE_HZ)
    for samples, found in ((echoed, True), (wave, False)):
        columns = columns_of(samples)
        # Three standard deviations in the mean of the blocks, and the highest lag of one in five by itself.
        assert (columns[:, 0].mean() > 3 / 16) == found
        assert (columns[:, repeat.BANDS].mean() > 0.2) == found
        if found:
            # The last column of those of the first search says where the lag lies among those sought.
            place = columns[0, echo.COLUMNS // 3 - 1]
            assert place == pytest.approx((lag - first) / ((end - first) // 2 - first // 2), abs=0.002)


def test_a_loop_repeats_after_twice_its_time_too_and_an_echo_does_not() -> None:
    beat = round(0.3 * RATE_HZ)
    wave = noise(LENGTH * 24)
    loop = np.tile(wave[:beat], len(wave) // beat + 1)[: len(wave)]
    echoed = wave.copy()
    echoed[beat:] += 0.6 * wave[:-beat]
    # Columns after those of the bands and the block's own: peak, its height, next, double.
    double = repeat.BANDS + 1 + 3
    assert columns_of(loop)[0, double] > 0.9
    assert columns_of(echoed)[0, double] < 0.4


def columns_of(samples: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> echo.Rows:
    """Return the columns of the last window of a channel's sound."""
    reduced = repeat.reduced(np.stack([block.samples for block in blocks_of(samples[np.newaxis])]), RATE_HZ)
    correlated, _ = repeat.correlations(np.zeros((1, 0), np.float32), reduced, RATE_HZ)
    columns: echo.Rows = echo.echo_columns(
        correlated[-16:, 0].astype(np.float32), 1, repeat.lags_of(RATE_HZ)[0]
    )[0]
    return columns


def test_samples_are_judged_when_their_future_is_there() -> None:
    blocks = blocks_of(np.stack([noise(LENGTH * 30), noise(LENGTH * 30, 6)]))
    whole_run, whole = extend(None, blocks)
    assert whole.windows.shape == (30 - features.AHEAD, 2, *features.SHAPE)
    np.testing.assert_allclose(whole.times_s[0], 40 * BLOCK_S)
    rest = finish(whole_run)
    np.testing.assert_allclose(rest.times_s, (40 + np.arange(27, 30)) * BLOCK_S)
    run, first = extend(None, blocks[:1])
    assert len(first.times_s) == 0
    parts = [first]
    for block in blocks[1:]:
        run, heard = extend(run, [block])
        parts.append(heard)
    np.testing.assert_array_equal(np.concatenate([part.times_s for part in parts]), whole.times_s)
    cut = np.concatenate([part.windows for part in parts])
    np.testing.assert_allclose(cut[..., : -echo.COLUMNS], whole.windows[..., : -echo.COLUMNS], atol=1e-4)
    np.testing.assert_allclose(np.concatenate([part.plain for part in parts]), whole.plain, atol=1e-4)
