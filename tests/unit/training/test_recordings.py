"""What is taken of packages with sound: the middle of a piece, what one speaker says, and no cries."""

import subprocess
from pathlib import Path

import numpy as np
import pytest

from training.gather import recordings
from training.gather.recordings import RECORDINGS, Recordings, Speaker
from training.gather.shaping import RATE_HZ
from training.gather.store import save_sound
from training.sources import read_media


def tone(
    seconds: float, hertz: float, level: float = 0.3
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    wave = level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE_HZ)) / RATE_HZ)
    return np.tile(wave.astype(np.float32), (2, 1))


@pytest.fixture
def unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "unpacked"
    save_sound(
        root / "music/march.ogg", np.concatenate([tone(20, 300), tone(56, 500), tone(20, 900)], axis=1)
    )
    save_sound(root / "music/jingle.ogg", tone(3, 300))
    (root / "music/notes.ogg").write_text("no sound at all")
    quiet = np.zeros((2, RATE_HZ), np.float32)
    for name in ("ann-1", "ann-2", "bob-1"):
        save_sound(root / f"say/{name}.ogg", np.concatenate([quiet, tone(2, 440), quiet], axis=1))
    save_sound(root / "say/ann-cry.ogg", tone(0.3, 440))
    monkeypatch.setattr(recordings, "fetched", lambda manager, name, folder: root)
    return root


def run(monkeypatch: pytest.MonkeyPatch, out: Path, *wanted: Recordings) -> int:
    monkeypatch.setattr(recordings, "RECORDINGS", wanted)
    monkeypatch.setattr("sys.argv", ["recordings", "--out", str(out)])
    return recordings.main()


GAME = Recordings(
    "game", "GPL-2+", ("music/*.ogg",), (Speaker("ann", "say/ann-*"), Speaker("bob", "say/bob-*"))
)


def test_a_piece_keeps_its_middle_and_a_speaker_is_one_origin(
    unpacked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    assert run(monkeypatch, out, GAME) == 0
    sources = {source.name: source for source in read_media(str(out))}
    assert sorted(sources) == ["audio/game-ann-0.ogg", "audio/game-bob-0.ogg", "audio/game-march.ogg"]
    march = recordings._read(sources["audio/game-march.ogg"].path)
    assert march.shape[1] == pytest.approx(50 * RATE_HZ, abs=RATE_HZ // 10)
    spectrum = np.abs(np.fft.rfft(march[0]))
    assert np.argmax(spectrum) * RATE_HZ / march.shape[1] == pytest.approx(500, abs=1)
    # Two clips of two seconds, and a breath after each.
    assert sources["audio/game-ann-0.ogg"].duration_s == pytest.approx(4.5, abs=0.1)
    assert sources["audio/game-ann-0.ogg"].origin == "game ann"
    assert sources["audio/game-march.ogg"].content == "music"


def test_what_cannot_be_fetched_is_told_and_the_rest_is_taken(
    unpacked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fetched(manager: str, name: str, folder: Path) -> Path:
        if name == "gone":
            raise subprocess.CalledProcessError(100, ["apt-get", "download", "gone"])
        return unpacked

    monkeypatch.setattr(recordings, "fetched", fetched)
    out = tmp_path / "out"
    assert run(monkeypatch, out, Recordings("gone", "MIT", ("**/*",)), GAME) == 1
    assert "gone: " in capsys.readouterr().err
    assert len(read_media(str(out))) == 3


def test_every_package_has_a_licence_and_is_named_once() -> None:
    assert all(each.licence and (each.music or each.speakers) for each in RECORDINGS)
    assert len({each.package for each in RECORDINGS}) == len(RECORDINGS)
