"""The kernels of OpenCV that pictures are measured with, typed: SIMD where numpy is slow."""

import cv2
import numpy as np
from numpy.typing import NDArray

from processors.video.lattice import COLUMNS, ROWS

Bytes = NDArray[np.uint8]
Reals = NDArray[np.float32]

# Segments run side by side in threads of ours; OpenCV's own would only wait for each other.
cv2.setNumThreads(1)


def cell_means(values: Bytes | Reals) -> Reals:
    """Return the mean of each cell of a picture (rows, columns): (ROWS, COLUMNS)."""
    return _means(values, COLUMNS, ROWS)


def column_means(values: Bytes) -> Reals:
    """Return the mean of each column of cells, line by line: (n, columns) -> (n, COLUMNS)."""
    return _means(values, COLUMNS, len(values))


def apart(one: Bytes, other: Bytes) -> Bytes:
    """Return the absolute difference of two pictures of one shape."""
    return np.asarray(cv2.absdiff(one, other), np.uint8)


def less(one: Bytes, other: Bytes) -> Reals:
    """Return one picture less another, with its sign."""
    return np.asarray(cv2.subtract(one, other, dtype=cv2.CV_32F), np.float32)


def bend(values: Bytes) -> Bytes:
    """Return the absolute Laplacian, at most 255; what lies beyond the border mirrors what lies within."""
    bent = cv2.Laplacian(values, cv2.CV_16S, borderType=cv2.BORDER_REFLECT_101)
    return np.asarray(cv2.convertScaleAbs(bent), np.uint8)


def halve(values: Bytes) -> Bytes:
    """Return means of 2 x 2 pixels; a last odd row or column is dropped."""
    rows, columns = values.shape[0] // 2, values.shape[1] // 2
    even = values[: rows * 2, : columns * 2]
    return np.asarray(cv2.resize(even, (columns, rows), interpolation=cv2.INTER_AREA), np.uint8)


def fit(values: Bytes, rows: int, columns: int) -> Bytes:
    """Return a picture at another size, between its neighbouring pixels: for ratios below 2."""
    return np.asarray(cv2.resize(values, (columns, rows), interpolation=cv2.INTER_LINEAR), np.uint8)


def look_up(values: Bytes, table: Bytes) -> Bytes:
    """Return what a table (256,) says of each value."""
    return np.asarray(cv2.LUT(values, table), np.uint8)


def to_eight_bits(codes: NDArray[np.uint16], bits: int) -> Bytes:
    """Round codes of ``bits`` bits to 8."""
    return np.asarray(cv2.convertScaleAbs(codes, alpha=1.0 / (1 << (bits - 8))), np.uint8)


def lay_down(values: Bytes) -> Bytes:
    """Exchange rows and columns."""
    return np.asarray(cv2.transpose(values), np.uint8)


def _means(values: Bytes | Reals, columns: int, rows: int) -> Reals:
    real = values.astype(np.float32, copy=False)
    return np.asarray(cv2.resize(real, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)
