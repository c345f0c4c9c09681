"""The WebSocket on which alarms arrive."""

from typing import Annotated

from fastapi import APIRouter, Query, WebSocket

from api import push
from api.message import Filter
from api.services import Services

router = APIRouter()


@router.websocket("/ws/ocorrencias")
async def ocorrencias(
    socket: WebSocket,
    cursor: Annotated[int | None, Query(ge=-1)] = None,
    channel: Annotated[list[str] | None, Query()] = None,
    type: Annotated[list[str] | None, Query()] = None,
    severity: Annotated[list[str] | None, Query()] = None,
) -> None:
    """Push every change of an occurrence; with ``cursor`` first all that came after it."""
    services: Services = socket.app.state.services
    wanted = Filter(
        channels=frozenset(channel or ()),
        types=frozenset(type or ()),
        severities=frozenset(severity or ()),
    )
    await socket.accept()
    await push.serve(socket, services.hub, wanted, cursor)
