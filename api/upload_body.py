"""An uploaded body streamed to a file on disk: never whole in memory, and gone unless somebody takes it."""

import fcntl
import os
import shutil
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec
from fastapi import HTTPException
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request

from api.upload_parts import BadParts, Parts

# Written at a time, off the event loop: a disk that is busy must hold up one upload and no alarm.
PIECE = 1 << 20
# What parts and boundaries may add to a file's own bytes.
AROUND = 64 * 1024
# A full disk would stop the recording of live channels.
LEAVE_FREE = 256 << 20
# Between the making of a file and its locking lies next to nothing.
JUST_MADE_S = 60.0


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file that has come whole."""

    file: Path
    filename: str
    size: int
    """Bytes, at least one."""
    fields: dict[str, str]


def too_large(limit: int) -> HTTPException:
    """Return the answer to a file of more than ``limit`` bytes."""
    return HTTPException(413, f"a file may have at most {limit >> 20} MB here (HORUS_UPLOAD_MAX_MB)")


@asynccontextmanager
async def received(request: Request, folder: Path, limit: int) -> AsyncIterator[Upload]:
    """Take in a multipart body and yield its file, which lies in ``folder`` and is removed at the end unless
    it was moved away.

    Raises HTTPException: 400 for an empty file, 413 above ``limit`` bytes, 422 for what is no form with a
    file, 507 when the disk is nearly full.
    """
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told) > limit + AROUND:
        raise too_large(limit)
    file = folder / uuid.uuid4().hex
    try:
        with file.open("xb") as target:
            # Held for as long as this process lives: a file that nobody holds was left by one that died.
            fcntl.flock(target, fcntl.LOCK_EX)
            yield await _taken(request, file, target, limit)
    finally:
        file.unlink(missing_ok=True)


async def _taken(request: Request, file: Path, target: BinaryIO, limit: int) -> Upload:
    waiting: list[bytes] = []
    size = 0

    def sink(piece: bytes) -> None:
        nonlocal size
        size += len(piece)
        if size > limit:
            raise too_large(limit)
        waiting.append(piece)

    try:
        parts = Parts(request.headers.get("content-type", ""), sink)
        body = 0
        async for chunk in request.stream():
            body += len(chunk)
            parts.feed(chunk)
            if body - size > AROUND:
                raise BadParts("more around the file than any form has")
            if sum(map(len, waiting)) >= PIECE:
                await run_in_threadpool(_write, target, waiting)
                waiting = []
        parts.check()
    except BadParts as error:
        raise HTTPException(422, str(error)) from error
    except ClientDisconnect as error:
        raise HTTPException(400, "the upload was cut off") from error
    await run_in_threadpool(_write, target, waiting)
    if not size:
        raise HTTPException(400, "the file is empty")
    assert parts.filename is not None
    return Upload(file=file, filename=parts.filename, size=size, fields=parts.fields)


def _write(target: BinaryIO, pieces: list[bytes]) -> None:
    if shutil.disk_usage(os.fspath(target.name)).free < LEAVE_FREE:
        raise HTTPException(507, "the disk of this installation is nearly full", {"Retry-After": "60"})
    target.writelines(pieces)
    target.flush()


def sweep(folder: Path) -> None:
    """Make the folder, and remove what processes that died left in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for file in folder.iterdir():
        if time.time() - file.stat().st_mtime < JUST_MADE_S:
            continue
        with file.open("rb") as left:
            try:
                fcntl.flock(left, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            file.unlink(missing_ok=True)
