import numpy as np
import pytest
from numpy.typing import NDArray

from infra.demo.programme import DEMO, Fault, Programme
from infra.demo.sound import RATE, dbfs, programme_sound


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
    sound = programme_sound(_programme(kind))
    assert sound.shape == (20 * RATE, 2)
    assert 0.05 * 32768 < np.abs(sound.astype(int)).max() < 0.81 * 32768


@pytest.mark.parametrize("kind", ["speech", "music"])
def test_healthy_sound_is_at_broadcast_level(kind: str) -> None:
    assert -24.0 < dbfs(programme_sound(_programme(kind))) < -19.0


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
    assert min(_levels(programme_sound(_programme("speech")), 0.05)) > -52


def test_silence_is_a_noise_floor_from_its_first_sample_to_its_last() -> None:
    sound = programme_sound(_programme("music", Fault("ausencia_audio", 5.28, 12.36)))
    start, end = round(5.28 * RATE), round(12.36 * RATE)
    assert dbfs(sound[start:end]) == pytest.approx(-70, abs=0.5)
    assert dbfs(sound[start - 480 : start]) > -40
    assert dbfs(sound[end : end + 480]) > -40


def test_digital_silence_has_no_level() -> None:
    assert dbfs(np.zeros((100, 2), np.int16)) == float("-inf")
