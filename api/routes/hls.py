"""Live and past pictures: playlists from the segment log, segments from the media store."""

from datetime import datetime
from typing import Annotated, Any

from confluent_kafka import KafkaException
from fastapi import APIRouter, HTTPException, Path, Query, Request
from fastapi.responses import FileResponse, Response
from starlette.concurrency import run_in_threadpool

from api import hls
from api.fields import When
from api.kept import kept
from api.ranged import ranged
from api.services import Given, Services
from api.stream_read import DEFAULT_CHANNEL
from infra.media_store import MissingMedia, segment_uri
from schemas.names import CHANNEL_PATTERN, analysis_of

router = APIRouter(prefix="/hls", tags=["hls"])

From = Annotated[When | None, Query(alias="from", description="start of a past window")]
To = Annotated[When | None, Query(alias="to", description="end of a past window")]
Channel = Annotated[str, Path(pattern=CHANNEL_PATTERN)]
Epoch = Annotated[str, Path(pattern=r"^[0-9]{8}T[0-9]{6}\.[0-9]{3}Z$")]
# What the log names and the store no longer has.
GONE = "the media store no longer has it: retention takes the oldest first"
# A segment never changes; only for the browser's own cache, for a key is needed to see it.
FOR_EVER = {"Cache-Control": "private, max-age=31536000, immutable"}

PLAYLIST: dict[int | str, dict[str, Any]] = {
    200: {"description": "RFC 8216", "content": {hls.MEDIA_TYPE: {"schema": {"type": "string"}}}},
    404: {"description": "no such channel, or no media in that window"},
}


@router.get("/stream.m3u8", response_class=Response, responses=PLAYLIST)
async def default_playlist(services: Given, since: From = None, until: To = None) -> Response:
    """Return the playlist of channel ``default``, or of the first channel if none has that name."""
    known = [name for name in services.segments.channels() if analysis_of(name) is None]
    if not known:
        raise HTTPException(404, "no channel has any media yet", {"Retry-After": "1"})
    channel = DEFAULT_CHANNEL if DEFAULT_CHANNEL in known else known[0]
    return await _playlist(services, channel, since, until, f"{channel}/")


@router.get("/{channel}/stream.m3u8", response_class=Response, responses=PLAYLIST)
async def playlist(services: Given, channel: Channel, since: From = None, until: To = None) -> Response:
    """Return a channel's live playlist, or with ``from`` and ``to`` that of a past window."""
    return await _playlist(services, channel, since, until, "")


@router.head("/{channel}/{epoch}/{seq}.ts", include_in_schema=False)
@router.get(
    "/{channel}/{epoch}/{seq}.ts",
    response_class=Response,
    responses={200: {"content": {"video/mp2t": {}}}, 206: {"description": "a part of it"}},
)
async def segment(
    services: Given,
    request: Request,
    channel: Channel,
    epoch: Epoch,
    seq: Annotated[int, Path(ge=0, lt=2**63)],
) -> Response:
    """Return the bytes of a segment."""
    uri = segment_uri(channel, epoch, seq)
    try:
        file = await run_in_threadpool(kept, services.media, uri)
        if file is None:
            return ranged(await run_in_threadpool(services.media.read, uri), "video/mp2t", request, FOR_EVER)
    except MissingMedia as error:
        raise HTTPException(404, f"{uri}: {GONE}") from error
    return FileResponse(file, media_type="video/mp2t", headers=FOR_EVER)


async def _playlist(
    services: Services, channel: str, since: datetime | None, until: datetime | None, prefix: str
) -> Response:
    if since is None and until is None:
        text = _live(services, channel, prefix)
    elif since is None or until is None or since >= until:
        raise HTTPException(422, "a past window needs `from` and `to`, in this order")
    else:
        text = await run_in_threadpool(_past, services, channel, since, until, prefix)
    return Response(text, media_type=hls.MEDIA_TYPE, headers={"Cache-Control": "no-store"})


def _live(services: Services, channel: str, prefix: str) -> str:
    recent = services.segments.recent(channel)
    if not recent:
        raise HTTPException(404, f"channel {channel} has no media yet", {"Retry-After": "1"})
    counter = services.counters.setdefault(channel, hls.Counter())
    longest = hls.target(event.segment for event in recent)
    return hls.live(counter.number(recent), prefix, longest)


def _past(services: Services, channel: str, since: datetime, until: datetime, prefix: str) -> str:
    try:
        found = services.segments.window(channel, since, until)
    except KafkaException as error:
        raise HTTPException(503, "Kafka does not answer; try again", {"Retry-After": "2"}) from error
    if not found:
        raise HTTPException(404, f"channel {channel} has no media in this window")
    if len(found) > hls.WINDOW_SEGMENTS:
        raise HTTPException(422, f"{len(found)} segments: ask for a shorter window")
    # A player stops at a segment that it cannot have: what retention took is left out.
    gone = services.media.missing([event.segment.uri for event in found])
    there = [event.segment for event in found if event.segment.uri not in gone]
    if not there:
        raise HTTPException(404, f"channel {channel}: {GONE}")
    return hls.vod(there, prefix)
