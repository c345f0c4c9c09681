"""Recordings with a fault of their own are known, so that nothing made of them counts as healthy."""

import wave
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from training.sound.recordings import own_faults
from training.sound.samples import RATE_HZ
from training.sources import Source


@pytest.fixture
def voice() -> NDArray[np.float32]:
    rng = np.random.default_rng(9)
    seconds = np.arange(6 * RATE_HZ) / RATE_HZ
    syllables = np.maximum(0, np.sin(2 * np.pi * 2 * seconds))
    # Peaks far above the mean, as those of voices are.
    spoken = syllables * rng.normal(0, 1, len(seconds)) ** 3
    return np.asarray(spoken / np.abs(spoken).max(), np.float32)


def recorded(folder: Path, samples: NDArray[np.float32]) -> Source:
    path = folder / "voice.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((samples * 30_000).astype(np.int16).tobytes())
    return Source(path, "audio", "audio", "train", name="voice.wav", content="speech", duration_s=6.0)


@pytest.mark.parametrize(("ceiling", "told"), [(1.0, ()), (0.1, ("distorcao",))])
def test_a_clipped_recording_is_told(
    tmp_path: Path, voice: NDArray[np.float32], ceiling: float, told: tuple[str, ...]
) -> None:
    samples = np.clip(voice, -ceiling, ceiling)
    source = recorded(tmp_path, samples)
    assert own_faults(np.tile(samples, (2, 1)), "music", (source,)) == told


@pytest.mark.parametrize(("below_db", "told"), [(8.0, ("ruido_hiss",)), (35.0, ())])
def test_a_recording_with_a_loud_floor_is_told(
    voice: NDArray[np.float32], below_db: float, told: tuple[str, ...]
) -> None:
    level = float(np.sqrt(np.mean(voice**2))) * 10 ** (-below_db / 20)
    floor = np.random.default_rng(1).normal(0, level, len(voice)).astype(np.float32)
    assert own_faults(np.tile(voice + floor, (2, 1)), "speech", ()) == told
