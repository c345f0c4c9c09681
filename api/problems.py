"""Errors as clients see them: RFC 9457 problem details, with a reason and never a traceback."""

from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return an answer that says what was wrong (RFC 9457, section 3)."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return JSONResponse(body, status, headers, MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Let every error of the app leave as a problem."""

    @app.exception_handler(HTTPException)
    async def refused(_: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, str(error.detail), dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return problem(422, "; ".join(_complaint(each["loc"], each["msg"]) for each in error.errors()))

    @app.exception_handler(SQLAlchemyError)
    async def no_database(request: Request, error: SQLAlchemyError) -> JSONResponse:
        log.error("database", path=request.url.path, error=str(error).splitlines()[0])
        return problem(503, "the database does not answer; try again", {"Retry-After": "2"})

    @app.exception_handler(Exception)
    async def failed(request: Request, _: Exception) -> JSONResponse:
        # The server logs the traceback itself: Starlette raises the error again after this answer.
        return problem(500, f"{request.method} {request.url.path} failed; the server's log says why")


def _complaint(where: tuple[int | str, ...], message: str) -> str:
    return f"{'.'.join(str(each) for each in where[1:]) or where[0]}: {message}"
