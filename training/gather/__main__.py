"""Make more media for training: ``python -m training.gather --out FOLDER`` (same seed, same media)."""

import argparse
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import cv2

from training.gather.pictures import make_picture, picture_plans
from training.gather.piece import Piece, read_pieces, sealed, write_index
from training.gather.sounds import make_sound, sound_plans
from training.gather.voices import NoSpeechProgram

# A piece takes a second or, if it is a film, half a minute: a line now and then tells.
_TELL_EVERY = 10


def main() -> int:
    """Fill the folder with what it has not; returns the exit code."""
    parser = argparse.ArgumentParser(prog="training.gather", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder that INDEX.csv and the files go to")
    parser.add_argument("--seed", type=int, default=20261122)
    arguments = parser.parse_args()
    # One core: training media are made beside other work.
    cv2.setNumThreads(1)
    try:
        made, missing = _fill(arguments.out, arguments.seed)
    except (OSError, KeyError, ValueError) as error:
        print(f"training.gather: {arguments.out}: {error}", file=sys.stderr)
        return 2
    for program in sorted(missing):
        print(f"training.gather: {program} is not installed; its voices are left out", file=sys.stderr)
    print(f"{made} pieces in {arguments.out}")
    return 0


def _fill(folder: Path, seed: int) -> tuple[int, set[str]]:
    """Make what is missing; returns how many pieces there are, and the speech programs that were missed."""
    folder.mkdir(parents=True, exist_ok=True)
    pieces = {piece.path: piece for piece in read_pieces(folder)}
    missing: set[str] = set()
    for path, make in _plans(folder, seed):
        if path in pieces:
            continue
        try:
            pieces[path] = sealed(folder, make())
        except NoSpeechProgram as error:
            missing.add(str(error))
            continue
        # A folder can be used while it grows.
        write_index(folder, list(pieces.values()))
        if len(pieces) % _TELL_EVERY == 0:
            print(f"{len(pieces)} pieces", flush=True)
    return len(pieces), missing


def _plans(folder: Path, seed: int) -> Iterator[tuple[str, Callable[[], Piece]]]:
    for sound in sound_plans():
        yield sound.piece.path, partial(make_sound, sound, folder, seed)
    for picture in picture_plans():
        yield picture.piece.path, partial(make_picture, picture, folder, seed)


if __name__ == "__main__":
    sys.exit(main())
