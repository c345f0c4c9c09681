"""Colour bars as a source sends them that has nothing to show (SMPTE EG 1-1990)."""

import numpy as np

from infra.demo.canvas import Canvas, Rgb, lay, plate
from infra.demo.texture import Colour

# Full-level colours; the bars have 75 % of them.
_WHITE, _YELLOW, _CYAN, _GREEN = (1.0, 1.0, 1.0), (1.0, 1.0, 0.0), (0.0, 1.0, 1.0), (0.0, 1.0, 0.0)
_MAGENTA, _RED, _BLUE, _BLACK = (1.0, 0.0, 1.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.0, 0.0, 0.0)
_LEVEL = 0.75
_BARS: tuple[Colour, ...] = (_WHITE, _YELLOW, _CYAN, _GREEN, _MAGENTA, _RED, _BLUE)
_CASTELLATIONS: tuple[Colour, ...] = (_BLUE, _BLACK, _MAGENTA, _BLACK, _CYAN, _BLACK, _WHITE)
# The lowest strip: -I, white, +Q and black, each a quarter less than two bars wide, then the PLUGE steps of
# 4 % around black, each a third of a bar, and black. -I and +Q are colours of NTSC; these are near them.
_LOWEST: tuple[tuple[float, Colour], ...] = (
    (1.25, (0.0, 0.13, 0.30)),
    (1.25, (1.0, 1.0, 1.0)),
    (1.25, (0.20, 0.0, 0.42)),
    (1.25, _BLACK),
    (1 / 3, _BLACK),
    (1 / 3, (0.02, 0.02, 0.02)),
    (1 / 3, (0.04, 0.04, 0.04)),
    (1.0, _BLACK),
)


def colour_bars(canvas: Canvas) -> None:
    """Paint the pattern over the whole canvas: bars two thirds high, a reversed strip, the PLUGE below."""
    height, width = canvas.height, canvas.width
    # One pixel more than the canvas: a plate's last row and column are neighbours to interpolate with.
    rgb: Rgb = np.zeros((height + 2, width + 2, 3), np.float32)
    column = (np.arange(width + 2) * len(_BARS) / width).clip(0, len(_BARS) - 0.01)
    top, strip = round(height * 2 / 3), round(height * 3 / 4)
    rgb[:top] = _LEVEL * np.array(_BARS)[column.astype(np.intp)]
    rgb[top:strip] = _LEVEL * np.array(_CASTELLATIONS)[column.astype(np.intp)]
    edges = np.cumsum([share for share, _ in _LOWEST])
    part = np.searchsorted(edges, column, side="right").clip(0, len(_LOWEST) - 1)
    rgb[strip:] = np.array([colour for _, colour in _LOWEST])[part]
    lay(canvas, plate(rgb), 0, 0)
