"""What healthy programme has by nature of a fault: stillness, black, softness. There truth is silent."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from training.picture.raster import Frame, Gray, Raster, gray_of
from training.picture.verdict import Look
from training.truth_file import Unclear

# Looked at so often; a run must last as long as opinions differ about (a fault counts from 1 s).
_LOOK_S, _STILL_S, _BLACK_S, _SOFT_S = 0.1, 0.7, 0.7, 0.8
# Still: against this long before, next to no point (means of 4 by 4) is off by more than noise leaves there.
_BACK_S, _STEP, _MOVED = 0.6, 4, 0.001
# Black: next to no point is lighter than a fault's would be, and as much again.
_DARK, _LIT = 16, 0.04
# Soft: the textured cells with most detail have less of it than a picture blurred at the least sigma.
_ROWS, _COLUMNS = 9, 16
# Detail of 40 clips and photographs (``detail_of``): 0.22 to 1.2 as they are, half of them over 0.65; 0.12 to
# 0.29 blurred by 0.6 % of the height. Under the first a healthy picture passes for blurred; over the second
# a blur is plain to see.
_SOFT_DETAIL, _FAULT_DETAIL = 0.25, 0.30
# Margin at both ends of an unclear stretch: two samples of the picture.
_MARGIN_S = 0.4


class Nature:
    """Looks at the programme before faults and graphics."""

    def __init__(self, raster: Raster):
        self._every = max(1, raster.frames(_LOOK_S))
        self._fps = raster.fps
        self._past: list[tuple[float, Gray]] = []
        self._times: list[float] = []
        self._marks: dict[str, list[bool]] = {"freeze": [], "fade": [], "borrado": []}
        self._detail: float | None = None
        self._details: list[tuple[float, float | None]] = []

    def see(self, frame: Frame, index: int) -> None:
        """Look at the frame of a number."""
        if index % self._every:
            return
        at = index / self._fps
        gray = gray_of(frame)
        small = np.asarray(
            cv2.resize(gray, (gray.shape[1] // 4, gray.shape[0] // 4), interpolation=cv2.INTER_AREA), np.uint8
        )
        self._past.append((at, small))
        while len(self._past) > 1 and self._past[1][0] <= at - _BACK_S:
            self._past.pop(0)
        still = at - self._past[0][0] >= _BACK_S * 0.9 and is_same(self._past[0][1], small)
        if len(self._times) % 3 == 0:
            self._detail = detail_of(gray)
            self._details.append((at, self._detail))
        self._times.append(at)
        self._marks["freeze"].append(still)
        self._marks["fade"].append(bool(np.mean(small > _DARK) < _LIT))
        # Where nothing has texture, nobody can tell whether it is in focus.
        self._marks["borrado"].append(self._detail is None or self._detail < _SOFT_DETAIL)

    def is_still(self) -> bool:
        """Tell whether the programme stands by itself at the moment last seen."""
        return bool(self._times) and self._marks["freeze"][-1]

    def looks(self, start_s: float, end_s: float) -> list[Look]:
        """Tell when in a stretch something was sharp, so that a blur is plain to see."""
        return [
            Look(at, detail is not None and detail >= _FAULT_DETAIL)
            for at, detail in self._details
            if start_s <= at < end_s
        ]

    def unclear(self) -> list[Unclear]:
        """Return where the programme is by nature what a fault would make it."""
        found: list[Unclear] = []
        for kind, least, back in (
            ("freeze", _STILL_S, _BACK_S),
            ("fade", _BLACK_S, 0.0),
            ("borrado", _SOFT_S, 0.0),
        ):
            for start, end in _runs(self._marks[kind]):
                first, last = self._times[start] - back, self._times[end - 1] + _LOOK_S
                if last - first >= least:
                    found.append(
                        Unclear(
                            start_s=round(max(0.0, first - _MARGIN_S), 3),
                            end_s=round(last + _MARGIN_S, 3),
                            types=(kind, "freeze") if kind == "fade" else (kind,),
                        )
                    )
        return found


def is_same(before: Gray, now: Gray) -> bool:
    """Tell whether two small pictures differ in next to no point."""
    return bool(np.mean(cv2.absdiff(before, now) > _STEP) < _MOVED)


def detail_of(gray: Gray) -> float | None:
    """Return the finer detail beside the coarse, in the cells that have most of it; None without any.

    The ratio of the energies of two octaves: natural pictures have about as much in each; one blurred by
    0.6 % of the height has lost most of the finer. Cells without texture do not count.
    """
    sigma = 0.0025 * gray.shape[0]
    levels = [np.asarray(cv2.GaussianBlur(gray, (0, 0), sigma * 2**k), np.float32) for k in range(3)]
    fine, coarse = (_cells(np.square(levels[k] - levels[k + 1])) for k in range(2))
    textured = coarse > 1.5
    if np.mean(textured) < 0.06:
        return None
    return float(np.percentile(fine[textured] / coarse[textured], 85))


def _cells(field: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(cv2.resize(field, (_COLUMNS, _ROWS), interpolation=cv2.INTER_AREA), np.float32)


def _runs(marks: Sequence[bool]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.array(marks, int), [0]])))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]
