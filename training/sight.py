"""What each part of the picture net sees: what can tell its faults, and nothing that only tells scenes apart.

Sources are few. A net that sees all planes for every fault learns which scenes had which fault; one that
judges black by light alone, and the others without it, can learn of scenes only what matters.
"""

import numpy as np
from numpy.typing import NDArray

from processors.video.features import INDEXES, STILL_PLANES
from processors.video.maps import (
    BRIGHTNESS_MAP,
    COLOUR_MAPS,
    CONTRAST_MAP,
    DARK_MAPS,
    DEVIATION_MAP,
    TINT_MAP,
)

# Neither what stands, nor what is soft or in blocks, is so because it is dark, or red.
_LIGHT_AND_COLOUR = (BRIGHTNESS_MAP, *DARK_MAPS, *COLOUR_MAPS, TINT_MAP)
# Black has a level, and next to no spread about it.
_LIGHT = (BRIGHTNESS_MAP, DEVIATION_MAP, *DARK_MAPS, CONTRAST_MAP)

STRUCTURE: NDArray[np.bool_] = ~np.isin(INDEXES, _LIGHT_AND_COLOUR)
"""Of all planes, which tell freezes, blur and blocks; (PLANES,)."""
LIGHT: NDArray[np.bool_] = np.isin(INDEXES[STILL_PLANES], _LIGHT)
"""Of the planes of the picture judged, which tell black; (STILL_MAPS,)."""
