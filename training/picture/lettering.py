"""Writing on the picture: made-up words in OpenCV's stroke fonts, so that no font file is needed."""

import cv2

from training.picture.raster import Colour, Frame, Generator

_FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
    cv2.FONT_HERSHEY_PLAIN,
)
_SYLLABLES = (
    (
        "ba ca co da de do fa ga la lei lo ma me mo na ne no pa po ra re ri ro sa se so ta te to va vi zu "
        "al an ar en er es in or os ul ção mos nte bra tri gra cam jor nal gol mil São Rio ver"
    )
    .replace("ã", "a")
    .replace("ç", "c")
    .split()
)


def words(count: int, rng: Generator) -> str:
    """Return ``count`` words that sound Portuguese, some in capitals, some numbers."""
    out: list[str] = []
    for _ in range(count):
        if rng.random() < 0.1:
            out.append(str(rng.integers(1, 10_000)))
            continue
        word = "".join(str(part) for part in rng.choice(_SYLLABLES, int(rng.integers(1, 5))))
        out.append(word.upper() if rng.random() < 0.3 else word.capitalize() if rng.random() < 0.4 else word)
    return " ".join(out)


def put(
    frame: Frame, text: str, place: tuple[float, float], height: float, colour: Colour, font: int
) -> float:
    """Write a text, capitals ``height`` pixels high, base line from (x, y); return the x of its end."""
    thickness = max(1, round(height / 9))
    size = cv2.getFontScaleFromHeight(font, max(4, round(height)), thickness)
    at = (round(place[0]), round(place[1]))
    cv2.putText(frame, text, at, font, size, colour, thickness, cv2.LINE_AA)
    return at[0] + cv2.getTextSize(text, font, size, thickness)[0][0]


def width_of(text: str, height: float, font: int) -> int:
    """Return how many pixels wide a text is."""
    thickness = max(1, round(height / 9))
    size = cv2.getFontScaleFromHeight(font, max(4, round(height)), thickness)
    return cv2.getTextSize(text, font, size, thickness)[0][0]


def pick_font(rng: Generator) -> int:
    """Return one of the fonts."""
    return int(_FONTS[int(rng.integers(len(_FONTS)))])


def write(
    frame: Frame,
    place: tuple[float, float],
    height: float,
    colour: Colour,
    rng: Generator,
    room: float | None = None,
) -> None:
    """Write a line of made-up words, of at most ``room`` pixels (to the frame's right edge by default)."""
    font = pick_font(rng)
    left = room if room is not None else frame.shape[1] - place[0]
    text = words(int(rng.integers(1, 9)), rng)
    while len(text) > 1 and width_of(text, height, font) > left:
        text = text[: len(text) * 3 // 4]
    put(frame, text.rstrip(), place, height, colour, font)
