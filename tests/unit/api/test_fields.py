"""Moments in requests: what is taken for one, and what is refused instead of guessed."""

from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from api.fields import When

MOMENT: TypeAdapter[datetime] = TypeAdapter(When)
AT = datetime(2026, 11, 22, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "given", ["2026-11-22T03:12:00Z", "2026-11-22T00:12:00-03:00", "2026-11-22 03:12Z", AT]
)
def test_moment_with_offset_becomes_utc(given: object) -> None:
    taken = MOMENT.validate_python(given)
    assert (taken, taken.tzinfo) == (AT, UTC)


@pytest.mark.parametrize(
    "given",
    ["20261122", "2026", "1795398516", "-5", "1795398516.5", " 1795398516 ", "", 1795398516, 17.5, True],
)
def test_number_is_no_moment_for_it_would_be_seconds_since_1970(given: object) -> None:
    with pytest.raises(ValidationError, match="ISO 8601 with offset"):
        MOMENT.validate_python(given)


@pytest.mark.parametrize(
    "given", ["2026-11-22T03:12:00", "2026-11-22", "1969-12-31T23:59:59Z", "2101-01-01T00:00:00Z"]
)
def test_moment_without_offset_or_out_of_reason_is_refused(given: str) -> None:
    with pytest.raises(ValidationError):
        MOMENT.validate_python(given)
