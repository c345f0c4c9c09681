"""Taking a file in: checked, put into the media store, asked for in the log; waited for if it is small."""

import asyncio
import errno
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import msgspec
import structlog
from fastapi import HTTPException, Request
from pydantic import BaseModel, Field, ValidationError
from starlette.concurrency import run_in_threadpool

from api.access import Who
from api.analysis_board import AnalysisBoard
from api.analysis_state import AnalysisState
from api.commands import Commands, LogAway
from api.noted import noted
from api.ocorrencia_store import OcorrenciaStore
from api.upload_body import Upload, received, sweep
from infra import clock
from infra.media_file import MediaRefused
from infra.media_store import SCHEME, MediaStore
from infra.probe import look_into
from infra.settings import Settings
from schemas.events import AnalysisRequested
from schemas.events.analyses import Contents
from schemas.names import analysis_channel
from schemas.ocorrencia import Ocorrencia
from schemas.topics import ANALYSES

log = structlog.get_logger()

# The tail of a topic is milliseconds behind the broker's word.
SEEN_WITHIN_S = 5.0
# Clips are cut in seconds; asking ten times a second costs the database next to nothing.
LOOK_S = 0.1
BUSY_RETRY_S = 5


class Options(BaseModel):
    """The fields beside the file."""

    fps: float = Field(5.0, ge=0.1, le=25.0, allow_inf_nan=False)
    debug: bool = False


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """An analysis that is in the log."""

    state: AnalysisState
    debug: bool


class Uploads:
    """The way of files into the log; lives on the event loop."""

    def __init__(
        self,
        settings: Settings,
        media: MediaStore,
        commands: Commands,
        board: AnalysisBoard,
        store: OcorrenciaStore,
    ) -> None:
        """Take files as ``settings`` allow."""
        self.settings = settings
        self._media = media
        self._commands = commands
        self._board = board
        self._store = store
        self._folder = settings.home / "uploads"
        self._limit = settings.horus_upload_max_mb << 20
        self._under_way = 0

    def start(self) -> None:
        """Make room, and remove what a killed process left half received."""
        sweep(self._folder)

    async def ask(self, request: Request, who: Who, *, stores: bool) -> Asked:
        """Take in a file and ask for its analysis.

        Raises HTTPException: 400 for what is no media, 413 for too much of it, 422 for a bad form, 503 while
        enough other files are on their way or the log is away.
        """
        async with self._slot(), received(request, self._folder, self._limit) as upload:
            options = _options(upload.fields)
            contents = await self._look_into(upload)
            analysis = uuid.uuid4().hex
            channel = analysis_channel(analysis, stores=stores)
            requested = AnalysisRequested(
                channel=channel,
                at=clock.now(),
                uri=f"{SCHEME}{channel}/original",
                filename=upload.filename,
                size=upload.size,
                contents=contents,
                fps=options.fps,
                by=who.name,
            )
            await self._store_and_publish(upload, requested)
            await noted(
                self._commands.publish,
                by=who.name,
                action="analysis.upload" if stores else "analysis.analyze",
                target=analysis,
                # Of a trial nothing is kept, and what it was called tells of it.
                detail=upload.filename if stores else "",
            )
        known = await self._board.wait(channel, lambda _: True, SEEN_WITHIN_S)
        return Asked(state=known or AnalysisState(requested=requested), debug=options.debug)

    async def over(self, asked: Asked) -> tuple[AnalysisState, list[Ocorrencia]] | None:
        """Return a small file's analysis once it is over and its occurrences are rows with evidence.

        None when the file is not small, or it takes too long. Raises HTTPException 400 when it failed.
        """
        requested = asked.state.requested
        if requested.contents.duration_s > self.settings.horus_upload_inline_s:
            return None
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self.settings.horus_upload_wait_s
        state = await self._board.wait(
            requested.channel, lambda each: each.over, self.settings.horus_upload_wait_s
        )
        if state is None or not state.over:
            return None
        if state.stage == "failed":
            raise HTTPException(400, f"{requested.filename}: {state.reason}")
        wanted = [each.uid for each in state.found if each.uid]
        while True:
            rows = await self._ever(state)
            if sum(row.evidence.original_filename is not None for row in rows) == len(wanted):
                return state, [row for row in rows if not row.deleted]
            if loop.time() > deadline:
                return None
            await asyncio.sleep(LOOK_S)

    async def rows(self, state: AnalysisState) -> list[Ocorrencia]:
        """Return those occurrences of an analysis that are in the table and not deleted."""
        return [row for row in await self._ever(state) if not row.deleted]

    async def _ever(self, state: AnalysisState) -> list[Ocorrencia]:
        found = [await run_in_threadpool(self._store.by_uid, each.uid) for each in state.found if each.uid]
        return [row for row in found if row is not None]

    @asynccontextmanager
    async def _slot(self) -> AsyncIterator[None]:
        if self._under_way >= self.settings.horus_uploads_at_once:
            raise HTTPException(
                503, "enough files are on their way; try again", {"Retry-After": str(BUSY_RETRY_S)}
            )
        self._under_way += 1
        try:
            yield
        finally:
            self._under_way -= 1

    async def _look_into(self, upload: Upload) -> Contents:
        try:
            contents = await run_in_threadpool(look_into, upload.file)
        except MediaRefused as error:
            raise HTTPException(400, f"{upload.filename}: {error}") from error
        longest = self.settings.horus_upload_max_s
        if contents.duration_s > longest:
            raise HTTPException(
                413,
                f"{upload.filename} lasts {contents.duration_s:.0f} s, "
                f"and a file may last {longest:.0f} s here (HORUS_UPLOAD_MAX_S)",
            )
        return contents

    async def _store_and_publish(self, upload: Upload, requested: AnalysisRequested) -> None:
        try:
            await run_in_threadpool(self._media.put, requested.uri, upload.file)
        except OSError as error:
            log.error("upload not stored", error=str(error))
            full = error.errno == errno.ENOSPC
            why = "the disk of this installation is full" if full else "the media store does not take it"
            raise HTTPException(503, f"{why}; try again", {"Retry-After": "60"}) from error
        try:
            await self._commands.publish(ANALYSES, requested)
        except (LogAway, asyncio.CancelledError):
            # Nobody will ask for this file.
            with suppress(OSError):
                self._media.remove(requested.uri)
                self._media.remove_folder(requested.channel, float("inf"))
            raise


def _options(fields: dict[str, str]) -> Options:
    given = {name: value for name in Options.model_fields if (value := fields.get(name, "").strip())}
    try:
        return Options.model_validate(given)
    except ValidationError as error:
        said = "; ".join(f"{each['loc'][0]}: {each['msg']}" for each in error.errors())
        raise HTTPException(422, said) from error
