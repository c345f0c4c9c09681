import functools

import numpy as np
import pytest
from numpy.typing import NDArray

from infra.demo.damage.sound import ECHO_GAIN, ECHO_S, TONE_DBFS, TONE_HZ, TOP
from infra.demo.level import dbfs
from infra.demo.programme import DEMO, Fault, Programme
from infra.demo.sound import RATE, programme_sound


@functools.cache
def _sound(kind: str, *faults: Fault) -> NDArray[np.int16]:
    """Return the sound of a programme that other tests have made already."""
    return programme_sound(_programme(kind, *faults))


def _programme(kind: str, *faults: Fault) -> Programme:
    return Programme(
        name="t", title="T", duration_s=20, width=320, height=180, fps=25, seed=9,
        sound="speech" if kind == "speech" else "music", faults=faults,
    )  # fmt: skip


def _levels(sound: NDArray[np.int16], window_s: float) -> list[float]:
    step = round(window_s * RATE)
    return [dbfs(sound[at : at + step]) for at in range(0, len(sound) - step + 1, step)]


def test_the_same_programme_sounds_the_same() -> None:
    assert np.array_equal(programme_sound(_programme("speech")), programme_sound(_programme("speech")))


@pytest.mark.parametrize("kind", ["speech", "music"])
def test_sound_is_stereo_as_long_as_the_picture_and_not_overdriven(kind: str) -> None:
    sound = _sound(kind)
    assert sound.shape == (20 * RATE, 2)
    assert 0.05 * 32768 < np.abs(sound.astype(int)).max() < 0.81 * 32768


@pytest.mark.parametrize("kind", ["speech", "music"])
def test_healthy_sound_is_at_broadcast_level(kind: str) -> None:
    assert -24.0 < dbfs(_sound(kind)) < -19.0


@pytest.mark.parametrize("programme", DEMO, ids=lambda programme: programme.name)
def test_no_healthy_half_second_is_a_pause(programme: Programme) -> None:
    sound = programme_sound(programme)
    quiet_s = 0.0
    for number, level in enumerate(_levels(sound, 0.05)):
        faulty = any(
            fault.type == "ausencia_audio" and fault.start_s - 0.05 < number * 0.05 < fault.end_s
            for fault in programme.faults
        )
        quiet_s = quiet_s + 0.05 if level < -40 and not faulty else 0.0
        assert quiet_s < 0.5, f"at {number * 0.05:.2f} s"


def test_breaths_in_speech_carry_room_tone_above_silence() -> None:
    assert min(_levels(_sound("speech"), 0.05)) > -52


def test_silence_is_a_noise_floor_from_its_first_sample_to_its_last() -> None:
    sound = _sound("music", Fault("ausencia_audio", 5.28, 12.36))
    start, end = round(5.28 * RATE), round(12.36 * RATE)
    assert dbfs(sound[start:end]) == pytest.approx(-70, abs=0.5)
    assert dbfs(sound[start - 480 : start]) > -40
    assert dbfs(sound[end : end + 480]) > -40


def test_digital_silence_has_no_level() -> None:
    assert dbfs(np.zeros((100, 2), np.int16)) == float("-inf")


def _with(kind: str, fault: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the sound of 5.28 to 12.36 s as it would be in health, and with a fault; full scale 1."""
    part = slice(round(5.28 * RATE), round(12.36 * RATE))
    healthy = _sound(kind)[part]
    return healthy / 32768, _sound(kind, Fault(fault, 5.28, 12.36))[part] / 32768


@pytest.mark.parametrize("fault", ["ruido_hiss", "eco_reverb", "sinal_teste", "distorcao"])
def test_a_fault_changes_its_own_stretch_of_sound_and_nothing_else(fault: str) -> None:
    healthy, damaged = (_sound("speech", *faults) for faults in ((), (Fault(fault, 5.28, 12.36),)))
    changed = np.flatnonzero((healthy != damaged).any(axis=1)) / RATE
    assert 5.28 <= changed[0] < 5.3
    assert 12.3 < changed[-1] < 12.36


def test_hiss_fills_the_pauses_of_speech() -> None:
    healthy, damaged = _with("speech", "ruido_hiss")
    floors = [
        min(dbfs(np.round(part * 32768).astype(np.int16)) for part in np.array_split(sound, 140))
        for sound in (healthy, damaged)
    ]
    assert floors[0] < -45
    assert floors[1] == pytest.approx(-30, abs=1.5)


def test_an_echo_says_everything_again_from_the_first_moment() -> None:
    healthy, damaged = _with("speech", "eco_reverb")
    late = round(ECHO_S * RATE)
    # The soft knee bends both a little.
    assert np.allclose(damaged[late:], healthy[late:] + ECHO_GAIN * healthy[:-late], atol=0.06)
    assert np.abs(damaged - healthy)[:late].max() > 0.05


def test_a_test_tone_is_one_line_of_the_spectrum_at_its_level() -> None:
    _, damaged = _with("music", "sinal_teste")
    power = np.square(np.abs(np.fft.rfft(damaged[:RATE, 0])))
    # One second: a bin a hertz. The soft knee leaves a trace of the third harmonic.
    assert int(power.argmax()) == TONE_HZ
    assert power[int(TONE_HZ)] > 0.999 * power.sum()
    assert dbfs(np.round(damaged * 32768).astype(np.int16)) == pytest.approx(TONE_DBFS, abs=0.2)


@pytest.mark.parametrize("kind", ["speech", "music"])
def test_overdriven_sound_has_flat_tops(kind: str) -> None:
    healthy, damaged = _with(kind, "distorcao")
    top = np.tanh(TOP / 0.8) * 0.8
    shares = [(np.abs(sound) > 0.99 * np.abs(sound).max()).mean() for sound in (healthy, damaged)]
    assert np.abs(damaged).max() == pytest.approx(top, abs=1e-3)
    assert shares[0] < 0.001
    assert shares[1] > 0.05


def test_music_does_not_repeat_itself_to_the_sample() -> None:
    sound = _sound("music")[:, 0].astype(np.float64)
    # Half a beat and a beat (96 a minute), where a machine's loop would repeat, and the bar of four chords.
    for lag_s in (0.3125, 0.625, 10.0):
        lag = round(lag_s * RATE)
        likeness = np.corrcoef(sound[: 8 * RATE], sound[lag : lag + 8 * RATE])[0, 1]
        assert likeness < 0.5, lag_s
