"""python -m training.render: programmes of one split as files, each with its truth; run again, it goes on."""

import argparse
import resource
import sys
from pathlib import Path

import numpy as np

from training.picture.media import media_of
from training.render.encode import EncodingFailed
from training.render.programme import Order, render
from training.sources import FOLDS, in_fold, read_media
from training.truth_file import read_truth, rendered

# One in five programmes of a mixed set is healthy.
_HEALTHY = 0.2


def main() -> int:
    """Render what the command line asks for; return the exit code."""
    parser = argparse.ArgumentParser(prog="training.render", description=__doc__)
    parser.add_argument("--media", required=True, help="folders with INDEX.csv, parted by a colon")
    parser.add_argument("--split", required=True, choices=["train", "val", "test"])
    parser.add_argument(
        "--fold", type=int, choices=range(FOLDS), help="of train and val together, only media of this part"
    )
    parser.add_argument("--count", type=int, required=True, help="number of programmes")
    parser.add_argument("--first", type=int, default=0, help="number of the first programme")
    parser.add_argument("--out", type=Path, required=True, help="folder of the files")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--healthy", action="store_true", help="no programme has a fault")
    parser.add_argument("--faulted", action="store_true", help="every programme has")
    parser.add_argument("--dense", action="store_true", help="faults close together, for learning")
    parser.add_argument("--with-sound", action="store_true")
    arguments = parser.parse_args()
    try:
        sources = read_media(arguments.media)
        if arguments.fold is not None:
            sources = in_fold(sources, arguments.fold)
        media = media_of(sources, arguments.split)
        arguments.out.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        print(f"training.render: {error}", file=sys.stderr)
        return 2
    there = {path.stem for path in rendered(arguments.out)}
    for number in range(arguments.first, arguments.first + arguments.count):
        if f"{arguments.split}-{number:05d}" in there:
            continue
        drawn = float(np.random.default_rng([arguments.seed, number, 1]).random()) < _HEALTHY
        order = Order(
            split=arguments.split,
            seed=arguments.seed,
            number=number,
            healthy=arguments.healthy or (drawn and not arguments.faulted),
            long=arguments.healthy,
            with_sound=arguments.with_sound,
            dense=arguments.dense,
        )
        started = _cpu_s()
        try:
            made = render(order, sources, media, arguments.out)
        except EncodingFailed as error:
            print(f"training.render: {error}", file=sys.stderr)
            return 1
        seconds = read_truth(made).duration_s
        print(
            f"{made.name}: {seconds:.0f} s, {(_cpu_s() - started) / seconds:.2f} CPU-s a second", flush=True
        )
    return 0


def _cpu_s() -> float:
    """Return user and system time of this process and of the encoders it ran."""
    uses = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(use.ru_utime + use.ru_stime for use in uses)


if __name__ == "__main__":
    sys.exit(main())
