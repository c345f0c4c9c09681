"""A route's parameter that tells who asks."""

from typing import Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from api.access import Who


def _who(connection: HTTPConnection) -> Who:
    return cast(Who, connection.state.who)


Asker = Annotated[Who, Depends(_who)]
"""A route's parameter of this type gets who the door has let in."""
