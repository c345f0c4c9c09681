"""Make the committed models: ``python -m training --media DIR:DIR`` (same media and seed, same models)."""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

# TensorFlow reads these while it is imported: no chatter, and sums in one order whatever the machine is at.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

from processors.models.model import DEFAULT_MODELS
from training.make import make_picture_model
from training.render.encode import EncodingFailed
from training.sound.train import make_sound_model
from training.sources import read_media

_MODELS = ("picture", "sound")


def main() -> int:
    """Make each model; returns the exit code."""
    parser = argparse.ArgumentParser(prog="training", description=__doc__)
    parser.add_argument("--media", required=True, help="folders with INDEX.csv, parted by a colon")
    parser.add_argument("--out", type=Path, default=DEFAULT_MODELS, help="where the models go")
    parser.add_argument("--only", choices=_MODELS, help="make one of them")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument(
        "--work",
        type=Path,
        default=Path(".horus/training"),
        help="where programmes and what is measured of them are kept: a second run goes on from there",
    )
    arguments = parser.parse_args()
    try:
        sources = read_media(arguments.media)
    except (OSError, ValueError) as error:
        print(f"training: {error}; --media names folders with an INDEX.csv", file=sys.stderr)
        return 2
    for model in _MODELS:
        if arguments.only not in (None, model):
            continue
        started = time.monotonic()
        try:
            if model == "picture":
                make_picture_model(arguments.media, arguments.out, arguments.seed, arguments.work)
            else:
                make_sound_model(sources, arguments.out, arguments.seed, arguments.work / "sound")
        except EncodingFailed as error:
            print(f"training: {model}: {error}", file=sys.stderr)
            return 1
        except subprocess.CalledProcessError as error:
            print(
                f"training: {model}: programmes could not be rendered ({error.returncode})", file=sys.stderr
            )
            return 1
        print(f"{model}: made in {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
