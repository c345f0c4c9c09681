"""What is wrong with recordings by themselves: overdriven ones, and those with more noise than programme."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from training.sound.samples import RATE_HZ, Stereo, active_dbfs, load_sound, piece_levels
from training.sources import Source

# A recording is overdriven when in two of five loud tenths of a second a two-hundredth of the samples lie
# within 6 % of the highest peaks: no voice, bark or drum is as flat as that.
_PIECE = RATE_HZ // 10
_LOUD, _NEAR, _SHARE, _MOST = 0.5, 0.94, 0.005, 0.4
# Telephones clipped these while they recorded, and their codecs rounded the tops: told by their histograms.
_CLIPPED = ("driving/d6.mp4", "driving/d10.mp4", "driving/d11.mp4")
# A floor that lies less than this under the programme is hiss (12 dB) to any ear, or nearly.
_NOISY_DB = 15.0
# The floor of a recording: a tenth of its pieces are quieter.
_FLOOR_SHARE = 10


def own_faults(samples: Stereo, kind: str, sources: Sequence[Source]) -> tuple[str, ...]:
    """Return the types of fault that a scene may be said to have from its recordings alone.

    Noise by nature (kind "noisy") and quiet rooms are healthy: nothing lies under them.
    """
    found = []
    if any(_is_overdriven(source.path) for source in sources):
        found.append("distorcao")
    if kind in ("speech", "effects"):
        floor = float(np.percentile(piece_levels(samples[0]), _FLOOR_SHARE))
        if floor > active_dbfs(samples) - _NOISY_DB:
            found.append("ruido_hiss")
    return tuple(found)


@lru_cache(maxsize=2048)
def _is_overdriven(path: Path) -> bool:
    if path.as_posix().endswith(_CLIPPED):
        return True
    channel = np.abs(load_sound(path)[0].astype(np.float32))
    pieces = channel[: len(channel) // _PIECE * _PIECE].reshape(-1, _PIECE)
    if not len(pieces):
        return False
    peaks = pieces.max(axis=1)
    top = float(np.percentile(peaks, 95))
    loud = pieces[peaks > _LOUD * top]
    flat = (loud > _NEAR * top).mean(axis=1) > _SHARE
    return bool(len(loud) and flat.mean() > _MOST)
