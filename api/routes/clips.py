"""Evidence: clips and thumbnails out of one folder."""

import os
from pathlib import Path

from fastapi import APIRouter, HTTPException
from fastapi.responses import FileResponse

from api.services import Given

router = APIRouter(prefix="/clips", tags=["clips"])

MEDIA_TYPES = {".mp4": "video/mp4", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}

# Longer names no file system of ours has, and asks for one are errors of their own.
NAME_MAX = 255
# Never changed under its name, yet asked for again each time: retention may take it.
CACHE = {"Cache-Control": "private, no-cache"}


@router.head("/{name}", include_in_schema=False)
@router.get(
    "/{name}",
    response_class=FileResponse,
    responses={200: {"content": {"video/mp4": {}, "image/jpeg": {}}}, 206: {"description": "a part of it"}},
)
async def clip(services: Given, name: str) -> FileResponse:
    """Return a clip or a thumbnail; Range requests work."""
    file = confined(services.settings.clips, name)
    if file is None:
        raise HTTPException(404, f"there is no clip {name}")
    return FileResponse(file, media_type=MEDIA_TYPES[file.suffix], headers=CACHE)


def confined(folder: Path, name: str) -> Path | None:
    """Return the file of this name in ``folder`` itself, None for anything else, links out of it included."""
    if "/" in name or "\\" in name or "\0" in name or Path(name).suffix not in MEDIA_TYPES:
        return None
    if len(os.fsencode(name)) > NAME_MAX:
        return None
    file = (folder / name).resolve()
    return file if file.parent == folder.resolve() and file.is_file() else None
