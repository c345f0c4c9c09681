"""Figures for Prometheus."""

from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from api.metrics import PROJECTION_LAG, PUSH_CLIENTS, TAIL_CURSOR, TAIL_READY
from api.services import Given, Services

router = APIRouter(tags=["health"])

AWAY = -1


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"example": "horus_tail_ready 1.0"}}}},
)
async def metrics(services: Given) -> Response:
    """Return what this process has counted, in Prometheus' text format."""
    PUSH_CLIENTS.set(services.hub.clients)
    TAIL_CURSOR.set(services.tail.cursor)
    TAIL_READY.set(services.tail.ready)
    PROJECTION_LAG.set(await run_in_threadpool(_lag, services))
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _lag(services: Services) -> int:
    try:
        return max(0, services.tail.cursor + 1 - services.store.position())
    except SQLAlchemyError:
        return AWAY
