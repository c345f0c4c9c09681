"""The API's documentation to try out: Swagger UI out of its jar, without anything from elsewhere."""

from functools import cache
from importlib.resources import files
from zipfile import ZipFile

from fastapi import APIRouter, HTTPException
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from infra.local.jars import swagger_ui_jar
from infra.local.missing import Missing

router = APIRouter(prefix="/docs", include_in_schema=False)

FROM_JAR = {
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
}
OWN = {"api_docs.js": "text/javascript; charset=utf-8"}
# Swagger UI draws its arrows as data: pictures, and styles elements one by one as scripts may (CSSOM).
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# A version of the jar has a day to reach everybody.
CACHE = {"Cache-Control": "private, max-age=86400"}


@router.get("")
async def page() -> Response:
    """Return the page; without a session the door shows the log-in instead."""
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": POLICY}
    return Response(_own("api_docs.html"), headers=headers, media_type="text/html; charset=utf-8")


@router.get("/{name}")
async def asset(name: str) -> Response:
    """Return a script or a style of the page."""
    if name in OWN:
        return Response(_own(name), headers={"Cache-Control": "no-cache"}, media_type=OWN[name])
    if name not in FROM_JAR:
        raise HTTPException(404, f"the documentation has no {name}")
    try:
        body = await run_in_threadpool(_from_jar, name)
    except (OSError, Missing) as error:
        raise HTTPException(404, "Swagger UI is not installed: `make setup` fetches it") from error
    return Response(body, headers=CACHE, media_type=FROM_JAR[name])


@cache
def _own(name: str) -> bytes:
    return files("api.page").joinpath(name).read_bytes()


@cache
def _from_jar(name: str) -> bytes:
    with ZipFile(swagger_ui_jar()) as jar:
        for entry in jar.namelist():
            if entry.startswith("META-INF/resources/webjars/") and entry.endswith(f"/{name}"):
                return jar.read(entry)
    raise Missing(f"{name} is not in its jar")
