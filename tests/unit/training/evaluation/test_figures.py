"""The figures of many programmes, and the report that is made of them."""

from collections.abc import Callable

import pytest

from training.evaluation.alarms import Alarm
from training.evaluation.figures import Case, by_group, by_type, confusion
from training.evaluation.match import judge
from training.evaluation.programmes import graphics_class, rate_class, size_class
from training.evaluation.report import make_report
from training.evaluation.tables import markdown
from training.truth_file import Truth

MakeTruth = Callable[..., Truth]
TYPES = ("freeze", "fade", "borrado")


def case(truth: Truth, *told: tuple[str, float, float]) -> Case:
    alarms = [Alarm(type=type_, start_s=start, end_s=end, confidence=0.8) for type_, start, end in told]
    return Case(file="a.ts", truth=truth, types=TYPES, verdict=judge(truth, alarms, TYPES))


@pytest.fixture
def cases(truth: MakeTruth) -> list[Case]:
    """Return one freeze found and one missed, a blur told as a freeze, and one false alarm."""
    return [
        case(truth(("freeze", 10, 20), graphics=("logo",)), ("freeze", 10.5, 20)),
        case(truth(("freeze", 10, 20), ("borrado", 30, 40)), ("freeze", 31, 39)),
        case(truth(), ("fade", 5, 7)),
    ]


def test_each_type_has_its_own_figures(cases: list[Case]) -> None:
    freeze, fade, blurred, every = by_type(cases)
    assert (freeze.faults, freeze.found, freeze.recall) == (2, 1, 0.5)
    assert (freeze.false_healthy, freeze.false_beside) == (0, 1)
    assert freeze.start_error_s == 0.5
    assert (fade.recall, fade.mean_iou, fade.false_healthy) == (None, None, 1)
    assert (blurred.faults, blurred.found) == (1, 0)
    assert (every.name, every.faults, every.found) == ("all", 3, 1)


def test_false_alarms_are_counted_an_hour_of_healthy_programme(cases: list[Case]) -> None:
    fade = by_type(cases)[1]
    assert fade.healthy_h == pytest.approx((46 + 32 + 60) / 3600)
    assert fade.false_per_h == pytest.approx(3600 / 138)
    assert fade.bound_per_h > 3600 / 138


def test_programmes_fall_into_groups(cases: list[Case]) -> None:
    with_graphics, without = by_group(cases, graphics_class)
    assert (with_graphics.name, with_graphics.recall) == ("with graphics", 1.0)
    assert (without.faults, without.found) == (2, 0)
    assert rate_class(cases[0].truth) == "0.1 to 0.2 bit a pixel"
    assert size_class(cases[0].truth) == "360p and below"


def test_what_was_told_instead_is_counted(cases: list[Case]) -> None:
    assert confusion(cases) == {
        "freeze": {"freeze": 1, "nothing": 1},
        "borrado": {"freeze": 1, "nothing": 1},
        "healthy": {"fade": 1},
    }


def test_the_report_names_every_miss_and_false_alarm(cases: list[Case]) -> None:
    report = make_report(cases, 3.0, {"video": "picture 2 (abc)"}, None)
    text = markdown(report)
    assert "| `freeze` | 2 | 1 | 0.500 |" in text
    assert "| type | with graphics | without graphics | 0.1 to 0.2 bit a pixel |" in text
    assert "| `freeze` | 1/1 | 0/1 | 1/2 |" in text
    assert "- `borrado` 30.0 to 40.0 s of a.ts: by hand" in text
    assert "- `fade` 5.0 to 7.0 s of a.ts: healthy, confidence 0.80" in text
    assert "- `freeze` 31.0 to 39.0 s of a.ts: wrong type during borrado (by hand)" in text
    assert "- and 1 more" in markdown(report, shown=1)


def test_every_row_of_a_table_is_as_wide_as_its_head(cases: list[Case]) -> None:
    text = markdown(make_report(cases, 3.0, {"video": "picture 2 (abc)"}, None))
    for block in text.split("\n\n"):
        rows = [line for line in block.splitlines() if line.startswith("|")]
        assert len({row.count("|") for row in rows}) <= 1
