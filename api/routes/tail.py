"""Following the alarms as they come: a WebSocket and an event stream, with the same words."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, WebSocket
from starlette.requests import HTTPConnection

from api import push
from api.access import Who
from api.message import Filter, NotRecovered, Pushed
from api.services import Given, Services
from api.sse import EventStream
from infra import clock

router = APIRouter(tags=["push"])

# An offset of Kafka has 64 bits.
Cursor = Annotated[
    int | None,
    Query(
        ge=-1,
        lt=2**63,
        description="send first all that came after this cursor; -1: everything there is; "
        "left out: only what comes from now on",
    ),
]
# More than an operator can choose; a filter is looked at for every message.
Words = Annotated[list[Annotated[str, Query(max_length=100)]] | None, Query(max_length=200)]


def _wanted(channel: Words = None, type: Words = None, severity: Words = None) -> Filter:
    """Return what a client wants to hear of; each may be repeated."""
    return Filter(
        channels=frozenset(channel or ()),
        types=frozenset(type or ()),
        severities=frozenset(severity or ()),
    )


Wanted = Annotated[Filter, Depends(_wanted)]


def _allowed(services: Services, connection: HTTPConnection) -> push.Allowed:
    who: Who = connection.state.who
    return lambda: services.access.still_holds(who, clock.now())


@router.websocket("/ws/ocorrencias")
async def ocorrencias(socket: WebSocket, wanted: Wanted, cursor: Cursor = None) -> None:
    """Push every change of an occurrence; with ``cursor`` first all that came after it."""
    services: Services = socket.app.state.services
    allowed = _allowed(services, socket)
    await socket.accept()
    await push.serve(socket, services.hub, wanted, cursor, allowed)


@router.get(
    "/api/v1/events",
    status_code=200,
    response_class=EventStream,
    responses={
        200: {
            "description": "Server-sent events: the `data` of each is a message, its `id` the cursor",
            "model": Pushed | NotRecovered,
        }
    },
)
async def events(
    services: Given,
    connection: HTTPConnection,
    wanted: Wanted,
    cursor: Cursor = None,
    last_event_id: Annotated[
        int | None,
        Header(ge=-1, lt=2**63, description="cursor of the last event; browsers send it when they come back"),
    ] = None,
) -> EventStream:
    """Follow every change of an occurrence as server-sent events, the same messages as on the WebSocket."""
    at = cursor if last_event_id is None else last_event_id
    return EventStream(services.hub, wanted, at, _allowed(services, connection))
