"""What ffmpeg's filters print is read as they mean it."""

from collections.abc import Callable
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest

from training.evaluation.beside_peers import compare, sample
from training.evaluation.figures import Case
from training.evaluation.match import judge
from training.evaluation.peer_alarms import above, best_case
from training.evaluation.peers import PeerFailed, PeerRun, read_alarms, read_frames, run_peers
from training.evaluation.programmes import Programme
from training.truth_file import Truth

MakeTruth = Callable[..., Truth]

# Printed by ffmpeg 9.0.2 for a programme that stands still, falls silent and goes black until its end.
LOG = """\
[Parsed_freezedetect_0 @ 0x7f7064002000] lavfi.freezedetect.freeze_start: 1.981333
[Parsed_silencedetect_0 @ 0x7f7070001ac0] silence_start: 3.030687
[Parsed_freezedetect_0 @ 0x7f7064002000] lavfi.freezedetect.freeze_duration: 2.04
[Parsed_freezedetect_0 @ 0x7f7064002000] lavfi.freezedetect.freeze_end: 4.021333
[Parsed_silencedetect_0 @ 0x7f7070001ac0] silence_end: 6.037187 | silence_duration: 3.0065
frame=  162 fps=0.0 q=-0.0 size=N/A time=00:00:07.04 speed=  14x    \
[Parsed_freezedetect_0 @ 0x7f7064002000] lavfi.freezedetect.freeze_start: 8.021333
[Parsed_blackdetect_1 @ 0x7f70640024c0] black_start:8.021333 black_end:10.061333 black_duration:2.04
[Parsed_blurdetect_2 @ 0x7f7064002900] blur mean: -nan
"""
PRINTED = """\
frame:0    pts:1920    pts_time:0.0213333
lavfi.blur=4.599030
lavfi.block=15.572512
frame:1    pts:5520    pts_time:0.0613333
lavfi.black_start=0.061333
lavfi.blur=-nan
lavfi.block=16.069210
"""


def test_alarms_are_read_on_the_clock_of_the_first_frame() -> None:
    told = read_alarms(LOG, 0.021333, 10.04)
    assert [alarm.type for alarm in told] == ["freeze", "freeze", "fade", "ausencia_audio"]
    starts = [round(alarm.start_s, 2) for alarm in told]
    ends = [round(alarm.end_s, 2) for alarm in told]
    assert starts == [1.96, 8.0, 8.0, 3.01]
    # The second freeze lasts until the programme ends; nothing is printed of that.
    assert ends == [4.0, 10.04, 10.04, 6.02]


def test_a_frame_without_edges_has_no_blur() -> None:
    times, values = read_frames(PRINTED)
    assert times == [0.0213333, 0.0613333]
    assert values == {"blur": [4.59903, 0.0], "block": [15.572512, 16.06921]}


def test_frames_above_a_threshold_for_a_second_are_an_alarm() -> None:
    times = np.arange(250) / 25
    values = np.zeros(250)
    values[50:100] = 9.0
    values[70:75] = 0.0
    values[200:210] = 9.0
    (alarm,) = above("borrado", times, values, 5.0)
    assert alarm.start_s == pytest.approx(2.0)
    assert alarm.end_s == pytest.approx(4.0)
    assert above("borrado", times, values, 9.5) == []


def run_of(values: list[float]) -> PeerRun:
    times = tuple(index / 5 for index in range(len(values)))
    return PeerRun(alarms=(), times_s=times, blur=tuple(values), block=(0.0,) * len(values), cpu_s=1.0)


def test_a_filter_is_given_the_threshold_that_suits_it_best(truth: MakeTruth) -> None:
    blurred = [3.0] * 50 + [9.0] * 50 + [5.0] * 100 + [3.0] * 100
    best = best_case("borrado", [run_of(blurred)], [truth(("borrado", 10, 20))])
    assert 5.0 < best.threshold <= 9.0
    ((alarm,),) = best.alarms
    assert alarm.start_s == pytest.approx(10.0)
    assert alarm.end_s == pytest.approx(20.0)


def test_both_sides_are_judged_on_the_same_faults(truth: MakeTruth) -> None:
    faulty = truth(("borrado", 10, 20), ("sinal_teste", 30, 40))
    types = ("borrado", "sinal_teste")
    ours = Case(file="a.ts", truth=faulty, types=types, verdict=judge(faulty, [], types))
    beside = compare([ours], 2.0, [run_of([3.0] * 50 + [9.0] * 50 + [3.0] * 200)])
    assert [each.faults for each in beside.ours] == [each.faults for each in beside.theirs] == [1, 1, 2]
    assert [each.found for each in beside.theirs] == [1, 0, 1]
    assert (beside.our_cpu_s, beside.their_cpu_s) == (2.0, 1.0)


def test_a_sample_is_half_faulted_and_the_same_each_time(truth: MakeTruth) -> None:
    programmes = [Programme(Path(f"{index}.ts"), truth(("fade", 10, 20))) for index in range(20)]
    programmes += [Programme(Path(f"healthy{index}.ts"), truth()) for index in range(20)]
    drawn = sample(programmes, 8)
    assert [each.truth.healthy for each in drawn] == [False] * 4 + [True] * 4
    assert drawn == sample(programmes, 8)


def test_a_file_that_ffmpeg_cannot_read_is_told_in_one_line(tmp_path: Path, truth: MakeTruth) -> None:
    media = tmp_path / "broken.ts"
    media.write_bytes(b"no media")
    with pytest.raises(PeerFailed, match=r"broken\.ts: ffmpeg: ") as refused:
        run_peers(Path(imageio_ffmpeg.get_ffmpeg_exe()), media, truth())
    assert "\n" not in str(refused.value)
