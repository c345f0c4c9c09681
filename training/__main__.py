"""Make the committed models: ``python -m training --media DIR`` (same media and seed, same models)."""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

# TensorFlow reads these while it is imported: no chatter, and sums in one order whatever the machine is at.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

from processors.models.model import DEFAULT_MODELS
from training.make import make_model
from training.recipe import RECIPES
from training.sources import read_index


def main() -> int:
    """Train, quantise, judge and write each model; returns the exit code."""
    parser = argparse.ArgumentParser(prog="training", description=__doc__)
    parser.add_argument("--media", type=Path, required=True, help="folder with INDEX.csv and what it names")
    parser.add_argument("--out", type=Path, default=DEFAULT_MODELS, help="where the models go")
    parser.add_argument("--only", choices=[recipe.name for recipe in RECIPES], help="make one of them")
    parser.add_argument("--seed", type=int, default=20261122)
    arguments = parser.parse_args()
    try:
        sources = read_index(arguments.media)
    except OSError as error:
        print(
            f"training: {error.filename}: {error.strerror}; --media names the folder of INDEX.csv",
            file=sys.stderr,
        )
        return 2
    for recipe in RECIPES:
        if arguments.only in (None, recipe.name):
            started = time.monotonic()
            with tempfile.TemporaryDirectory() as scratch:
                make_model(recipe, sources, arguments.out, arguments.seed, Path(scratch))
            print(f"{recipe.name}: made in {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
