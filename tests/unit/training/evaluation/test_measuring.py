"""What is judged is what `horus analyze` says."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import pytest

from infra.settings import Settings
from processors.analysis.analysis import Analysis, models_of
from processors.decisions.rules import Rules
from training.evaluation.evaluate import judge_one
from training.evaluation.measuring import Measuring
from training.evaluation.programmes import Programme
from training.truth_file import Truth

MakeTruth = Callable[..., Truth]


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """Return 9 s of picture and noise, black from 3 to 6 s, silent from 2 to 5 s; its PTS begin at 100 s."""
    target = tmp_path / "programme.ts"
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-threads", "1"]
    command += ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=9"]
    command += ["-f", "lavfi", "-i", "anoisesrc=r=48000:d=9:a=0.1:c=pink:seed=3"]
    command += ["-vf", "drawbox=color=black:t=fill:enable='between(t,3,5.99)'"]
    command += ["-af", "volume=0:enable='between(t,2,5)'", "-c:v", "libx264", "-preset", "ultrafast"]
    command += ["-g", "25", "-c:a", "aac", "-output_ts_offset", "100", str(target)]
    subprocess.run(command, check=True, capture_output=True)
    return target


def test_alarms_are_those_of_horus_analyze(media: Path, tmp_path: Path, truth: MakeTruth) -> None:
    programme = Programme(media, truth(("fade", 3.0, 6.0), ("ausencia_audio", 2.0, 5.0), duration_s=9.0))
    settings = Settings()
    told = Analysis(media, Rules(settings), models_of(settings)).findings()
    expected = sorted((each.type, each.start_s, each.end_s) for each in told)
    measuring = Measuring(None, tmp_path / "cache")
    verdict = judge_one(programme, measuring).case.verdict
    alarms = [*(each.alarm for each in verdict.found), *(each.alarm for each in verdict.false)]
    got = sorted((each.type, each.start_s, each.end_s) for each in alarms)
    assert [type_ for type_, *_ in got] == [type_ for type_, *_ in expected]
    assert {"fade", "ausencia_audio"} <= {type_ for type_, *_ in got}
    # Both are rounded to a thousandth, on their ways.
    assert [times for _, *times in got] == [pytest.approx(times, abs=0.002) for _, *times in expected]
    assert judge_one(programme, measuring).case.verdict == verdict
