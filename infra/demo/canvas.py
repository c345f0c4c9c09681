"""Pictures in YUV 4:2:0 held as floats, and what can be laid on them: plates that slide and zoom."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]
Rgb = NDArray[np.float32]
"""(height, width, 3), 0..1."""

# ITU-R BT.709 luma weights; limited range puts black at 16, white at 235 and colour at 128 +- 112.
_KR, _KG, _KB = 0.2126, 0.7152, 0.0722
BLACK_LUMA = 16.0
GREY_CHROMA = 128.0


@dataclass(frozen=True)
class Frame:
    """One finished picture: uint8 planes y (h, w), u and v (h/2, w/2), BT.709 limited range."""

    y: NDArray[np.uint8]
    u: NDArray[np.uint8]
    v: NDArray[np.uint8]

    def raw(self) -> bytes:
        """Return the picture as rawvideo yuv420p."""
        return self.y.tobytes() + self.u.tobytes() + self.v.tobytes()


@dataclass(frozen=True)
class Canvas:
    """A picture being painted: float32 planes y (h, w), u and v (h/2, w/2), changed in place."""

    y: Plane
    u: Plane
    v: Plane

    @property
    def height(self) -> int:
        """Return the height in pixels."""
        return int(self.y.shape[0])

    @property
    def width(self) -> int:
        """Return the width in pixels."""
        return int(self.y.shape[1])

    def fill(self, luma: float) -> None:
        """Paint everything one grey."""
        self.y[:] = luma
        self.u[:] = GREY_CHROMA
        self.v[:] = GREY_CHROMA

    def frame(self) -> Frame:
        """Return the picture rounded to bytes."""
        return Frame(_bytes(self.y), _bytes(self.u), _bytes(self.v))


@dataclass(frozen=True)
class Plate:
    """A picture to lay on a canvas: planes as in Canvas, already multiplied by ``alpha`` if there is one."""

    y: Plane
    u: Plane
    v: Plane
    alpha: Plane | None = None
    alpha_half: Plane | None = None


def blank(height: int, width: int) -> Canvas:
    """Return a black canvas of ``height`` x ``width`` pixels (both even)."""
    half = (height // 2, width // 2)
    canvas = Canvas(
        np.empty((height, width), np.float32), np.empty(half, np.float32), np.empty(half, np.float32)
    )
    canvas.fill(BLACK_LUMA)
    return canvas


def plate(rgb: Rgb, alpha: Plane | None = None) -> Plate:
    """Return a plate of an RGB picture (h, w, 3), 0..1, both sizes even, with an alpha (h, w), 0..1."""
    red, green, blue = (np.clip(rgb[..., i], 0.0, 1.0) for i in range(3))
    luma = _KR * red + _KG * green + _KB * blue
    y = (16.0 + 219.0 * luma).astype(np.float32)
    u = halved((GREY_CHROMA + 224.0 * (blue - luma) / (2 * (1 - _KB))).astype(np.float32))
    v = halved((GREY_CHROMA + 224.0 * (red - luma) / (2 * (1 - _KR))).astype(np.float32))
    if alpha is None:
        return Plate(y, u, v)
    half = halved(alpha)
    return Plate(y * alpha, u * half, v * half, alpha.astype(np.float32), half)


def halved(plane: Plane) -> Plane:
    """Return a plane at half the size, each pixel the mean of four."""
    top, bottom = plane[0::2], plane[1::2]
    mean = (top[:, 0::2] + top[:, 1::2] + bottom[:, 0::2] + bottom[:, 1::2]) * np.float32(0.25)
    return np.ascontiguousarray(mean, dtype=np.float32)


def lay(canvas: Canvas, what: Plate, left: float, top: float) -> None:
    """Lay a plate with its corner at (left, top) of the canvas, which may lie between pixels or outside."""
    _lay_plane(canvas.y, what.y, what.alpha, left, top)
    _lay_plane(canvas.u, what.u, what.alpha_half, left / 2, top / 2)
    _lay_plane(canvas.v, what.v, what.alpha_half, left / 2, top / 2)


def zoomed(canvas: Canvas, what: Plate, centre_x: float, centre_y: float, zoom: float) -> None:
    """Fill the canvas with an opaque plate around a centre (pixels of the plate), ``zoom`` times enlarged."""
    for target, source, scale in ((canvas.y, what.y, 1.0), (canvas.u, what.u, 0.5), (canvas.v, what.v, 0.5)):
        height, width = target.shape
        rows = centre_y * scale + (np.arange(height) - (height - 1) / 2) / zoom
        columns = centre_x * scale + (np.arange(width) - (width - 1) / 2) / zoom
        np.copyto(target, _resampled(source, rows, columns))


def _lay_plane(target: Plane, source: Plane, alpha: Plane | None, left: float, top: float) -> None:
    y0, y1 = _covered(top, source.shape[0], target.shape[0])
    x0, x1 = _covered(left, source.shape[1], target.shape[1])
    if y0 >= y1 or x0 >= x1:
        return
    view = target[y0:y1, x0:x1]
    picture = _shifted(source, y0 - top, x0 - left, y1 - y0, x1 - x0)
    if alpha is None:
        view[:] = picture
        return
    cover = _shifted(alpha, y0 - top, x0 - left, y1 - y0, x1 - x0)
    view *= np.float32(1.0) - cover
    view += picture


def _covered(start: float, length: int, limit: int) -> tuple[int, int]:
    # One pixel less than the plate has: the last is only a neighbour to interpolate with.
    return max(0, int(np.ceil(start))), min(limit, int(np.floor(start)) + length - 1)


def _shifted(plane: Plane, row: float, column: float, height: int, width: int) -> Plane:
    r, c = int(row), int(column)
    fr, fc = np.float32(row - r), np.float32(column - c)
    part = plane[r : r + height + 1, c : c + width + 1]
    if fr:
        part = part[:-1] + (part[1:] - part[:-1]) * fr
    if fc:
        part = part[:, :-1] + (part[:, 1:] - part[:, :-1]) * fc
    return part[:height, :width]


def _resampled(plane: Plane, rows: NDArray[np.float64], columns: NDArray[np.float64]) -> Plane:
    r = np.clip(rows, 0, plane.shape[0] - 1.001)
    c = np.clip(columns, 0, plane.shape[1] - 1.001)
    r0, c0 = r.astype(np.intp), c.astype(np.intp)
    fr = (r - r0).astype(np.float32)[:, None]
    fc = (c - c0).astype(np.float32)
    # Only the columns in view are touched before the costly gather along rows.
    first, last = int(c0[0]), int(c0[-1]) + 2
    band = plane[:, first:last]
    lines = band[r0] * (1 - fr) + band[r0 + 1] * fr
    c0 -= first
    picture: Plane = np.take(lines, c0, axis=1)
    picture *= 1 - fc
    picture += np.take(lines, c0 + 1, axis=1) * fc
    return picture


def _bytes(plane: Plane) -> NDArray[np.uint8]:
    rounded: NDArray[np.uint8] = np.clip(plane + np.float32(0.5), 0, 255).astype(np.uint8)
    return rounded
