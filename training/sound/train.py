"""The sound model, from media to the committed files: programmes, lessons, int8, thresholds, card."""

import tempfile
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
from training.evaluation.thresholds import Judged, Trial, pick
from training.network import Quantised, quantise, seed_everything
from training.recipe import SOUND, SoundRecipe
from training.sound.examples import SECONDS, SoundExamples, real, sound_examples
from training.sound.faults import AUDIO_CLASSES
from training.sound.network import Lessons, sound_net, teach
from training.sources import FOLDS, Source, in_fold


def make_sound_model(
    sources: Sequence[Source], out: Path, seed: int, scratch: Path, recipe: SoundRecipe = SOUND
) -> Path:
    """Make the sound model and write it to ``out``; returns the .tflite's path.

    Programmes as measured are kept in ``scratch``, and what is there is not made again. Raises
    subprocess.CalledProcessError when ffmpeg refuses a programme, ValueError when a fold of the media lacks
    speech, music or effects.
    """
    folds = [
        list(sound_examples(in_fold(sources, fold), "train", range(recipe.programmes), seed + fold, scratch))
        for fold in range(FOLDS)
    ]
    return fit_sound_model(folds, out, seed, recipe)


def fit_sound_model(
    folds: Sequence[Sequence[SoundExamples]], out: Path, seed: int, recipe: SoundRecipe = SOUND
) -> Path:
    """Teach, judge and quantise the model on measured programmes; returns the .tflite's path.

    As with the picture each fold is told by a net that learnt from the others alone, which chooses the
    thresholds and tells the figures; the net that is kept learnt from all.
    """
    judged = [each for held in range(FOLDS) for each in judge_fold(folds, held, seed, recipe)]
    picked = pick(judged, *recipe.thresholds)
    figures = {name: _figures(picked[name]) for name in AUDIO_CLASSES}
    for name, values in figures.items():
        told = ", ".join(f"{key} {value:g}" for key, value in values.items())
        print(f"sound: {name}: threshold {picked[name].threshold}, {told}", flush=True)
    every = [examples for fold in folds for examples in fold]
    taught = _taught(every, seed, recipe)
    card = _card(every, taught, seed, recipe)
    thresholds = {name: trial.threshold for name, trial in picked.items()}
    kept = msgspec.structs.replace(card, classes=with_thresholds(card.classes, thresholds), figures=figures)
    return write_model(out, taught.content, kept)


def judge_fold(
    folds: Sequence[Sequence[SoundExamples]], held: int, seed: int, recipe: SoundRecipe
) -> list[Judged]:
    """Return what a net says of the programmes of one fold that learnt from those of the others."""
    others = [examples for number, fold in enumerate(folds) if number != held for examples in fold]
    taught = _taught(others, seed + 1 + held, recipe)
    with tempfile.TemporaryDirectory() as folder:
        model = load_model(write_model(Path(folder), taught.content, _card(others, taught, seed, recipe)))
    return [Judged(score(model, examples), examples.truth) for examples in folds[held]]


def _taught(examples: Sequence[SoundExamples], seed: int, recipe: SoundRecipe) -> Quantised:
    seed_everything(seed)
    net = sound_net(features.SHAPE, len(AUDIO_CLASSES))
    teach(net, Lessons(examples, seed), recipe.epochs)
    rng = np.random.default_rng(seed)
    of = rng.choice(len(examples), recipe.representative)
    windows = [examples[part].windows for part in of]
    return quantise(net, real(np.stack([part[rng.integers(len(part))] for part in windows])))


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
        "held_out_events": float(trial.faults),
        "held_out_event_recall": round(trial.found / trial.faults, 4) if trial.faults else 0.0,
        "held_out_false_alarms": float(trial.false),
        "held_out_false_alarms_per_hour": round(per_hour, 3),
        "held_out_mean_iou": round(trial.mean_iou, 4),
    }


def _card(
    examples: Sequence[SoundExamples], quantised: Quantised, seed: int, recipe: SoundRecipe
) -> ModelCard:
    return ModelCard(
        name="sound",
        version=recipe.version,
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
            "recipe": "training/recipe.py",
            "seed": seed,
            "programmes": len(examples),
            "hours": round(len(examples) * SECONDS / 3600, 2),
            "figures_and_thresholds_from": f"{FOLDS} nets of the same recipe, each judged on a fold held out",
        },
        figures={},
        sha256="",
    )
