"""Score stored features with the committed models: ``python score.py RUNTIME FEATURES.npz SCORES.npz``.

Run by the test of the runtimes in an environment of its own, where numpy is older and most of Horus is away:
it imports no more than a model needs.
"""

import sys
from pathlib import Path

import numpy as np

from processors.models.folder import DEFAULT_MODELS, find_model
from processors.models.model import load_model


def score(runtime: str, given: Path, told: Path) -> None:
    """Write the scores of each category's features, (n, *shape) -> (n, classes), under the same names."""
    with np.load(given) as features:
        scores = {
            category: load_model(find_model(DEFAULT_MODELS, category), runtime).scores(features[category])
            for category in ("video", "audio")
        }
    np.savez(told, video=scores["video"], audio=scores["audio"])


if __name__ == "__main__":
    score(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
