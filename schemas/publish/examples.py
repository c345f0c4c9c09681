"""The golden examples: for each version of each event one record as it was written, never changed again."""

from pathlib import Path
from typing import Any

import msgspec

from schemas.envelope import Headers


class NoExample(LookupError):
    """An event has no golden example; the text says where it belongs."""


class Example(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A record as it lies in the log."""

    key: str
    headers: dict[str, str]
    value: dict[str, Any]

    def kafka_headers(self) -> Headers:
        """Return the headers as a client gets them."""
        return [(name, value.encode()) for name, value in self.headers.items()]

    def kafka_value(self) -> bytes:
        """Return the value's bytes."""
        return msgspec.json.encode(self.value)


def example_of(kind: str, folder: Path) -> Example:
    """Return the example of an event type. Raises NoExample."""
    file = folder / f"{kind}.json"
    if not file.is_file():
        raise NoExample(
            f"{kind} has no golden example: write one record of it, as it lies in the log, to {file.name} "
            "beside the others (key, headers, value)"
        )
    return msgspec.json.decode(file.read_bytes(), type=Example)
