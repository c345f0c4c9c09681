from itertools import combinations

import pytest

from infra.demo.programme import DEMO, Fault, Programme, fault_at, source_frame
from infra.demo.render import GOP_S
from schemas.faults import FAULTS

TV1, TV2 = DEMO


def _programme(*faults: Fault) -> Programme:
    return Programme(
        name="x",
        title="X",
        duration_s=20,
        width=320,
        height=180,
        fps=25,
        seed=1,
        sound="music",
        faults=faults,
    )


def test_the_demo_shows_every_type_of_fault_once() -> None:
    assert sorted(fault.type for programme in DEMO for fault in programme.faults) == sorted(FAULTS)


def test_the_two_channels_repeat_together() -> None:
    assert TV1.duration_s == TV2.duration_s <= 120


@pytest.mark.parametrize("programme", DEMO, ids=lambda programme: programme.name)
def test_health_before_between_and_after_faults_lets_each_alarm_close(programme: Programme) -> None:
    spans = sorted({(fault.start_s, fault.end_s) for fault in programme.faults})
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    assert starts[0] >= 10
    assert all(start - end >= 5 for start, end in zip([*starts[1:], programme.duration_s], ends, strict=True))


def test_bars_come_with_their_tone_and_no_other_faults_meet() -> None:
    together = [
        {one.type, other.type}
        for programme in DEMO
        for one, other in combinations(programme.faults, 2)
        if one.start_s < other.end_s and other.start_s < one.end_s
    ]
    assert together == [{"barras", "sinal_teste"}]


@pytest.mark.parametrize("programme", DEMO, ids=lambda programme: programme.name)
def test_every_fault_counts_and_none_starts_on_a_whole_second(programme: Programme) -> None:
    for fault in programme.faults:
        assert fault.end_s - fault.start_s >= 2 * FAULTS[fault.type].onset_s
        assert 0.2 < fault.start_s % 1 < 0.8


def test_a_cut_ends_on_a_key_frame_for_only_then_can_it_be_seen_to_end() -> None:
    assert [cut.end_s % GOP_S for cut in TV2.cuts] == [0.0]


def test_a_fault_covers_its_start_and_not_its_end() -> None:
    black = TV1.faults[0]
    assert fault_at(TV1, "fade", black.start_s) == black
    assert fault_at(TV1, "fade", black.end_s) is None
    assert fault_at(TV1, "freeze", black.start_s) is None


def test_a_freeze_holds_the_last_picture_before_it() -> None:
    programme = _programme(Fault("freeze", 2.0, 4.0))
    assert [source_frame(programme, index) for index in (48, 49, 50, 75, 99, 100)] == [
        48,
        49,
        49,
        49,
        49,
        100,
    ]


@pytest.mark.parametrize(
    "faults",
    [
        (Fault("chuva", 1, 2),),
        (Fault("fade", 2, 1),),
        (Fault("fade", 1, 3), Fault("freeze", 2, 4)),
        (Fault("fade", 19, 21),),
        (Fault("ausencia_audio", 1, 3), Fault("sem_sinal", 2, 4)),
        (Fault("sem_sinal", 1, 3), Fault("fade", 2, 4)),
    ],
    ids=["unknown", "backwards", "overlapping", "past the end", "cut off", "while there is no signal"],
)
def test_a_script_that_cannot_be_played_is_refused(faults: tuple[Fault, ...]) -> None:
    with pytest.raises(ValueError, match="x: "):
        _programme(*faults)


def test_picture_and_sound_may_fail_at_once() -> None:
    faults = (
        Fault("barras", 1, 5),
        Fault("sinal_teste", 1, 5),
        Fault("eco_reverb", 6, 9),
        Fault("fade", 8, 9),
    )
    assert _programme(*faults).faults == faults


def test_a_size_that_chroma_cannot_halve_is_refused() -> None:
    with pytest.raises(ValueError, match="4:2:0"):
        Programme(
            name="x", title="X", duration_s=1, width=321, height=180, fps=25, seed=1, sound="music", faults=()
        )
