"""What the synthetic channels show: each scene is prepared once and painted for any moment."""

from typing import Protocol

from infra.demo.canvas import Canvas


class Scene(Protocol):
    """A place with moving things in it."""

    def paint(self, canvas: Canvas, t: float) -> None:
        """Paint the whole canvas as the scene looks ``t`` seconds after some fixed moment."""
