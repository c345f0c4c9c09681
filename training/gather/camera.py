"""The way of a camera: how it goes, turns and trembles."""

import msgspec
import numpy as np

Generator = np.random.Generator


class Pose(msgspec.Struct, frozen=True):
    """Where a camera is (metres), where it looks (radians), how far it is zoomed in (1 is normal)."""

    x: float
    y: float
    yaw: float
    pitch: float
    zoom: float


class Journey(msgspec.Struct, frozen=True):
    """A move of a camera; amounts of what sways are radians, speeds are a second."""

    x: float
    y: float
    heading: float
    speed: float
    turn: float
    sway: float
    shake: float
    zooming: float
    phase: float

    def at(self, seconds: float) -> Pose:
        """Return the pose at a time."""
        yaw = self.heading + self.turn * seconds + self.sway * np.sin(0.5 * seconds + self.phase)
        # Two sines that never meet again pass for the hand that holds the camera.
        tremble = np.sin(7.3 * seconds + self.phase) + np.sin(11.9 * seconds + 2 * self.phase)
        nod = np.sin(6.1 * seconds + 3 * self.phase) + np.sin(13.7 * seconds)
        # On a bend the way is an arc: the closed form keeps any frame independent of those before it.
        bend = self.turn if abs(self.turn) > 1e-6 else 1e-6
        end = self.heading + bend * seconds
        return Pose(
            x=float(self.x + self.speed / bend * (np.sin(end) - np.sin(self.heading))),
            y=float(self.y - self.speed / bend * (np.cos(end) - np.cos(self.heading))),
            yaw=float(yaw + self.shake * tremble),
            pitch=float(self.shake * nod + 0.3 * self.sway * np.sin(0.37 * seconds + self.phase)),
            zoom=float(1 + self.zooming * (1 - np.cos(0.6 * seconds)) / 2),
        )


def some_journey(speed: tuple[float, float], rng: Generator) -> Journey:
    """Return a flight, a pan from a tripod, a hand-held shot or a slow zoom, at random."""
    manner = rng.choice(["flight", "pan", "hand", "zoom"], p=[0.5, 0.2, 0.2, 0.1])
    moving = manner in ("flight", "hand")
    return Journey(
        x=float(rng.uniform(0, 1000)),
        y=float(rng.uniform(0, 1000)),
        heading=float(rng.uniform(0, 2 * np.pi)),
        speed=float(rng.uniform(*speed)) * (1.0 if moving else 0.0),
        turn=float(rng.uniform(-0.12, 0.12)) * (1.0 if manner in ("flight", "pan") else 0.1),
        sway=float(rng.uniform(0, 0.15)) if manner != "zoom" else 0.0,
        shake=float(rng.uniform(0.001, 0.005)) if manner == "hand" else 0.0,
        zooming=float(rng.uniform(0.2, 1.0)) if manner == "zoom" else 0.0,
        phase=float(rng.uniform(0, 6)),
    )
