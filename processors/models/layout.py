"""A feature layout: what is measured for one sample, which a model must have been trained on."""

from dataclasses import dataclass

from schemas.faults import Category


@dataclass(frozen=True)
class Layout:
    """What is measured for one sample of a category."""

    category: Category
    features: str
    """Its name, as in the cards of models."""
    shape: tuple[int, ...]
    """Without the batch."""
