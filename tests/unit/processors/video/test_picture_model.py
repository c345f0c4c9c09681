"""What the committed picture model makes of plain cases: faults beneath graphics, and health."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from processors.models.model import DEFAULT_MODELS, Model, find_model, load_model
from processors.video.measure import VideoSamples, measure_video

Frames = NDArray[np.uint8]
Encode = Callable[..., Path]
FAULT_FROM, FAULT_TO = 50, 125
"""Frames: 2 s to 5 s."""
THRESHOLD = 0.6


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(find_model(DEFAULT_MODELS, "video"))


def with_graphics(frames: Frames) -> Frames:
    """Key a logo, a lower third and a digit that changes each second over every frame."""
    rng = np.random.default_rng(3)
    logo, band = rng.integers(60, 236, (30, 60), np.uint8), np.full((50, 560), 40, np.uint8)
    band[12:38:2, 20:400:3] = 220
    keyed = frames.copy()
    keyed[:, 20:50, 560:620] = logo
    keyed[:, 290:340, 40:600] = band
    for index in range(len(keyed)):
        keyed[index, 20:50, 20:60] = 40 + 40 * (index // 25)
    return keyed


def share_bad(samples: VideoSamples, model: Model, name: str, start_s: float, end_s: float) -> float:
    index = [each.name for each in model.card.classes].index(name)
    since = samples.times_s - samples.times_s[0]
    inside = (since >= start_s) & (since < end_s)
    return float((samples.scores[inside, index] >= THRESHOLD).mean())


def test_health_under_graphics_is_no_fault(encode: Encode, moving: Frames, model: Model) -> None:
    samples, _ = measure_video(encode(with_graphics(moving)), model, 5.0, None)
    assert share_bad(samples, model, "freeze", 0, 6) == 0
    assert share_bad(samples, model, "fade", 0, 6) == 0


def test_black_under_graphics_is_fade(encode: Encode, moving: Frames, model: Model) -> None:
    frames = moving.copy()
    frames[FAULT_FROM:FAULT_TO] = 2
    samples, _ = measure_video(encode(with_graphics(frames)), model, 5.0, None)
    assert share_bad(samples, model, "fade", 2.2, 4.8) == 1
    assert share_bad(samples, model, "fade", 0, 1.8) == 0
    assert share_bad(samples, model, "fade", 5.2, 6) == 0


@pytest.mark.parametrize("options", [(), ("-g", "12"), ("-g", "50", "-bf", "0"), ("-b:v", "600k")])
def test_a_still_programme_under_running_graphics_is_freeze(
    encode: Encode, moving: Frames, model: Model, options: tuple[str, ...]
) -> None:
    frames = moving.copy()
    frames[FAULT_FROM:FAULT_TO] = frames[FAULT_FROM]
    samples, _ = measure_video(encode(with_graphics(frames), *options), model, 5.0, None)
    assert share_bad(samples, model, "freeze", 3.0, 4.8) >= 0.9
    assert share_bad(samples, model, "freeze", 0, 1.8) == 0
    assert share_bad(samples, model, "freeze", 5.2, 6) == 0


def test_a_locked_off_camera_with_sensor_noise_is_no_freeze(
    encode: Encode, moving: Frames, model: Model
) -> None:
    rng = np.random.default_rng(9)
    noise = rng.normal(0, 2.5, moving.shape)
    frames = np.clip(moving[0] + noise, 0, 255).astype(np.uint8)
    samples, _ = measure_video(encode(frames), model, 5.0, None)
    assert share_bad(samples, model, "freeze", 0, 6) <= 0.1


def test_a_night_scene_is_not_black(encode: Encode, moving: Frames, model: Model) -> None:
    night = (18 + moving.astype(np.float32) * 0.07).astype(np.uint8)
    samples, _ = measure_video(encode(night), model, 5.0, None)
    assert share_bad(samples, model, "fade", 0, 6) == 0
