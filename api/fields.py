"""What requests may hold: text that the log and the database can keep, moments and numbers within reason."""

import re
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    StringConstraints,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2101, 1, 1, tzinfo=UTC)
"""Not itself allowed. Clocks that were never set and dates with a digit too many lie outside."""
_NUMBER = re.compile(r"\s*[-+]?[\d_]*\.?\d*\s*")


def storable(text: str) -> str:
    """Return the text. Raises ValueError for what neither UTF-8 nor PostgreSQL can hold."""
    if "\0" in text:
        raise ValueError("must not hold NUL")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("must be Unicode text, without half a surrogate pair") from None
    return text


def written_out(moment: object) -> object:
    """Return it as it is. Raises ValueError for a number, which pydantic takes for seconds since 1970.

    So would ``20261122`` be a day in August 1970, and a filter by it pass over everything without a word.
    """
    if isinstance(moment, int | float) or (isinstance(moment, str) and _NUMBER.fullmatch(moment)):
        raise ValueError("must be ISO 8601 with offset, such as 2026-11-22T03:12:05Z")
    return moment


def within_reason(moment: datetime) -> datetime:
    """Return the moment in UTC. Raises ValueError outside 1970 to 2100."""
    # Compared before it is moved to UTC, which the first and the last hours of all years do not survive.
    if not EARLIEST <= moment < LATEST:
        raise ValueError("must lie in the years 1970 to 2100")
    return moment.astimezone(UTC)


When = Annotated[AwareDatetime, BeforeValidator(written_out), AfterValidator(within_reason)]
"""ISO 8601 with offset; becomes UTC."""

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), AfterValidator(storable)
]
"""A word or a few: a fault type, a category, a person."""

# Room for a report of a page; what is longer belongs into a file.
Prose = Annotated[str, StringConstraints(max_length=4000), AfterValidator(storable)]
"""What a person writes."""

File = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(storable)]
"""Name of a file; 255 is what file systems take."""

Duration = Annotated[float, Field(ge=0, le=366 * 86_400, allow_inf_nan=False)]
"""Seconds, up to a year: what lasts longer is no fault but a state."""

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
"""From 0 to 1."""


class Blank:
    """Marks a field that may be empty text, which stands for null: what forms send where nobody wrote."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Put the check in front of the field's own."""
        return core_schema.no_info_before_validator_function(_filled, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Say so in OpenAPI."""
        own = handler(schema)
        return {"anyOf": [*own.get("anyOf", [own]), {"const": "", "type": "string"}]}


def _filled(value: object) -> object:
    return None if value == "" else value
