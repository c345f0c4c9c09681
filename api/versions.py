"""Versions as HTTP has them: ``ETag`` says which was read, ``If-Match`` which one a command is meant for."""

import re
from typing import Annotated, Any

from fastapi import Depends, Header, HTTPException

# Nine digits: more versions than an occurrence can ever have, and always a number that fits.
_TAG = re.compile(r'(?:W/)?"?([0-9]{1,9})"?')

TAGGED: dict[str, Any] = {
    "headers": {
        "ETag": {
            "description": "its version, for the `If-Match` of commands",
            "schema": {"type": "string", "examples": ['"3"']},
        }
    }
}
"""In a route's ``responses``: the answer carries the version."""


def etag(version: int) -> str:
    """Return the tag of a version."""
    return f'"{version}"'


class Stale(HTTPException):
    """The occurrence has moved on since the client read it; leaves a route as 412."""

    def __init__(self, version: int) -> None:
        """Say which version there is now."""
        super().__init__(
            412, f"it has changed since: this is version {version}; read it again", {"ETag": etag(version)}
        )


class Match:
    """The versions that a command may meet; any without ``If-Match``, and for ``*``."""

    def __init__(self, header: str | None = None) -> None:
        """Read the header. A tag that is none of ours matches no version."""
        self._any = header is None or header.strip() == "*"
        found = (_TAG.fullmatch(each.strip()) for each in (header or "").split(","))
        self._versions = frozenset(int(tag[1]) for tag in found if tag)

    def demanded(self, version: int) -> int | None:
        """Return the version that the command must meet, given the one last heard of; None: any.

        A greater one than that may be right: the client heard of it first. Raises Stale where none can be.
        """
        if self._any:
            return None
        if version in self._versions:
            return version
        if any(each > version for each in self._versions):
            return max(self._versions)
        raise Stale(version)


def _match(
    if_match: Annotated[
        str | None, Header(max_length=1000, description="version that this is meant for; else 412")
    ] = None,
) -> Match:
    return Match(if_match)


Matching = Annotated[Match, Depends(_match)]
"""A route's parameter of this type gets ``If-Match``."""
