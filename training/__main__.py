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

from processors.models.card import ModelRefused
from processors.models.model import DEFAULT_MODELS
from training.make import make_picture_model
from training.recipe import PICTURE, SOUND
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
    parser.add_argument(
        "--part",
        type=_share,
        default=1.0,
        metavar="SHARE",
        help="of the recipe's programmes and steps: 0.01 shows in minutes that all of it works on this "
        "media; what comes of it is for no use",
    )
    parser.add_argument(
        "--earlier",
        type=Path,
        metavar="TFLITE",
        help="a picture model of one net, with its card beside it, that goes on in the new one and has as "
        "much of a say as all nets made now: what it learnt from programmes no longer there is kept",
    )
    arguments = parser.parse_args()
    if arguments.part < 1 and arguments.out == DEFAULT_MODELS:
        print("training: a part of the recipe makes no model for use: say where with --out", file=sys.stderr)
        return 2
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
                recipe = PICTURE.part(arguments.part)
                make_picture_model(
                    arguments.media,
                    arguments.out,
                    arguments.seed,
                    arguments.work,
                    recipe,
                    arguments.earlier,
                )
            else:
                heard = arguments.work / "sound"
                make_sound_model(sources, arguments.out, arguments.seed, heard, SOUND.part(arguments.part))
        except (EncodingFailed, ModelRefused) as error:
            print(f"training: {model}: {error}", file=sys.stderr)
            return 1
        except subprocess.CalledProcessError as error:
            print(
                f"training: {model}: programmes could not be rendered ({error.returncode})", file=sys.stderr
            )
            return 1
        print(f"{model}: made in {time.monotonic() - started:.0f} s")
    return 0


def _share(text: str) -> float:
    value = float(text)
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError(f"{text} is no share: above 0, at most 1")
    return value


if __name__ == "__main__":
    sys.exit(main())
