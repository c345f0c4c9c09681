"""Liveness and readiness: the only routes without a key."""

import asyncio

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from api.services import Given, Services

router = APIRouter(tags=["health"])

# A probe that waits longer than this counts as failed anyway (Kubernetes gives 1 s, supervisors a few).
DATABASE_TIMEOUT_S = 2.0


class Health(BaseModel):
    """How the process is."""

    status: str = Field(examples=["ready"])
    reasons: list[str] = Field([], examples=[["the database does not answer"]])


@router.get("/healthz")
async def healthz() -> Health:
    """Tell that the process lives."""
    return Health(status="ok")


@router.get("/readyz", responses={503: {"model": Health}})
async def readyz(services: Given, response: Response) -> Health:
    """Tell whether tail, keys and channels have been read and the database answers; 503 with the reasons
    otherwise."""
    reasons = [] if services.tail.ready else ["the tail has not caught up with Kafka"]
    # Before that a good key may look unknown; once known they stay so, even while Kafka is away.
    reasons += [] if services.admin.known else ["Kafka has not told yet which keys there are"]
    reasons += [] if services.board.known else ["Kafka has not told yet which channels there are"]
    reasons += await _database(services)
    response.status_code = 503 if reasons else 200
    return Health(status="not ready" if reasons else "ready", reasons=reasons)


async def _database(services: Services) -> list[str]:
    try:
        async with asyncio.timeout(DATABASE_TIMEOUT_S):
            await run_in_threadpool(services.store.check)
    except ProgrammingError:
        return ["the database has not been migrated"]
    except (SQLAlchemyError, TimeoutError):
        return ["the database does not answer"]
    return []
