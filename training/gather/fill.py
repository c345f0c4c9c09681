"""Fill a folder of media from packages, one after another, and go on where that was interrupted."""

import argparse
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from training.gather.piece import Piece, read_pieces, write_index

Take = Callable[[Path], list[Piece]]
"""Takes what is wanted of one package into a folder. Raises OSError, subprocess.SubprocessError."""


def fill(program: str, description: str | None, takes: Mapping[str, Take]) -> int:
    """Run a command line that takes what its ``--out`` has not of each package, by name.

    What can't be fetched is told and left out; returns the exit code, 1 when anything was.
    """
    parser = argparse.ArgumentParser(prog=program, description=description)
    parser.add_argument("--out", type=Path, required=True, help="folder that INDEX.csv and the files go to")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    pieces = {piece.path: piece for piece in read_pieces(out)}
    missing = []
    for name, take in takes.items():
        if any(piece.maker == name for piece in pieces.values()):
            continue
        try:
            taken = take(out)
        except (OSError, subprocess.SubprocessError) as error:
            missing.append(f"{name}: {error}")
            continue
        pieces |= {piece.path: piece for piece in taken}
        write_index(out, list(pieces.values()))
        print(f"{name}: {len(taken)} taken", flush=True)
    for line in missing:
        print(f"{program}: {line}", file=sys.stderr)
    print(f"{len(pieces)} pieces in {out}")
    return 1 if missing else 0
