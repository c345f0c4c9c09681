"""Plain measures of a picture: a few numbers a person can read, logged beside the model's scores."""

import numpy as np

from processors.video.history import Reading

# A cell is dark when nearly all its points are: the rest may be ringing of graphics beside it.
_DARK_CELL = 0.9
# A still cell may differ in a few points: deblocking at the border of moving graphics reaches into it.
_STILL_CELL = 0.05
# What temporal measures say where there is nothing to compare with: all of the picture moved.
_UNKNOWN_DIFFERENCE = 255.0


def plain_measures(reading: Reading) -> dict[str, float]:
    """Return the measures of one picture by name.

    ``luma_mean``: mean luma, 0..255. ``dark_share``: share of cells that are black, 0..1.
    ``temporal_diff``: median over cells of the mean absolute difference since the picture before
    (0.2 s), levels. ``still_share``: share of cells in which nothing changed since, 0..1.
    ``sharpness``: mean absolute Laplacian of the picture made 512 x 288, levels. ``blockiness``: mean step
    over the edges of macroblocks by the mean step away from them; 1 in a picture without blocks.
    """
    seen, changed = reading.seen, reading.changed
    return {
        "luma_mean": float(seen.mean.mean()),
        "dark_share": float((seen.dark >= _DARK_CELL).mean()),
        "temporal_diff": _UNKNOWN_DIFFERENCE if changed is None else float(np.median(changed.mean)),
        "still_share": 0.0 if changed is None else float((changed.share <= _STILL_CELL).mean()),
        "sharpness": reading.sharpness,
        "blockiness": reading.blockiness,
    }
