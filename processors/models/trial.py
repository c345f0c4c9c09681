"""Run a model a few times on made-up features: does it run, how fast, and does it tell probabilities?"""

import time
from dataclasses import dataclass

import numpy as np

from processors.models.runtime import Runs
from processors.models.tensor import Tensor, real, store

LIMIT_MS = 0.3
"""CPU that one inference may take (docs/models.md): above it the model shows beside the decoding."""
# Enough for one that nothing interrupts; a model at the limit takes 15 ms in all.
_TRIALS = 50
_SEED = 1


@dataclass(frozen=True)
class Trial:
    """What came of it."""

    latency_ms: float
    """Least CPU time of one inference, quantisation included: more is what other work did to the caches."""
    lowest: float
    highest: float
    """Of all scores."""


def try_out(runs: Runs, given: Tensor, told: Tensor) -> Trial:
    """Run a model on seeded features between 0 and 1, as features are scaled.

    Raises ValueError or RuntimeError when the interpreter does.
    """
    features = np.random.default_rng(_SEED).random((_TRIALS, *given.shape[1:]), np.float32)
    took_s, scores = [], []
    for index in range(_TRIALS):
        began = time.thread_time()
        runs.set_tensor(given.index, store(features[index : index + 1], given))
        runs.invoke()
        scores.append(real(runs.get_tensor(told.index), told))
        took_s.append(time.thread_time() - began)
    return Trial(
        latency_ms=float(np.min(took_s)) * 1e3,
        lowest=float(np.min(scores)),
        highest=float(np.max(scores)),
    )
