"""A miss can be looked at."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np
import pytest

from training.evaluation.alarms import Alarm
from training.evaluation.evaluate import Judged
from training.evaluation.figures import Case
from training.evaluation.match import judge
from training.evaluation.pictures import draw_misses
from training.evaluation.programmes import Programme
from training.evaluation.spectrogram import spectrogram
from training.evaluation.strip import strip
from training.truth_file import Truth

MakeTruth = Callable[..., Truth]


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """Return 4 s that are white from 2 s on, and sound at 6 kHz from 2 s on."""
    target = tmp_path / "programme.ts"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-threads", "1"]
    command += ["-f", "lavfi", "-i", "color=black:s=320x180:r=25:d=4", "-f", "lavfi", "-i", "sine=f=6000:d=4"]
    command += ["-vf", "drawbox=color=white:t=fill:enable='gte(t,2)'"]
    command += ["-af", "volume=0:enable='lt(t,2)'", "-c:v", "libx264", "-preset", "ultrafast", str(target)]
    subprocess.run(command, check=True, capture_output=True)
    return target


def test_a_strip_runs_from_before_the_stretch_to_after_it(media: Path) -> None:
    picture = strip(media, 2.0, 3.0)
    tiles = np.stack(np.split(np.concatenate(np.split(picture, 2), axis=1), 8, axis=1))
    # The middle of each tile: away from its edge and its caption.
    brightness = tiles[:, 60:150, 100:300].mean(axis=(1, 2, 3))
    assert brightness[0] < 30
    assert (brightness[1:] > 200).all()


def test_a_spectrogram_shows_the_tone_where_it_is(media: Path) -> None:
    picture = spectrogram(media, 2.0, 3.0).astype(np.float64).sum(axis=2)
    left = picture[:256]
    # 6 of 24 kHz from below; a hundred columns a second from the first on.
    row = 256 - 64
    assert left[row - 3 : row + 3, 250:290].max() > 300
    assert left[row - 3 : row + 3, 20:150].max() < 150


def test_each_miss_and_false_alarm_becomes_a_picture(media: Path, tmp_path: Path, truth: MakeTruth) -> None:
    programme = Programme(media, truth(("freeze", 1.0, 2.5), duration_s=4.0))
    told = [Alarm(type="sinal_teste", start_s=2.0, end_s=3.5, confidence=0.9)]
    types = ("freeze", "sinal_teste")
    case = Case(
        file=media.name, truth=programme.truth, types=types, verdict=judge(programme.truth, told, types)
    )
    assert draw_misses([Judged(programme, case, 0.1)], tmp_path / "pictures") == 2
    names = sorted(path.name for path in (tmp_path / "pictures").iterdir())
    assert names == ["false-sinal_teste-programme-2.0s.png", "missed-freeze-programme-1.0s.png"]
    assert all(cv2.imread(str(tmp_path / "pictures" / name)) is not None for name in names)
