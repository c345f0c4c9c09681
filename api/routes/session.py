"""Logging a browser in and out: a key for a cookie that scripts cannot read."""

import time
from urllib.parse import parse_qs

import msgspec
import structlog
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from api import login_page
from api.access import KeysUnknown, Who, WrongKey, same_origin
from api.asking import Asker
from api.door import Refusal, address_of, keys_unknown, too_often
from api.metrics import WRONG_KEYS
from api.ocorrencia_read import Moment
from api.problems import MEDIA_TYPE
from api.services import Given, Services
from api.sessions import COOKIE, SESSION_LASTS
from infra import clock
from infra.settings import Role

router = APIRouter(prefix="/api/v1/session", tags=["session"])
log = structlog.get_logger()

# A key is some dozens of characters; whoever sends more wants something else.
MAX_BODY = 4096
FORM = "application/x-www-form-urlencoded"
LOGIN = {
    "requestBody": {
        "required": True,
        "content": {
            each: {
                "schema": {
                    "type": "object",
                    "required": ["key"],
                    "properties": {"key": {"type": "string", "maxLength": MAX_BODY}},
                },
            }
            for each in ("application/json", FORM)
        },
    }
}


class Login(msgspec.Struct, frozen=True):
    """The body of a log-in."""

    key: str


class SessionRead(BaseModel):
    """Who somebody is for Horus."""

    name: str = Field(description="as audit shows it", examples=["control room"])
    role: Role = Field(examples=["operator"])
    until: Moment | None = Field(None, description="when the session ends; null for a key, which has no end")


@router.post(
    "",
    status_code=204,
    responses={
        303: {"description": "the form's log-in, on the way to the page"},
        401: {
            "description": "this key does not hold",
            "content": {
                MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}},
                "text/html": {"schema": {"type": "string", "description": "the form again, for a form"}},
            },
        },
    },
    openapi_extra=LOGIN,
)
async def log_in(request: Request, services: Given) -> Response:
    """Set the session cookie for a key, from the form or as JSON ``{"key": ...}``; 401 for a bad one."""
    from_form = request.headers.get("content-type", "").startswith(FORM)
    origin = request.headers.get("origin")
    # A page of another site could log somebody in as somebody else, and watch what he does.
    if origin is not None and not same_origin(
        origin, request.headers.get("host", ""), services.access.origins
    ):
        raise HTTPException(403, "a page of another origin may log in only when HORUS_CORS_ORIGINS names it")
    key = await _key(request, from_form)
    try:
        who = _holder(request, services, key)
    except WrongKey:
        if from_form:
            return login_page.answer(wrong=True)
        raise HTTPException(401, "this key does not hold", {"WWW-Authenticate": "Bearer"}) from None
    except Refusal as refusal:
        raise HTTPException(refusal.status, refusal.detail, refusal.headers) from None
    answer = RedirectResponse("/", 303) if from_form else Response(status_code=204)
    answer.set_cookie(
        COOKIE,
        services.access.begin_session(who, clock.now()),
        max_age=int(SESSION_LASTS.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer


@router.get("")
async def whoami(who: Asker) -> SessionRead:
    """Return who asks: the name and the role of the key or the session, or what anybody may."""
    return SessionRead(name=who.name, role=who.role, until=who.until)


@router.delete("", status_code=204)
async def log_out(request: Request) -> Response:
    """Take the session cookie away."""
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=request.url.scheme == "https")
    return answer


def _holder(request: Request, services: Services, key: str) -> Who:
    """Return whose key it is. Raises WrongKey, Refusal."""
    address, counted_as = address_of(request.scope), services.access.counted_as(key)
    if wait_s := services.attempts.wait_s(address, counted_as, time.monotonic()):
        raise too_often(wait_s)
    try:
        return services.access.holder(key)
    except WrongKey:
        services.attempts.failed(address, counted_as, time.monotonic())
        WRONG_KEYS.inc()
        log.warning("wrong key at the log-in", address=address)
        raise
    except KeysUnknown:
        raise keys_unknown() from None


async def _key(request: Request, from_form: bool) -> str:
    body = await request.body()
    if len(body) > MAX_BODY:
        raise HTTPException(413, f"a log-in has at most {MAX_BODY} bytes")
    if from_form:
        return _field(body)
    try:
        return msgspec.json.decode(body, type=Login).key
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise HTTPException(422, 'a log-in is {"key": "..."}') from error


def _field(body: bytes) -> str:
    try:
        given = parse_qs(body.decode(), keep_blank_values=True).get("key", [""])
    except (UnicodeDecodeError, ValueError):
        return ""
    return given[0]
