"""What the two models are: their classes, features, nets, and how much of what they are trained on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import keras

from processors.audio import features as sound_features
from processors.audio.blocks import BLOCK_S
from processors.video import features as picture_features
from processors.video.lattice import MEASURE_HZ
from training.examples import Examples
from training.network import picture_net, sound_net
from training.sound_set import AUDIO_CLASSES, sound_examples
from training.sources import Source, Split
from training.truth import VIDEO_CLASSES
from training.video_set import video_examples

MakeExamples = Callable[[list[Source], Split, int, int, Path], Iterator[Examples]]


@dataclass(frozen=True)
class Recipe:
    """One model."""

    name: str
    version: str
    category: str
    classes: tuple[str, ...]
    features: str
    shape: tuple[int, ...]
    units: str
    order: str
    period_s: float
    """Between samples."""
    examples: MakeExamples
    programmes: dict[Split, int]
    """How many of each part: as many as a few minutes of one core allow."""
    net: Callable[[tuple[int, ...], int], keras.Model]
    epochs: int
    mirrored: bool
    """Whether left and right may change places: every sample is then seen both ways."""


RECIPES = (
    Recipe(
        name="picture",
        version="1.0.0",
        category="video",
        classes=VIDEO_CLASSES,
        features=picture_features.NAME,
        shape=picture_features.SHAPE,
        units="each plane 0..1, see processors/video/features.py",
        order="cell row, cell column, plane",
        period_s=1.0 / MEASURE_HZ,
        examples=video_examples,
        programmes={"train": 130, "val": 20, "test": 44},
        net=picture_net,
        epochs=24,
        mirrored=True,
    ),
    Recipe(
        name="sound",
        version="1.0.0",
        category="audio",
        classes=AUDIO_CLASSES,
        features=sound_features.NAME,
        shape=sound_features.SHAPE,
        units=f"0 at {sound_features.FLOOR_DB:g} dBFS a band and below, 1 at full scale",
        order="step of 31 ms (oldest first), mel band (lowest first), one plane",
        period_s=BLOCK_S,
        examples=sound_examples,
        programmes={"train": 150, "val": 30, "test": 60},
        net=sound_net,
        epochs=20,
        mirrored=False,
    ),
)
