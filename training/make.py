"""The picture model, from media to the committed files: programmes, maps, lessons, int8, thresholds, card."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from processors.models.card import ModelCard
from processors.models.model import Model, load_model
from processors.video import features
from processors.video.lattice import MEASURE_HZ
from training.batches import Lessons
from training.committed import model_classes, model_input, with_thresholds, write_model
from training.evaluation.scores import Scores
from training.evaluation.thresholds import Judged, Trial, curve, middle
from training.examples import CLASSES, Example, load_examples
from training.locked_off import locked_off
from training.network import Quantised, picture_net, quantise, seed_everything, teach
from training.picture.media import media_of
from training.recipe import PICTURE, PictureRecipe
from training.remix import remix
from training.sources import read_media
from training.standing import mark
from training.windows import Windows, real

# Thresholds are chosen of what hides others before those that are hidden.
_CAUSES_FIRST = ("fade", "barras", "freeze", "borrado", "bloco")
# Dense programmes are numbered from here on, apart from the others of their folder.
_DENSE_FIRST = 10_000
# Windows scored at a time.
_BATCH = 256


def make_picture_model(media: str, out: Path, seed: int, work: Path, recipe: PictureRecipe = PICTURE) -> Path:
    """Make the picture model and write it to ``out``; returns the .tflite's path.

    ``media``: folders with INDEX.csv, parted by a colon. Programmes and their maps are kept in ``work``, and
    what is there is not made again. Raises subprocess.CalledProcessError or EncodingFailed when programmes
    can't be rendered, OSError when there are no such folders.
    """
    for split, count in recipe.programmes:
        command = [sys.executable, "-m", "training.render", "--media", media, "--split", split]
        command += ["--count", str(count), "--seed", str(seed), "--out", str(work / split)]
        subprocess.run(command, check=True)
    for split, count in recipe.dense:
        command = [sys.executable, "-m", "training.render", "--media", media, "--split", split, "--dense"]
        command += ["--first", str(_DENSE_FIRST), "--count", str(count), "--seed", str(seed)]
        subprocess.run([*command, "--out", str(work / split)], check=True)
    sources = read_media(media)
    for split, count in recipe.remixed:
        remix(work / split, media_of(sources, split), count, seed)
    locked_off(work / "train", media_of(sources, "train"), "train", recipe.locked_off, seed)
    for split, _ in recipe.programmes:
        mark(work / split, work / "maps")
    train, val = (load_examples(work / split, work / "maps") for split in ("train", "val"))
    return fit_picture_model(train, val, out, seed, recipe)


def fit_picture_model(
    train: Sequence[Example], val: Sequence[Example], out: Path, seed: int, recipe: PictureRecipe
) -> Path:
    """Teach, quantise and judge the model on measured programmes; returns the .tflite's path.

    It is taught twice: without ``val``, which then chooses its thresholds and tells its figures, and with it,
    for sources are few. The second is the one that is kept.
    """
    quantised = _taught(train, seed, recipe)
    card = _card(train, val, quantised, seed, recipe)
    model = load_model(write_model(out, quantised.content, card))
    judged = [Judged(score(model, example), example.truth) for example in val]
    picked: dict[str, Trial] = {}
    for name in _CAUSES_FIRST:
        others = {cause: trial.threshold for cause, trial in picked.items()}
        low, high = recipe.thresholds
        tried = [trial for trial in curve(judged, name, others) if low <= trial.threshold <= high]
        best = middle(tried)
        picked[name] = next(trial for trial in tried if trial.threshold == best)
    thresholds = {name: trial.threshold for name, trial in picked.items()}
    figures = {name: _figures(picked[name]) for name in CLASSES}
    for name, values in figures.items():
        told = ", ".join(f"{key} {value:g}" for key, value in values.items())
        print(f"picture: {name}: threshold {thresholds[name]}, {told}", flush=True)
    final = _taught((*train, *val), seed, recipe)
    # What is new is how the net's input is stored; what it is good for was told by the one before.
    kept = msgspec.structs.replace(
        _card((*train, *val), val, final, seed, recipe),
        classes=with_thresholds(card.classes, thresholds),
        figures=figures,
    )
    return write_model(out, final.content, kept)


def _taught(examples: Sequence[Example], seed: int, recipe: PictureRecipe) -> Quantised:
    seed_everything(seed)
    windows = Windows(examples)
    print(f"picture: {len(windows)} samples of {len(examples)} programmes", flush=True)
    net = picture_net(features.SHAPE, len(CLASSES))
    teach(net, Lessons(windows, seed, recipe.batches), recipe.epochs)
    chosen = np.random.default_rng(seed).choice(len(windows), recipe.representative, replace=False)
    return quantise(net, real(windows.take(chosen)))


def score(model: Model, example: Example) -> Scores:
    """Return what a model says of a programme, as it would say it on air."""
    windows = Windows([example])
    said: list[NDArray[np.float32]] = [np.empty((0, len(CLASSES)), np.float32)]
    for start in range(0, len(windows), _BATCH):
        which = np.arange(start, min(start + _BATCH, len(windows)))
        said.append(model.scores(real(windows.take(which))))
    columns = np.concatenate(said).T
    by_class = dict(zip(CLASSES, columns, strict=True))
    return Scores("video", example.times_s, 1.0 / MEASURE_HZ, by_class)


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
    train: Sequence[Example], val: Sequence[Example], quantised: Quantised, seed: int, recipe: PictureRecipe
) -> ModelCard:
    hours = [sum(each.truth.duration_s for each in part) / 3600 for part in (train, val)]
    return ModelCard(
        name="picture",
        version=recipe.version,
        category="video",
        classes=model_classes(CLASSES),
        input=model_input(
            features.NAME,
            features.SHAPE,
            "each plane 0..1, see processors/video/features.py",
            "cell row, cell column, plane",
            quantised.scale,
            quantised.zero_point,
        ),
        trained_on={
            "recipe": "training/recipe.py",
            "seed": seed,
            "train_programmes": len(train),
            "train_hours": round(hours[0], 2),
            "val_programmes": len(val),
            "val_hours": round(hours[1], 2),
            "figures_and_thresholds_from": "the same recipe without val, added afterwards",
        },
        figures={},
        sha256="",
    )
