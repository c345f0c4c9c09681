"""Logging a browser in and out: a key for a cookie that scripts cannot read."""

from urllib.parse import parse_qs

import msgspec
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from api import login_page
from api.access import COOKIE, SESSION, SESSION_LASTS
from api.services import Given
from infra import clock

router = APIRouter(tags=["session"])

# A key is some dozens of characters; whoever sends more wants something else.
MAX_BODY = 4096
FORM = "application/x-www-form-urlencoded"


class Login(msgspec.Struct, frozen=True):
    """The body of a log-in."""

    key: str


@router.post(SESSION, status_code=204, responses={303: {}, 401: {}})
async def log_in(request: Request, services: Given) -> Response:
    """Set the session cookie for a key, from the form or as JSON ``{"key": ...}``; 401 for a bad one."""
    from_form = request.headers.get("content-type", "").startswith(FORM)
    key = await _key(request, from_form)
    if not services.access.key_holds(key):
        if from_form:
            return login_page.answer(wrong=True)
        raise HTTPException(401, "this key does not hold")
    answer = RedirectResponse("/", 303) if from_form else Response(status_code=204)
    answer.set_cookie(
        COOKIE,
        services.access.session(clock.now()),
        max_age=int(SESSION_LASTS.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


@router.delete(SESSION, status_code=204)
async def log_out() -> Response:
    """Take the session cookie away."""
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


async def _key(request: Request, from_form: bool) -> str:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY:
            raise HTTPException(413, f"a log-in has at most {MAX_BODY} bytes")
    if from_form:
        return _field(body)
    try:
        return msgspec.json.decode(body, type=Login).key
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise HTTPException(422, 'a log-in is {"key": "..."}') from error


def _field(body: bytes) -> str:
    try:
        given = parse_qs(body.decode(), keep_blank_values=True).get("key", [""])
    except (UnicodeDecodeError, ValueError):
        return ""
    return given[0]
