"""The sound model, from media to the committed files: programmes, lessons, int8, thresholds, card."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from processors.audio import features
from processors.audio.blocks import BLOCK_S
from processors.models.card import ModelCard
from processors.models.model import Model, load_model
from training.committed import model_classes, model_input, with_thresholds, write_model
from training.evaluation.scores import Scores
from training.evaluation.thresholds import Judged, Trial, choose, curve
from training.network import Quantised, quantise, seed_everything
from training.sound.examples import SECONDS, SoundExamples, real, sound_examples
from training.sound.faults import AUDIO_CLASSES
from training.sound.network import Lessons, sound_member, sound_net, teach
from training.sources import Source

VERSION = "3.0.0"
# Programmes of a minute: as many as a quarter of an hour of one core makes.
TRAIN, VAL = 465, 120
_EPOCHS = 6
# Nets that learn apart, each with a seed of its own.
_MEMBERS = 2
# Features that set the ranges of int8: enough to meet the rare ones, few enough to run in a second.
_REPRESENTATIVE = 1000


def make_sound_model(sources: Sequence[Source], out: Path, seed: int, scratch: Path) -> Path:
    """Make the sound model and write it to ``out``; returns the .tflite's path.

    Programmes as measured are kept in ``scratch``, and what is there is not made again. Raises
    subprocess.CalledProcessError when ffmpeg refuses a programme, ValueError when the media lacks speech,
    music or effects.
    """
    train = list(sound_examples(sources, "train", range(TRAIN), seed, scratch))
    val = list(sound_examples(sources, "val", range(VAL), seed, scratch))
    return fit_sound_model(train, val, out, seed)


def fit_sound_model(
    train: Sequence[SoundExamples], val: Sequence[SoundExamples], out: Path, seed: int
) -> Path:
    """Teach, quantise and judge the model on measured programmes; returns the .tflite's path."""
    members = []
    for of_member in range(seed, seed + _MEMBERS):
        seed_everything(of_member)
        members.append(sound_member(features.SHAPE, len(AUDIO_CLASSES)))
        teach(members[-1], Lessons(train, of_member), _EPOCHS)
    rng = np.random.default_rng(seed)
    of = rng.choice(len(train), _REPRESENTATIVE)
    chosen = np.stack([train[part].windows[rng.integers(len(train[part].windows))] for part in of])
    quantised = quantise(sound_net(members), real(chosen))
    card = _card(train, val, quantised, seed)
    model = load_model(write_model(out, quantised.content, card))
    judged = [Judged(score(model, each), each.truth) for each in val]
    thresholds = choose(judged)
    figures = {}
    for name in AUDIO_CLASSES:
        trial = next(each for each in curve(judged, name, thresholds) if each.threshold == thresholds[name])
        figures[name] = _figures(trial)
        told = ", ".join(f"{key} {value:g}" for key, value in figures[name].items())
        print(f"sound: {name}: threshold {thresholds[name]}, {told}", flush=True)
    classes = with_thresholds(card.classes, thresholds)
    return write_model(
        out, quantised.content, msgspec.structs.replace(card, classes=classes, figures=figures)
    )


def score(model: Model, examples: SoundExamples) -> Scores:
    """Return what a model says of a programme: at each block the higher score of its channels."""
    said = model.scores(real(examples.windows))
    of_channels = [said[examples.channel == channel] for channel in np.unique(examples.channel)]
    columns: NDArray[np.float32] = np.stack(of_channels).max(axis=0).T
    times = examples.times_s[examples.channel == examples.channel[0]].astype(np.float64)
    return Scores("audio", times, BLOCK_S, dict(zip(AUDIO_CLASSES, columns, strict=True)))


def _figures(trial: Trial) -> dict[str, float]:
    per_hour = trial.false / trial.healthy_h if trial.healthy_h else 0.0
    return {
        "val_events": float(trial.faults),
        "val_event_recall": round(trial.found / trial.faults, 4) if trial.faults else 0.0,
        "val_false_alarms": float(trial.false),
        "val_false_alarms_per_hour": round(per_hour, 3),
        "val_mean_iou": round(trial.mean_iou, 4),
    }


def _card(
    train: Sequence[SoundExamples], val: Sequence[SoundExamples], quantised: Quantised, seed: int
) -> ModelCard:
    return ModelCard(
        name="sound",
        version=VERSION,
        category="audio",
        classes=model_classes(AUDIO_CLASSES),
        input=model_input(
            features.NAME,
            features.SHAPE,
            "each number 0..1, see processors/audio/features.py",
            f"block of {BLOCK_S:g} s (oldest first), number",
            quantised.scale,
            quantised.zero_point,
        ),
        trained_on={
            "recipe": "training/sound/train.py",
            "seed": seed,
            "train_programmes": len(train),
            "train_hours": round(len(train) * SECONDS / 3600, 2),
            "val_programmes": len(val),
            "val_hours": round(len(val) * SECONDS / 3600, 2),
        },
        figures={},
        sha256="",
    )
