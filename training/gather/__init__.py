"""More media for training, made from formulas and by speech programs: ``python -m training.gather``."""
