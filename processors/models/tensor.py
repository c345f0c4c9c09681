"""The ends of a model: how real values are stored in its input, and read from its output."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Tensor:
    """One end of a model: where its values go, and how they are stored."""

    index: int
    shape: tuple[int, ...]
    """With the batch, which is 1."""
    dtype: np.dtype[Any]
    scale: float
    """Quantisation: stored = value / scale + zero_point; not used in a float model."""
    zero_point: int


def tensor(details: dict[str, Any]) -> Tensor:
    """Take what is used of the details that an interpreter tells of a tensor."""
    scale, zero_point = details["quantization"]
    return Tensor(
        index=int(details["index"]),
        shape=tuple(int(length) for length in details["shape"]),
        dtype=np.dtype(details["dtype"]),
        # Python's own numbers: numpy 1 and 2 then both compute in float32.
        scale=float(scale),
        zero_point=int(zero_point),
    )


def store(values: NDArray[np.float32], end: Tensor) -> NDArray[Any]:
    """Return float32 values as the model stores them; what it cannot hold becomes the nearest it can."""
    if end.dtype == np.float32:
        return values.astype(np.float32, copy=False)
    limits = np.iinfo(end.dtype)
    stored = values / np.float32(end.scale)
    # In place: a batch of picture features is some megabytes.
    stored += np.float32(end.zero_point)
    np.rint(stored, out=stored)
    np.clip(stored, limits.min, limits.max, out=stored)
    return stored.astype(end.dtype)


def real(stored: NDArray[Any], end: Tensor) -> NDArray[np.float32]:
    """Return stored values as float32."""
    if end.dtype == np.float32:
        return stored.astype(np.float32, copy=False)
    zero, scale = np.float32(end.zero_point), np.float32(end.scale)
    values: NDArray[np.float32] = (stored.astype(np.float32) - zero) * scale
    return values
