"""Files to be analysed: uploaded as occurrences, tried without a trace, and asked after."""

from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path, Request
from fastapi.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.analysis_read import (
    AnalysisRead,
    AnalyzeRead,
    UploadClean,
    UploadFaults,
    UploadQueued,
    analysis_read,
    analyze_read,
    clean_read,
    faults_read,
    queued_read,
)
from api.analysis_state import AnalysisState
from api.asking import Asker
from api.kept import kept
from api.services import Given, Services
from infra.media_store import MissingMedia
from schemas.names import ANALYSIS_ID_PATTERN, analysis_channel

router = APIRouter(prefix="/api/v1", tags=["analysis"])

JobId = Annotated[str, Path(alias="id", pattern=ANALYSIS_ID_PATTERN)]
FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "an audio or video file",
                        },
                        "fps": {
                            "type": "number",
                            "minimum": 0.1,
                            "maximum": 25,
                            "default": 5,
                            "description": "samples of the picture a second",
                        },
                        "debug": {
                            "type": "boolean",
                            "default": False,
                            "description": "tell what the models said",
                        },
                    },
                }
            }
        },
    }
}
REFUSALS: dict[int | str, dict[str, Any]] = {
    400: {"description": "no media that Horus reads, or an empty file"},
    408: {"description": "the body came too slowly"},
    413: {"description": "too many bytes, or too many seconds"},
    422: {"description": "no form with a part `file`, or a field out of range"},
    503: {"description": "the log or the store is away, or enough files are on their way: Retry-After"},
    507: {"description": "the disk is nearly full"},
}
QUEUED: dict[int | str, dict[str, Any]] = {
    202: {"model": UploadQueued, "description": "longer than what is waited for, or slower"}
}
# What a browser plays; anything else is downloaded, and taken for nothing (X-Content-Type-Options).
MEDIA_TYPES = {
    "mov": "video/mp4",
    "matroska": "video/webm",
    "ogg": "application/ogg",
    "mp3": "audio/mpeg",
    "wav": "audio/wav",
    "flac": "audio/flac",
    "aac": "audio/aac",
    "mpegts": "video/mp2t",
}
OTHER_TYPE = "application/octet-stream"
_PIECE = 1 << 20


@router.post(
    "/analysis/upload",
    response_model=UploadFaults | UploadClean,
    responses={**QUEUED, **REFUSALS},
    openapi_extra=FORM,
)
async def upload(request: Request, services: Given, who: Asker) -> UploadFaults | UploadClean | JSONResponse:
    """Analyse a file as a channel is watched; its faults become occurrences.

    A file of at most HORUS_UPLOAD_INLINE_S seconds is waited for: with faults the answer is the gravest
    occurrence, and all of them in ``ocorrencias``; without one it says so. A longer one is queued.
    """
    asked = await services.uploads.ask(request, who, stores=True)
    over = await services.uploads.over(asked)
    if over is None:
        return _queued(asked.state)
    state, rows = over
    if rows:
        return faults_read(state, rows, debug=asked.debug)
    return clean_read(state, debug=asked.debug)


@router.post("/analyze", response_model=AnalyzeRead, responses={**QUEUED, **REFUSALS}, openapi_extra=FORM)
async def analyze(request: Request, services: Given, who: Asker) -> AnalyzeRead | JSONResponse:
    """Analyse a file and keep nothing of it: no occurrence, no clip, no media.

    A file longer than HORUS_UPLOAD_INLINE_S seconds is queued; its predictions are then those of
    ``/api/v1/analysis/{id}``.
    """
    asked = await services.uploads.ask(request, who, stores=False)
    over = await services.uploads.over(asked)
    return _queued(asked.state) if over is None else analyze_read(over[0], debug=asked.debug)


@router.get("/analysis/{id}", responses={404: {"description": "no such analysis in the last 30 days"}})
async def analysis(services: Given, job: JobId) -> AnalysisRead:
    """Return how an analysis stands: its progress, then what was found."""
    state = _known(services, job)
    return analysis_read(state, await services.uploads.rows(state))


@router.get(
    "/analysis/{id}/file",
    response_class=Response,
    responses={
        200: {"content": {kind: {} for kind in (*MEDIA_TYPES.values(), OTHER_TYPE)}},
        206: {"description": "a part of it"},
        404: {"description": "no such file is kept"},
    },
)
async def file(services: Given, job: JobId) -> Response:
    """Return an uploaded file as it was given; Range requests work."""
    state = _known(services, job)
    requested = state.requested
    kind = MEDIA_TYPES.get(requested.contents.format, OTHER_TYPE)
    try:
        there = await run_in_threadpool(kept, services.media, requested.uri)
        if there is not None:
            return FileResponse(
                there, media_type=kind, filename=requested.filename, content_disposition_type="inline"
            )
        opened = await run_in_threadpool(services.media.open, requested.uri)
    except MissingMedia as error:
        raise HTTPException(404, "this file is not kept (any more)") from error
    pieces = iter(lambda: opened.read(_PIECE), b"")
    return StreamingResponse(pieces, media_type=kind, headers={"Content-Length": str(requested.size)})


def _queued(state: AnalysisState) -> JSONResponse:
    return JSONResponse(queued_read(state).model_dump(mode="json"), 202)


def _known(services: Services, job: str) -> AnalysisState:
    for stores in (True, False):
        state = services.analyses.get(analysis_channel(job, stores=stores))
        if state is not None:
            return state
    if not services.analyses.ready:
        raise HTTPException(503, "the log has not been read yet; try again", {"Retry-After": "1"})
    raise HTTPException(404, f"there is no analysis {job}")
