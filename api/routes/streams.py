"""The channels: how they are to be watched, and how they fare."""

from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Path, Response
from pydantic import BaseModel, Field

from api.asking import Asker
from api.problems import RETRY
from api.services import Given, Services
from api.stream_config import StreamRead, StreamWrite, configuration, stream_read
from api.stream_read import ChannelRead, StreamsStatus, channel_read, streams_status
from api.stream_source import devices, source_of
from api.versions import TAGGED, Matching, etag
from api.watched import Watched
from infra import clock
from infra.shown_url import shown_url
from schemas.events import StreamConfigured
from schemas.names import CHANNEL_PATTERN, analysis_of

router = APIRouter(prefix="/api/v1/streams", tags=["streams"])

Channel = Annotated[str, Path(pattern=CHANNEL_PATTERN, examples=["tv1"])]
RESERVED = frozenset({"start", "stop", "cleanup", "status", "devices"})
"""Words of addresses below this one: a channel of such a name could not be asked for."""


class DeviceRead(BaseModel):
    """A capture device of the machine that the API runs on."""

    name: str
    value: str = Field(description="what `device` of `start` takes", examples=["/dev/video0"])
    type: str


class Devices(BaseModel):
    """All of them."""

    devices: list[DeviceRead]
    count: int


class StreamDeleted(BaseModel):
    """Which channel is no longer configured."""

    deleted: str = Field(examples=["tv1"])


@router.get("/status")
async def status(services: Given) -> StreamsStatus:
    """Return the live status of all channels."""
    return streams_status([_fares(services, each) for each in services.board.channels()])


@router.get("/devices")
def capture_devices() -> Devices:
    """List the capture devices (v4l2) of the machine that the API runs on."""
    found = [DeviceRead(name=each.name, value=each.value, type=each.type) for each in devices()]
    return Devices(devices=found, count=len(found))


@router.get("")
async def listed(services: Given) -> list[StreamRead]:
    """List the channels: how each is configured, and how it fares."""
    _known(services)
    return [_read(services, each) for each in services.board.channels()]


@router.get("/{channel}", responses={200: TAGGED})
async def one(services: Given, channel: Channel, response: Response) -> StreamRead:
    """Return one channel; ``ETag`` is its version."""
    _known(services)
    return _tagged(services, _found(services, channel), response)


@router.put("/{channel}", responses={200: TAGGED, 201: {"model": StreamRead, **TAGGED}, 409: {}, 412: {}})
async def configured(
    services: Given,
    channel: Channel,
    body: StreamWrite,
    who: Asker,
    match: Matching,
    response: Response,
    if_none_match: Annotated[
        str | None, Header(max_length=1000, description="`*`: only if there is no such channel yet")
    ] = None,
) -> StreamRead:
    """Configure a channel, whole: what the body does not say has its default. 201 when it is new.

    Changes of rules hold from the next second of media on; a new address begins a new recording. An ``url``
    that is left out, or is the one that this API shows, leaves the address as it is.
    """
    _nameable(channel)
    address = await _address(services, channel, body.url)

    def wish(before: StreamConfigured | None) -> StreamConfigured:
        if before is not None and (if_none_match or "").strip() == "*":
            raise HTTPException(412, f"there is a channel {channel} already")
        url = address or (before.url if before is not None else None)
        if url is None:
            raise HTTPException(422, f"there is no channel {channel} yet: it needs an url")
        return configuration(channel, body, url, who.name)

    watched, new = await services.streams.configure(channel, wish, "streams.put", match)
    response.status_code = 201 if new else 200
    return _tagged(services, watched, response)


@router.delete("/{channel}", responses={412: {}})
async def removed(services: Given, channel: Channel, who: Asker, match: Matching) -> StreamDeleted:
    """Have a channel no longer watched, and forget its configuration; its history stays."""
    _known(services)
    _found(services, channel)
    if not await services.streams.remove(channel, who.name, match):
        raise HTTPException(404, f"there is no channel {channel}")
    return StreamDeleted(deleted=channel)


async def _address(services: Services, channel: str, url: str | None) -> str | None:
    """Return the address that a client means; None for the one that the channel has."""
    there = services.board.channel(channel)
    if url is None or (there is not None and url == shown_url(there.configured.url)):
        return None
    return await source_of(url, services.settings)


def _nameable(channel: str) -> None:
    if channel in RESERVED or analysis_of(channel) is not None:
        raise HTTPException(422, f"{channel} cannot name a channel: the word has a meaning of its own here")


def _known(services: Services) -> None:
    if not services.board.known:
        raise HTTPException(503, "the channels are not known yet; try again", RETRY)


def _found(services: Services, channel: str) -> Watched:
    watched = services.board.channel(channel)
    if watched is None:
        raise HTTPException(404, f"there is no channel {channel}")
    return watched


def _fares(services: Services, watched: Watched) -> ChannelRead:
    return channel_read(watched, services.segments.latest(watched.configured.channel), clock.now())


def _read(services: Services, watched: Watched) -> StreamRead:
    return stream_read(watched, _fares(services, watched))


def _tagged(services: Services, watched: Watched, response: Response) -> StreamRead:
    response.headers["ETag"] = etag(watched.version)
    return _read(services, watched)
