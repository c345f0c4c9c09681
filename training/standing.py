"""Where a healthy programme stands on air: ``python -m training.standing --set DIR`` marks its truths.

A fixed camera's noise may not outlast the encoder, and what moves before it may move at the side, where
graphics do. What is then on air is a freeze to any eye, whatever was composed: neither an alarm nor its
absence counts there.
"""

import argparse
import sys
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from processors.video.maps import MOVED_MAP, SHARE_MAP
from training.measured import measured_maps
from training.truth_file import Truth, Unclear, read_truth, rendered, write_truth

# The middle of the picture in cells: logos, tickers, clocks and most windows lie outside of it.
_MIDDLE = (slice(None), slice(2, 7), slice(3, 13))
# A cell moves when a hundredth of its points do (maps hold roots, 255 for 1), and is alive with noise when
# three tenths of them differ at all.
_MOVED, _ALIVE = 25, 77
# Two moving cells of the fifty are a small thing before a picture that stands: an eye takes it for a graphic
# over a freeze, three are leaves before a fixed camera. Five noisy ones are what a key frame refreshed.
_FEW_MOVED, _FEW_ALIVE = 3, 5
# A stand of so many samples (0.6 s at 5 Hz) is one; a key frame may pulse in between.
_SAMPLES = 3
# Two samples: what stands cannot be told from what moves before it has stood a little.
_MARGIN_S = 0.4


def stands(maps: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Tell of each sample of maps (n, MAPS, ROWS, COLUMNS) whether the middle of the picture stands: (n,)."""
    moved = (maps[:, MOVED_MAP][_MIDDLE] > _MOVED).sum(axis=(1, 2)) >= _FEW_MOVED
    alive = (maps[:, SHARE_MAP][_MIDDLE] > _ALIVE).sum(axis=(1, 2)) >= _FEW_ALIVE
    # Noise is in every picture, the pulse of a key frame in one of several.
    lasting = np.convolve(alive, np.ones(3), "same") >= 2
    still: NDArray[np.bool_] = ~(moved | lasting)
    return still


def with_standing(truth: Truth, maps: NDArray[np.uint8], times_s: NDArray[np.float64]) -> Truth:
    """Return the truth of a programme, given its samples, with ``freeze`` unclear where health stands."""
    still = stands(maps)
    for fault in truth.faults:
        still &= ~((times_s >= fault.start_s - _MARGIN_S) & (times_s < fault.end_s + _MARGIN_S))
    edges = np.flatnonzero(np.diff(np.concatenate([[False], still, [False]]).astype(np.int8))).reshape(-1, 2)
    found = [
        Unclear(
            start_s=round(max(0.0, float(times_s[start]) - _MARGIN_S), 3),
            end_s=round(float(times_s[end - 1]) + _MARGIN_S, 3),
            types=("freeze",),
        )
        for start, end in edges
        if end - start >= _SAMPLES
    ]
    new = tuple(each for each in found if each not in truth.unclear)
    return msgspec.structs.replace(truth, unclear=(*truth.unclear, *new)) if new else truth


def mark(folder: Path, cache: Path) -> int:
    """Write it into the truths of a folder's programmes; returns how many changed. A second time none does.

    ``cache`` keeps the maps. Raises OSError when a truth can't be written.
    """
    changed = 0
    for media in rendered(folder):
        truth = read_truth(media)
        if not truth.has_picture:
            continue
        maps, times_s = measured_maps(media, cache)
        marked = with_standing(truth, maps, times_s)
        if marked is not truth:
            write_truth(media, marked)
            changed += 1
    return changed


def main() -> int:
    """Mark a folder; returns the exit code."""
    parser = argparse.ArgumentParser(prog="training.standing", description=__doc__)
    parser.add_argument("--set", type=Path, required=True, dest="folder", help="programmes with their truths")
    parser.add_argument("--cache", type=Path, required=True, help="where measured maps are kept")
    arguments = parser.parse_args()
    if not arguments.folder.is_dir():
        print(f"training.standing: {arguments.folder}: no such folder", file=sys.stderr)
        return 2
    print(f"{mark(arguments.folder, arguments.cache)} programmes marked")
    return 0


if __name__ == "__main__":
    sys.exit(main())
