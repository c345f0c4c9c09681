"""Errors as clients see them: RFC 9457 problem details, with a reason and never a traceback."""

from http import HTTPStatus

import structlog
from confluent_kafka import KafkaException
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import DataError, SQLAlchemyError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from infra.kafka import why

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"
RETRY = {"Retry-After": "2"}
"""Seconds; a start of Kafka or Postgres takes two."""
# Long enough for a dozen complaints; a body may be wrong in ten thousand places.
DETAIL_MAX = 2000


class Problem(BaseModel):
    """What was wrong (RFC 9457, section 3)."""

    type: str = Field("about:blank", description="names the kind of problem where the status does not")
    title: str = Field(description="the status in words", examples=["Not Found"])
    status: int = Field(description="the HTTP status", examples=[404])
    detail: str = Field(
        description="what was wrong with this request, and what to do", examples=["there is no occurrence 7"]
    )


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return an answer that says what was wrong (RFC 9457, section 3)."""
    # What somebody sent may be quoted, and need not be text that can be sent back.
    words = detail.encode("utf-8", "replace").decode()[:DETAIL_MAX]
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": words}
    return JSONResponse(body, status, headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Let every error of the app leave as a problem."""

    @app.exception_handler(HTTPException)
    async def refused(_: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, str(error.detail), dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return problem(422, "; ".join(_complaint(each["loc"], each["msg"]) for each in error.errors()))

    @app.exception_handler(ClientDisconnect)
    async def gone(_: Request, __: ClientDisconnect) -> JSONResponse:
        return problem(400, "the body was cut off")

    @app.exception_handler(DataError)
    async def unfit(request: Request, error: DataError) -> JSONResponse:
        log.warning("unfit for the database", path=request.url.path, error=str(error).splitlines()[0])
        return problem(422, "a value is beyond what the database can hold")

    @app.exception_handler(SQLAlchemyError)
    async def no_database(request: Request, error: SQLAlchemyError) -> JSONResponse:
        log.error("database", path=request.url.path, error=str(error).splitlines()[0])
        return problem(503, "the database does not answer; try again", RETRY)

    @app.exception_handler(KafkaException)
    async def no_log(request: Request, error: KafkaException) -> JSONResponse:
        log.error("kafka", path=request.url.path, error=why(error))
        return problem(503, "Kafka does not answer; try again", RETRY)


def _complaint(where: tuple[int | str, ...], message: str) -> str:
    return f"{'.'.join(str(each) for each in where[1:]) or where[0]}: {message}"
