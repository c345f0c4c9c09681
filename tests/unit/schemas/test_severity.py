"""Grades follow durations at the bounds that the product defines."""

import pytest

from schemas.severity import Severity, severity_of


@pytest.mark.parametrize(
    ("duration_s", "grade"),
    [
        (0, Severity.LEVE),
        (4.999, Severity.LEVE),
        (5, Severity.MEDIA),
        (9.999, Severity.MEDIA),
        (10, Severity.GRAVE),
        (59.999, Severity.GRAVE),
        (60, Severity.GRAVISSIMA),
        (1e9, Severity.GRAVISSIMA),
    ],
)
def test_grade_of_a_duration(duration_s: float, grade: Severity) -> None:
    assert severity_of(duration_s) is grade


def test_grades_are_ordered() -> None:
    assert [grade.rank for grade in Severity] == [0, 1, 2, 3]
