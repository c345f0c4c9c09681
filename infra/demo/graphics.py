"""The station's graphics, keyed above programme and faults alike: logo, lower third and a running clock."""

import numpy as np

from infra.demo.canvas import Canvas, Plane, Plate, Rgb, lay, plate
from infra.demo.font import baseline, lettering
from infra.demo.programme import Programme
from infra.demo.texture import Colour, box, ellipse, grid, paint

WHITE: Colour = (1.0, 1.0, 1.0)
INK: Colour = (0.07, 0.09, 0.14)
GOLD: Colour = (0.98, 0.72, 0.20)
_ACCENT: dict[str, Colour] = {"speech": (0.78, 0.10, 0.16), "music": (0.08, 0.50, 0.36)}
# One for each scene of the kind, in the order of picture.py.
_CAPTIONS: dict[str, tuple[tuple[str, str], ...]] = {
    "speech": (
        ("Marina Duarte", "Âncora - São Paulo"),
        ("Pedro Alencar", "Repórter - ao vivo"),
        ("Marina Duarte", "Âncora - São Paulo"),
        ("Previsão do tempo", "Sol entre nuvens, máx. 27"),
    ),
    "music": (
        ("Serra da Manhã", "Paisagens do Brasil"),
        ("Costa do Poente", "Música: estúdio Horus"),
        ("Baía das Garças", "Imagens aéreas"),
    ),
}
# A caption takes this long to slide in, seconds.
SLIDE_S = 0.48


class Graphics:
    """What a station lays over its programme; prepared once, drawn for any moment of the programme."""

    def __init__(self, programme: Programme) -> None:
        """Prepare plates for the programme's size, title and kind."""
        self._height, self._width = programme.height, programme.width
        accent = _ACCENT[programme.sound]
        self._logo = _logo(programme.title, programme.height, accent)
        self._captions = [_caption(*lines, programme.height, accent) for lines in _CAPTIONS[programme.sound]]
        self._digits = _digits(programme.height)

    def draw(self, canvas: Canvas, t: float, scene: int, since: float) -> None:
        """Draw the graphics as they are at ``t`` seconds, ``since`` seconds into a shot of a scene."""
        margin = round(self._height * 0.055 / 2) * 2
        lay(canvas, self._logo, self._width - margin - self._logo.y.shape[1], margin)
        caption = self._captions[scene]
        hidden = max(0.0, 1.0 - since / SLIDE_S) ** 3
        lay(canvas, caption, margin - 2 * round(hidden * self._width * 0.4), 0.78 * self._height // 2 * 2)
        clock = _clock(self._digits, t)
        lay(canvas, clock, self._width - margin - clock.y.shape[1], 0.845 * self._height // 2 * 2)


def clock_text(t: float) -> str:
    """Return programme time as hh:mm:ss.t; tenths are cut, not rounded, as clocks do."""
    tenths = int(t * 10 + 1e-6)
    seconds, tenth = divmod(tenths, 10)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{tenth}"


def _write(rgb: Rgb, text: str, colour: Colour, size: float, left: float, base: float, weight: float) -> None:
    """Write a line of text on a picture, its letters standing on row ``base``."""
    letters = lettering(text, size, weight)
    top, start = round(base - baseline(size)), round(left)
    rows = slice(max(0, top), min(rgb.shape[0], top + letters.shape[0]))
    cover = letters[rows.start - top : rows.stop - top, : max(0, rgb.shape[1] - start)]
    paint(rgb[rows, start : start + cover.shape[1]], colour, cover)


def _surface(height: int, width: int) -> tuple[Rgb, Plane]:
    # A rim of two clear pixels: plates are laid between neighbours and must not end in full cover.
    shape = (2 * round(height / 2) + 4, 2 * round(width / 2) + 4)
    return np.zeros((*shape, 3), np.float32), np.zeros(shape, np.float32)


def _logo(title: str, height: int, accent: Colour) -> Plate:
    tall = height * 0.098
    size = tall * 0.30
    length = max(lettering(word, size, 0.17).shape[1] for word in title.split())
    rgb, alpha = _surface(round(tall), round(tall * 1.40 + length))
    y, x = grid(*rgb.shape[:2])
    right = rgb.shape[1] / rgb.shape[0]
    alpha[:] = 0.86 * box(y, x, 0.03, 0.03, 0.97, right - 0.03, 0.16)
    rgb[:] = INK
    paint(rgb, accent, box(y, x, 0.03, 0.03, 0.97, 1.06, 0.16))
    # The eye of Horus, simplified: almond, iris, brow and tear.
    lids = (ellipse(y, x, centre, 0.54, 0.36, 0.44, 0.03) for centre in (0.70, 0.32))
    paint(rgb, WHITE, np.minimum(*lids))
    paint(rgb, INK, ellipse(y, x, 0.51, 0.54, 0.135, 0.135, 0.03))
    paint(rgb, GOLD, ellipse(y, x, 0.51, 0.54, 0.065, 0.065, 0.03))
    brow = ellipse(y, x, 0.50, 0.54, 0.34, 0.46, 0.03) - ellipse(y, x, 0.56, 0.54, 0.34, 0.48, 0.03)
    paint(rgb, WHITE, np.clip(brow, 0, 1) * (y < 0.40))
    paint(rgb, WHITE, box(y, x, 0.66, 0.50, 0.88, 0.58, 0.04))
    for line, word in enumerate(title.split()):
        base = (0.45 if line == 0 else 0.83) * rgb.shape[0]
        _write(rgb, word, WHITE if line == 0 else GOLD, size, tall * 1.26, base, 0.17)
    return plate(rgb, alpha)


def _caption(name: str, role: str, height: int, accent: Colour) -> Plate:
    first, second = height * 0.046, height * 0.031
    length = max(lettering(name, first, 0.17).shape[1], lettering(role, second, 0.16).shape[1])
    rgb, alpha = _surface(round(height * 0.165), round(length + height * 0.10))
    y, x = grid(*rgb.shape[:2])
    right = rgb.shape[1] / rgb.shape[0]
    alpha[:] = 0.93 * box(y, x, 0.02, 0.02, 0.98, right - 0.02, 0.05)
    rgb[:] = (0.95, 0.96, 0.98)
    rgb *= (1.0 - 0.10 * y)[..., None]
    paint(rgb, accent, (y > 0.57).astype(np.float32))
    paint(rgb, GOLD, (x < 0.09).astype(np.float32))
    _write(rgb, name, INK, first, height * 0.038, 0.44 * rgb.shape[0], 0.17)
    _write(rgb, role, WHITE, second, height * 0.038, 0.86 * rgb.shape[0], 0.16)
    return plate(rgb, alpha)


def _digits(height: int) -> dict[str, Plane]:
    return {sign: lettering(sign, height * 0.040, 0.16) for sign in "0123456789:."}


def _clock(digits: dict[str, Plane], t: float) -> Plate:
    tall, broad = digits["0"].shape
    text = clock_text(t)
    rgb, alpha = _surface(round(tall * 1.05), round(sum(digits[sign].shape[1] for sign in text) + broad))
    y, x = grid(*rgb.shape[:2])
    alpha[:] = 0.80 * box(y, x, 0.04, 0.04, 0.96, rgb.shape[1] / rgb.shape[0] - 0.04, 0.18)
    rgb[:] = INK
    top, left = (rgb.shape[0] - tall) // 2, round(broad / 2) + 2
    for sign in text:
        cover = digits[sign]
        paint(rgb[top : top + tall, left : left + cover.shape[1]], WHITE, cover)
        left += cover.shape[1]
    return plate(rgb, alpha)
