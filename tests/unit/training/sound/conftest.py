"""Small sources of sound, made here: voices with pauses, music of notes, a room's noise."""

import wave
from pathlib import Path

import numpy as np
import pytest

from training.sources import Source, Split

RATE_HZ = 48_000


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[Source]:
    """Return a voice, music, rain and an effect of 8 s in each part."""
    folder = tmp_path_factory.mktemp("sources")
    rng = np.random.default_rng(11)
    seconds = np.arange(8 * RATE_HZ) / RATE_HZ
    syllables = np.abs(np.sin(2 * np.pi * 2.1 * seconds)) ** 2
    made = {
        "speech": syllables
        * np.sign(np.sin(2 * np.pi * 140 * seconds))
        * (1 + rng.normal(0, 0.5, len(seconds))),
        "music": sum(np.sin(2 * np.pi * hertz * seconds**1.01) for hertz in (220, 277, 331)),
        "rain": rng.normal(0, 1, len(seconds)),
        "dog bark": np.exp(-5 * (seconds % 1)) * rng.normal(0, 1, len(seconds)),
    }
    found = []
    splits: tuple[Split, ...] = ("train", "val")
    for split in splits:
        for content, samples in made.items():
            path = folder / f"{split} {content}.wav"
            _write(path, samples / np.abs(samples).max())
            name = path.name
            found.append(Source(path, "audio", "audio", split, name=name, content=content, duration_s=8.0))
    return found


def _write(path: Path, samples: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes((samples * 20_000).astype(np.int16).tobytes())
