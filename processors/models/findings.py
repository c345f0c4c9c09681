"""What does not fit, of a card in itself and of a .tflite against its card, one finding a line."""

import hashlib
import re
from collections.abc import Iterator, Mapping

import msgspec
import numpy as np

from processors.models.card import ModelCard, ModelClass
from processors.models.layout import Layout
from processors.models.tensor import Tensor
from processors.models.trial import Trial
from schemas.faults import FAULTS

# Programs write scale as float32 or as float64: they differ by some 1e-9.
_SAME_SCALE = 1e-6
# A score of 1 stored in steps of 1/255 may be read back a little above it.
_SLACK = 1e-6


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that does not fit."""

    what: str
    """card, hash, category, features, version, shape, dtype, quantisation, class, threshold, output, run."""
    text: str
    """One line: what is wrong, and what would be right."""


def of_card(card: ModelCard, layouts: Mapping[str, Layout]) -> Iterator[Finding]:
    """Yield what is wrong with a card in itself; ``layouts``: what is measured, by category."""
    layout = layouts.get(card.category)
    if layout is None:
        yield Finding(what="category", text=f"category {card.category!r} is none of {', '.join(layouts)}")
    elif card.input.features != layout.features:
        text = f"features {card.input.features!r} are not made: {card.category} has {layout.features!r}"
        yield Finding(what="features", text=text)
    elif card.input.shape != layout.shape:
        text = f"input {card.input.shape} in the card, {layout.features} is {layout.shape}"
        yield Finding(what="shape", text=text)
    if not re.search(r"\d", card.version):
        yield Finding(
            what="version", text=f"version {card.version!r} holds no number by which to find the newest"
        )
    names = [each.name for each in card.classes]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Finding(what="class", text=f"class {name!r} stands twice in the card")
    if not names:
        yield Finding(what="class", text="the card names no class")
    for each in card.classes:
        yield from _of_class(each, card.category)


def _of_class(given: ModelClass, category: str) -> Iterator[Finding]:
    fault = FAULTS.get(given.name)
    if fault is None:
        known = ", ".join(name for name, one in FAULTS.items() if one.category.value == category)
        yield Finding(
            what="class", text=f"class {given.name!r} is no fault type and would never alarm; known: {known}"
        )
    elif fault.category.value != category:
        yield Finding(
            what="class", text=f"class {given.name!r} is of {fault.category.value}, the model of {category}"
        )
    if given.threshold is None:
        yield Finding(
            what="threshold",
            text=f"class {given.name!r} has no threshold: the setting's default would decide",
        )
    elif not 0.0 < given.threshold <= 1.0:
        yield Finding(
            what="threshold",
            text=f"threshold of {given.name!r} is {given.threshold}, wants above 0 and up to 1",
        )


def of_sum(card: ModelCard, content: bytes) -> Iterator[Finding]:
    """Yield whether a card is another file's."""
    digest = hashlib.sha256(content).hexdigest()
    if digest != card.sha256:
        yield Finding(what="hash", text=f"sha256 in the card is {card.sha256[:12]}..., of the file {digest}")


def of_file(card: ModelCard, given: Tensor, told: Tensor) -> Iterator[Finding]:
    """Yield where the ends of a .tflite are not what its card says."""
    wanted = card.input
    if given.shape != (1, *wanted.shape):
        yield Finding(what="shape", text=f"input {given.shape[1:]} in the file, {wanted.shape} in the card")
    if given.dtype.name != wanted.dtype:
        yield Finding(what="dtype", text=f"input {given.dtype.name} in the file, {wanted.dtype} in the card")
    elif given.dtype != np.float32 and not (
        abs(given.scale - wanted.scale) <= _SAME_SCALE * abs(given.scale)
        and given.zero_point == wanted.zero_point
    ):
        yield Finding(
            what="quantisation",
            text=f"scale {given.scale:.9g}, zero point {given.zero_point} in the file, "
            f"{wanted.scale:.9g}, {wanted.zero_point} in the card",
        )
    if told.shape != (1, len(card.classes)):
        yield Finding(
            what="shape", text=f"output {told.shape[1:]} in the file, {len(card.classes)} classes in the card"
        )


def of_trial(trial: Trial) -> Iterator[Finding]:
    """Yield what is wrong with the scores of a model that was run."""
    if not (trial.lowest >= -_SLACK and trial.highest <= 1.0 + _SLACK):
        yield Finding(
            what="output", text=f"scores from {trial.lowest:.3g} to {trial.highest:.3g} are no probabilities"
        )
