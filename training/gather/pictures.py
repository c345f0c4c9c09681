"""All pictures of the folder: which films and stills there are, and how each is made."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path

import msgspec
import numpy as np

from training.gather.drawn import cartoon, chart
from training.gather.landscape import WEATHERS, landscape
from training.gather.piece import Piece
from training.gather.store import Picture, save_film, save_still
from training.gather.street import street
from training.gather.studio import shallow_focus, studio

Scene = Callable[[int, int, np.random.Generator], Iterator[Picture]]
"""``(width, height, rng) -> frames``, 25 a second."""
_FPS = 25

SCENES: dict[str, Scene] = {
    "landscape day": partial(landscape, "day"),
    "studio presenter": studio,
    "street day": partial(street, "day"),
    "shallow focus": shallow_focus,
    "landscape night": partial(landscape, "night"),
    "drawn cartoon": cartoon,
    "street night": partial(street, "night"),
    "landscape fog": partial(landscape, "fog"),
    "drawn chart": chart,
    **{f"landscape {weather}": partial(landscape, weather) for weather in WEATHERS if weather != "fog"},
}
_FILMS, _STILLS = 3, 10
# Long enough for a shot, short enough that half an hour of one core makes the folder.
_FILM_S = 5
_FILM_SIZE, _STILL_SIZE = (960, 540), (1920, 1080)


class PicturePlan(msgspec.Struct, frozen=True):
    """A film or still that can be made."""

    piece: Piece
    scene: Scene


def picture_plans() -> Iterator[PicturePlan]:
    """Name every film and still, the kinds in turn, so that a folder half full has some of each."""
    for turn in range(_STILLS):
        for content, scene in SCENES.items():
            name = f"{content.replace(' ', '-')}-{turn}"
            dark = content.endswith("night")
            # JPEG would put its own blocks and rings into art that is flat.
            ending = "png" if content.startswith("drawn") else "jpg"
            if turn < _FILMS:
                yield PicturePlan(
                    Piece(
                        path=f"video/{name}.mp4",
                        kind="video",
                        role="natural-dark" if dark else "clean",
                        content=content,
                        origin=f"film {name}",
                        width=_FILM_SIZE[0],
                        height=_FILM_SIZE[1],
                        fps=_FPS,
                    ),
                    scene,
                )
            yield PicturePlan(
                Piece(
                    path=f"images/{name}.{ending}",
                    kind="image",
                    role="photo",
                    content=content,
                    origin=f"still {name}",
                    width=_STILL_SIZE[0],
                    height=_STILL_SIZE[1],
                ),
                scene,
            )


def make_picture(plan: PicturePlan, folder: Path, seed: int) -> Piece:
    """Make one film or still; the same seed makes the same, whatever was made before it."""
    rng = np.random.default_rng([seed, *plan.piece.path.encode()])
    path, piece = folder / plan.piece.path, plan.piece
    frames = plan.scene(piece.width, piece.height, rng)
    if piece.kind == "image":
        save_still(path, next(frames))
        return piece
    count = save_film(path, islice(frames, _FILM_S * _FPS), _FPS)
    return msgspec.structs.replace(piece, duration_s=round(count / _FPS, 2))
