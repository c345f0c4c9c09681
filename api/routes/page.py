"""The operators' page: files of this package, and the player out of its jar."""

from functools import cache
from importlib.resources import files
from zipfile import ZipFile

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from infra.local.jars import hls_js_jar
from infra.local.missing import Missing
from schemas.faults import FAULTS

router = APIRouter(include_in_schema=False)

MEDIA_TYPES = {"page.js": "text/javascript; charset=utf-8", "page.css": "text/css; charset=utf-8"}
PLAYER = "hls.min.js"
# Media as blobs is how hls.js feeds the browser's video; it starts its worker from a blob, too.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "media-src 'self' blob:; worker-src 'self' blob:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {"Cache-Control": "no-cache"}


class FaultRead(BaseModel):
    """A fault type as the page names it."""

    label_pt: str
    label_en: str
    category: str


@router.get("/")
async def index() -> Response:
    """Return the page; without a session the door shows the log-in instead."""
    headers = {**HEADERS, "Content-Security-Policy": POLICY}
    return Response(_file("index.html"), headers=headers, media_type="text/html; charset=utf-8")


@router.get("/page/faults.json")
async def faults() -> dict[str, FaultRead]:
    """Return the labels of all fault types."""
    return {
        name: FaultRead(label_pt=fault.label_pt, label_en=fault.label_en, category=fault.category)
        for name, fault in FAULTS.items()
    }


@router.get(f"/page/{PLAYER}")
async def player() -> Response:
    """Return hls.js."""
    try:
        script = await run_in_threadpool(_player)
    except (OSError, Missing) as error:
        raise HTTPException(404, "hls.js is not installed: `make setup` fetches it") from error
    return Response(
        script, media_type="text/javascript; charset=utf-8", headers={"Cache-Control": "max-age=86400"}
    )


@router.get("/page/{name}")
async def asset(name: str) -> Response:
    """Return a script or a style of the page."""
    if name not in MEDIA_TYPES:
        raise HTTPException(404, f"the page has no {name}")
    return Response(_file(name), headers=HEADERS, media_type=MEDIA_TYPES[name])


@cache
def _file(name: str) -> bytes:
    return files("api.page").joinpath(name).read_bytes()


@cache
def _player() -> bytes:
    with ZipFile(hls_js_jar()) as jar:
        for name in jar.namelist():
            if name.endswith(f"/dist/{PLAYER}"):
                return jar.read(name)
    raise Missing(f"{PLAYER} is not in its jar")
