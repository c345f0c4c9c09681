"""The picture of a programme at any frame: a shot of a scene, its fault, and the graphics above both."""

import numpy as np

from infra.demo.canvas import BLACK_LUMA, GREY_CHROMA, Canvas, Frame, blank
from infra.demo.damage.bars import colour_bars
from infra.demo.damage.blur import defocus
from infra.demo.damage.crush import crushed
from infra.demo.graphics import Graphics
from infra.demo.programme import Fault, Programme, fault_at, source_frame
from infra.demo.scenes import Scene
from infra.demo.scenes.city import City
from infra.demo.scenes.mountains import Mountains
from infra.demo.scenes.sea import Sea
from infra.demo.scenes.studio import Studio
from infra.demo.scenes.weather import FromAbove

# A good camera's noise, in luma steps (standard deviation); black carries less, and a small pedestal, as a
# missing source behind a mixer does.
SENSOR_NOISE = 1.3
BLACK_PEDESTAL, BLACK_NOISE = 2.0, 0.6
# Television holds a shot for some seconds.
SHOT_S = (5.0, 8.0)


class Picture:
    """Every frame of one programme, in any order; the same programme gives the same frames."""

    def __init__(self, programme: Programme) -> None:
        """Prepare the scenes and graphics (about half a second at 640x360)."""
        self._programme = programme
        rng = np.random.default_rng(programme.seed)
        self._scenes = _scenes(programme, rng)
        self._shots = _shots(programme, len(self._scenes), rng)
        self._graphics = Graphics(programme)
        # One pool of noise, entered at another place for each frame: drawing it anew would cost more than the
        # picture itself.
        size = programme.width * programme.height
        self._noise = rng.standard_normal(2 * size, dtype=np.float32)
        self._held: tuple[int, Canvas] | None = None
        self._group: tuple[int, list[Canvas]] | None = None

    def frame(self, index: int) -> Frame:
        """Return frame ``index`` (0 is the first) as it goes on air, faults and graphics included."""
        canvas = self._damaged(index)
        first, scene = self._shot(index)
        fps = self._programme.fps
        self._graphics.draw(canvas, index / fps, scene, (index - first) / fps)
        return canvas.frame()

    def _damaged(self, index: int) -> Canvas:
        programme, t = self._programme, (index + 0.5) / self._programme.fps
        if fault_at(programme, "fade", t):
            return self._black(index)
        if fault_at(programme, "barras", t):
            canvas = self._blank()
            colour_bars(canvas)
            return canvas
        crush = fault_at(programme, "bloco", t)
        if crush is not None:
            return self._crushed(index - round(crush.start_s * programme.fps), crush)
        canvas = self._programme_picture(source_frame(programme, index))
        if fault_at(programme, "borrado", t):
            defocus(canvas)
        return canvas

    def _crushed(self, number: int, fault: Fault) -> Canvas:
        """Return picture ``number`` of a fault; a second of them is encoded at a time."""
        fps = self._programme.fps
        first = round(fault.start_s * fps) + number // fps * fps
        if self._group is None or self._group[0] != first:
            last = min(first + fps, round(fault.end_s * fps))
            healthy = [self._programme_picture(index).frame() for index in range(first, last)]
            self._group = (first, crushed(healthy, fps))
        return _copy(self._group[1][number % fps])

    def _programme_picture(self, index: int) -> Canvas:
        if self._held is None or self._held[0] != index:
            canvas = self._blank()
            start, scene = self._shot(index)
            # Scenes repeat; a shot of the same place shows another moment of it.
            self._scenes[scene].paint(canvas, (index + start) / self._programme.fps)
            self._grain(canvas, index, SENSOR_NOISE)
            self._held = (index, canvas)
        return _copy(self._held[1])

    def _shot(self, index: int) -> tuple[int, int]:
        return max(shot for shot in self._shots if shot[0] <= index)

    def _black(self, index: int) -> Canvas:
        canvas = self._blank()
        canvas.y[:] = BLACK_LUMA + BLACK_PEDESTAL
        canvas.u[:] = GREY_CHROMA
        canvas.v[:] = GREY_CHROMA
        self._grain(canvas, index, BLACK_NOISE)
        return canvas

    def _blank(self) -> Canvas:
        return blank(self._programme.height, self._programme.width)

    def _grain(self, canvas: Canvas, index: int, strength: float) -> None:
        size = canvas.y.size
        # A large odd step scatters the places at which consecutive frames enter the pool.
        start = (index * 104_729) % (len(self._noise) - size)
        canvas.y[:] += self._noise[start : start + size].reshape(canvas.y.shape) * np.float32(strength)


def _copy(canvas: Canvas) -> Canvas:
    return Canvas(canvas.y.copy(), canvas.u.copy(), canvas.v.copy())


def _scenes(programme: Programme, rng: np.random.Generator) -> list[Scene]:
    h, w = programme.height, programme.width
    if programme.sound == "speech":
        return [
            Studio(rng, h, w, close=1.0, side=-0.10),
            City(rng, h, w),
            Studio(rng, h, w, close=1.45, side=0.08),
            FromAbove(rng, h, w, isobars=True),
        ]
    return [Mountains(rng, h, w), Sea(rng, h, w), FromAbove(rng, h, w, isobars=False)]


def _shots(programme: Programme, scenes: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Return (first frame, scene) of each shot."""
    shots: list[tuple[int, int]] = []
    start = 0
    while start < programme.frames:
        shots.append((start, len(shots) % scenes))
        start += round(rng.uniform(*SHOT_S) * programme.fps)
    return shots
