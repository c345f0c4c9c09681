"""A camera out of focus."""

import cv2
import numpy as np

from infra.demo.canvas import Canvas

# Radius (sigma) in shares of the picture's height: twice the 0.6 % from which a blur counts.
SIGMA = 0.012


def defocus(canvas: Canvas) -> None:
    """Blur the whole canvas."""
    sigma = SIGMA * canvas.height
    for plane, radius in ((canvas.y, sigma), (canvas.u, sigma / 2), (canvas.v, sigma / 2)):
        np.copyto(plane, cv2.GaussianBlur(plane, (0, 0), radius))
