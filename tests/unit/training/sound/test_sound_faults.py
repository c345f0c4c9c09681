"""Each fault of sound, put into a stretch of speech-like sound."""

import numpy as np
import pytest

from training.sound.clipping import distorcao
from training.sound.echoes import eco_reverb
from training.sound.healthy import natural_silences
from training.sound.hiss import ruido_hiss
from training.sound.samples import RATE_HZ, Stereo, active_dbfs, level_dbfs
from training.sound.synth import weather
from training.sound.tone import sinal_teste

SEEDS = range(6)


@pytest.fixture(scope="module")
def stretch() -> Stereo:
    rng = np.random.default_rng(3)
    seconds = np.arange(4 * RATE_HZ) / RATE_HZ
    syllables = np.maximum(0, np.sin(2 * np.pi * 2 * seconds))
    # Peaks far above the mean, as those of voices are.
    wave = syllables * rng.normal(0, 1, len(seconds)) ** 3 * 0.01
    return np.tile(np.convolve(wave, np.hanning(24), "same"), (2, 1)).astype(np.float32)


@pytest.mark.parametrize("seed", SEEDS)
def test_hiss_lies_within_13_db_of_the_programme(stretch: Stereo, seed: int) -> None:
    broken, _ = ruido_hiss(stretch, stretch[:, :0], [0, 1], np.random.default_rng(seed))
    below = active_dbfs(stretch) - level_dbfs(broken - stretch)
    assert -0.5 <= below <= 13.5


@pytest.mark.parametrize("seed", SEEDS)
def test_clipping_leaves_flat_tops(stretch: Stereo, seed: int) -> None:
    broken, _ = distorcao(stretch, stretch[:, :0], [0], np.random.default_rng(seed))
    np.testing.assert_array_equal(broken[1], stretch[1])
    before, after = (np.abs(each) for each in (stretch[0], broken[0]))
    assert (after > 0.8 * after.max()).mean() > 3 * (before > 0.8 * before.max()).mean()


@pytest.mark.parametrize("seed", SEEDS)
def test_an_echo_repeats_after_its_delay(stretch: Stereo, seed: int) -> None:
    rng = np.random.default_rng(seed + 20)
    noise = rng.normal(0, 0.1, stretch.shape).astype(np.float32)
    broken, detail = eco_reverb(noise, noise[:, :0], [0, 1], rng)
    size = 1 << 19
    spectrum = np.fft.rfft(broken[0], size)
    correlation = np.fft.irfft(np.abs(spectrum) ** 2)
    first, end = round(0.07 * RATE_HZ), round(0.65 * RATE_HZ)
    found = first + int(np.argmax(np.abs(correlation[first:end])))
    told_ms = float(detail.split(" of ")[1].split(" ms")[0])
    assert found / RATE_HZ * 1000 == pytest.approx(told_ms, abs=1.0)


def test_hiss_comes_in_bands_at_any_place(stretch: Stereo) -> None:
    centres = []
    for seed in range(40):
        broken, detail = ruido_hiss(stretch, stretch[:, :0], [0], np.random.default_rng(seed))
        if detail.startswith("band"):
            power = np.abs(np.fft.rfft((broken - stretch)[0])) ** 2
            hertz = np.fft.rfftfreq(stretch.shape[1], 1 / RATE_HZ)
            centres.append(float((power * hertz).sum() / power.sum()))
    assert min(centres) < 1500
    assert max(centres) > 6000


def test_tones_are_faint_and_loud_low_and_high(stretch: Stereo) -> None:
    told = [
        sinal_teste(stretch, stretch[:, :0], [0], np.random.default_rng(seed))[1].split()
        for seed in range(80)
    ]
    hertz, levels = ([float(words[place]) for words in told] for place in (2, 5))
    assert min(hertz) < 150
    assert max(hertz) > 6000
    assert min(levels) < -35
    assert max(levels) > -10


def test_weather_swells_where_hiss_stays() -> None:
    samples = weather(8 * RATE_HZ, np.random.default_rng(5))
    levels = [level_dbfs(samples[:, at : at + RATE_HZ // 4]) for at in range(0, 8 * RATE_HZ, RATE_HZ // 4)]
    assert samples.shape == (2, 8 * RATE_HZ)
    assert max(levels) - min(levels) > 3


def test_a_natural_pause_is_unclear_silence(stretch: Stereo) -> None:
    paused = stretch.copy()
    paused[:, RATE_HZ : round(2.5 * RATE_HZ)] = 0
    found = natural_silences(paused)
    assert any(each.start_s <= 1.0 and each.end_s >= 2.4 for each in found)
    assert all(each.types == ("ausencia_audio",) for each in found)
