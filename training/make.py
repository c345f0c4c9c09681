"""One model from its recipe: examples, training, int8, judgement, files."""

from pathlib import Path

import msgspec
import numpy as np

from processors.models.card import ModelCard
from processors.models.model import Model, load_model
from training.committed import model_classes, model_input, write_model
from training.evaluate import figures
from training.examples import Examples, join, mirror
from training.network import Quantised, quantise, seed_everything, train
from training.recipe import Recipe
from training.sources import Source, Split

# Features that set the ranges of int8: enough to meet the rare ones, few enough to run in a second.
_REPRESENTATIVE = 400
# Stretches of programme (of sound, one a channel) take a second or two each: a line now and then tells.
_TELL_EVERY = 20
_SPLITS: tuple[Split, ...] = ("train", "val", "test")


def make_model(recipe: Recipe, sources: list[Source], out: Path, seed: int, scratch: Path) -> Path:
    """Make one model and write it to ``out``; figures are of the .tflite itself on the test part."""
    sets: dict[Split, Examples] = {}
    for place, split in enumerate(_SPLITS):
        made: list[Examples] = []
        for examples in recipe.examples(sources, split, recipe.programmes[split], seed + place, scratch):
            made.append(examples)
            if len(made) % _TELL_EVERY == 0:
                print(f"{recipe.name}: {split}: {len(made)} stretches made", flush=True)
        sets[split] = join(made)
        print(f"{recipe.name}: {split}: {len(sets[split].features)} samples", flush=True)
    seed_everything(seed)
    net = recipe.net(recipe.shape, len(recipe.classes))
    taught = join([sets["train"], mirror(sets["train"])]) if recipe.mirrored else sets["train"]
    train(net, taught, sets["val"], recipe.epochs)
    chosen = np.random.default_rng(seed).choice(len(sets["train"].features), _REPRESENTATIVE, replace=False)
    quantised = quantise(net, sets["train"].features[chosen])
    card = _card(recipe, sets, quantised, seed)
    model = load_model(write_model(out, quantised.content, card))
    measured = _judge(model, sets["test"], recipe)
    path = write_model(out, quantised.content, msgspec.structs.replace(card, figures=measured))
    for name, values in measured.items():
        print(f"{recipe.name}: {name}: " + ", ".join(f"{key} {value:g}" for key, value in values.items()))
    return path


def _card(recipe: Recipe, sets: dict[Split, Examples], quantised: Quantised, seed: int) -> ModelCard:
    hours = {split: len(examples.features) * recipe.period_s / 3600 for split, examples in sets.items()}
    return ModelCard(
        name=recipe.name,
        version=recipe.version,
        category=recipe.category,
        classes=model_classes(recipe.classes),
        input=model_input(
            recipe.features, recipe.shape, recipe.units, recipe.order, quantised.scale, quantised.zero_point
        ),
        trained_on={
            "recipe": "training/recipe.py",
            "seed": seed,
            **{f"{split}_programmes": recipe.programmes[split] for split in _SPLITS},
            **{f"{split}_hours": round(hours[split], 3) for split in _SPLITS},
        },
        figures={},
        sha256="",
    )


def _judge(model: Model, examples: Examples, recipe: Recipe) -> dict[str, dict[str, float]]:
    of_classes = figures(examples, model.scores(examples.features), recipe.period_s)
    return dict(zip(recipe.classes, of_classes, strict=True))
