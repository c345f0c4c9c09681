"""The picture model, from media to the committed files: programmes, maps, lessons, int8, thresholds, card."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import keras
import msgspec
import numpy as np
from numpy.typing import NDArray

from processors.models.card import ModelCard
from processors.models.model import Model, load_model
from processors.video import features
from processors.video.lattice import MEASURE_HZ
from training.batches import Lessons
from training.committed import model_classes, model_input, with_thresholds, write_model
from training.earlier import read_net
from training.evaluation.scores import Scores
from training.evaluation.thresholds import Judged, Trial, pick
from training.examples import CLASSES, Example, load_examples
from training.locked_off import locked_off
from training.network import Quantised, picture_net, quantise, seed_everything, teach, together
from training.picture.media import media_of
from training.recipe import PICTURE, PictureRecipe
from training.sources import FOLDS, in_fold, read_media
from training.standing import mark
from training.windows import Windows, real

# Programmes are numbered from here on, each kind apart.
_DENSE_FIRST, _HEALTHY_FIRST = 10_000, 20_000
# Windows scored at a time.
_BATCH = 256


def make_picture_model(
    media: str,
    out: Path,
    seed: int,
    work: Path,
    recipe: PictureRecipe = PICTURE,
    earlier: Path | None = None,
) -> Path:
    """Make the picture model and write it to ``out``; returns the .tflite's path.

    ``media``: folders with INDEX.csv, parted by a colon. Programmes and their maps are kept in ``work``, and
    what is there is not made again. ``earlier``: a picture model of one net, which goes on in this one.
    Raises ModelRefused when it is none, subprocess.CalledProcessError or EncodingFailed when programmes
    can't be rendered, OSError when there are no such folders.
    """
    # Before the first net: threads are settled by then.
    seed_everything(seed)
    nets = [read_net(earlier)] if earlier is not None else []
    sources = read_media(media)
    folds = []
    for fold in range(FOLDS):
        folder = work / f"fold{fold}"
        for kind, first, count in (
            ("--dense", _DENSE_FIRST, recipe.dense),
            ("--healthy", _HEALTHY_FIRST, recipe.healthy),
        ):
            command = [sys.executable, "-m", "training.render", "--media", media, "--split", "train", kind]
            command += ["--fold", str(fold), "--first", str(first), "--count", str(count)]
            subprocess.run([*command, "--seed", str(seed + fold), "--out", str(folder)], check=True)
        own = media_of(in_fold(sources, fold), "train")
        locked_off(folder, own, "train", recipe.locked_off, seed + fold)
        mark(folder, work / "maps")
        folds.append(load_examples(folder, work / "maps"))
    return fit_picture_model(folds, out, seed, recipe, nets)


def fit_picture_model(
    folds: Sequence[Sequence[Example]],
    out: Path,
    seed: int,
    recipe: PictureRecipe = PICTURE,
    earlier: Sequence[keras.Model] = (),
) -> Path:
    """Teach, judge and quantise the model on measured programmes; returns the .tflite's path.

    Sources are few, and all of them shall teach. So each fold is told by a net that learnt from the others
    alone, which chooses the thresholds and tells the figures; the model that is kept is all of those nets
    together. Each of the ``earlier`` nets has as much of a say as those.
    """
    nets = [taught(folds, held, seed, recipe) for held in range(FOLDS)]
    judged = [each for held, net in enumerate(nets) for each in judge_fold(net, folds, held, seed, recipe)]
    picked = pick(judged, *recipe.thresholds)
    figures = {name: _figures(picked[name]) for name in CLASSES}
    for name, values in figures.items():
        told = ", ".join(f"{key} {value:g}" for key, value in values.items())
        print(f"picture: {name}: threshold {picked[name].threshold}, {told}", flush=True)
    every = [example for fold in folds for example in fold]
    quantised = _quantised(together([together(nets), *earlier]), every, seed, recipe)
    card = _card(every, quantised, seed, recipe)
    if earlier:
        card = msgspec.structs.replace(card, trained_on={**card.trained_on, "earlier_nets": len(earlier)})
    thresholds = {name: trial.threshold for name, trial in picked.items()}
    kept = msgspec.structs.replace(card, classes=with_thresholds(card.classes, thresholds), figures=figures)
    return write_model(out, quantised.content, kept)


def taught(folds: Sequence[Sequence[Example]], held: int, seed: int, recipe: PictureRecipe) -> keras.Model:
    """Return a net that learnt from the programmes of all folds but one."""
    seed_everything(seed + 1 + held)
    others = _others(folds, held)
    windows = Windows(others)
    print(f"picture: {len(windows)} samples of {len(others)} programmes", flush=True)
    net = picture_net(features.SHAPE, len(CLASSES))
    teach(net, Lessons(windows, seed + 1 + held), recipe.steps)
    return net


def judge_fold(
    net: keras.Model,
    folds: Sequence[Sequence[Example]],
    held: int,
    seed: int,
    recipe: PictureRecipe,
) -> list[Judged]:
    """Return what a net says, as int8, of the programmes of the fold that it has not learnt from."""
    others = _others(folds, held)
    quantised = _quantised(net, others, seed, recipe)
    with tempfile.TemporaryDirectory() as folder:
        model = load_model(
            write_model(Path(folder), quantised.content, _card(others, quantised, seed, recipe))
        )
    return [Judged(score(model, example), example.truth) for example in folds[held]]


def _others(folds: Sequence[Sequence[Example]], held: int) -> list[Example]:
    return [example for number, fold in enumerate(folds) if number != held for example in fold]


def _quantised(net: keras.Model, examples: Sequence[Example], seed: int, recipe: PictureRecipe) -> Quantised:
    windows = Windows(examples)
    count = min(recipe.representative, len(windows))
    chosen = np.random.default_rng(seed).choice(len(windows), count, replace=False)
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
        "held_out_events": float(trial.faults),
        "held_out_event_recall": round(trial.found / trial.faults, 4) if trial.faults else 0.0,
        "held_out_false_alarms": float(trial.false),
        "held_out_false_alarms_per_hour": round(per_hour, 3),
        "held_out_mean_iou": round(trial.mean_iou, 4),
    }


def _card(examples: Sequence[Example], quantised: Quantised, seed: int, recipe: PictureRecipe) -> ModelCard:
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
            "programmes": len(examples),
            "hours": round(sum(each.truth.duration_s for each in examples) / 3600, 2),
            "figures_and_thresholds_from": f"its {FOLDS} nets, each alone on the fold it has not seen",
        },
        figures={},
        sha256="",
    )
