"""Starting and stopping channels by the calls of the original backend, whose clients know one channel."""

from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field, StringConstraints

from api.asking import Asker
from api.fields import Blank
from api.routes.streams import RESERVED
from api.services import Given, Services
from api.stream_config import Fps, Url
from api.stream_read import DEFAULT_CHANNEL
from api.stream_source import capture, source_of
from infra import clock
from schemas.events import StreamConfigured
from schemas.names import CHANNEL_PATTERN, analysis_of

router = APIRouter(prefix="/api/v1/streams", tags=["streams"])

FPS = 1.0
"""Samples a second where nobody says any, as in the original backend."""


Name = Annotated[Annotated[str, StringConstraints(pattern=CHANNEL_PATTERN)] | None, Blank()]
StreamId = Annotated[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None, Blank()]


class Start(BaseModel):
    """What is to be watched. Other fields are ignored, as the original did."""

    url: Annotated[Url | None, Blank()] = Field(None, examples=["srt://10.0.0.5:9000?mode=caller"])
    streamId: StreamId = Field(
        None, description="without url: its address is SRT_STREAM_URL_<ID>, else SRT_STREAM_URL_DEFAULT"
    )
    fps: Fps | None = Field(
        FPS,
        description="samples a second to analyse; 5 tells faults to 0.1 s; left out, a channel that was "
        "watched before keeps its own",
    )
    mode: Literal["srt", "capture"] | None = Field("srt", description="capture: `device` instead of url")
    device: Annotated[Annotated[str, StringConstraints(max_length=64)] | None, Blank()] = Field(
        None, description="as listed by /streams/devices; left out: the first"
    )
    channel: Name = Field(None, description=f"default: {DEFAULT_CHANNEL}")


class Which(BaseModel):
    """The channel that is meant."""

    channel: Name = Field(None, description=f"default: {DEFAULT_CHANNEL}")


class Started(BaseModel):
    """It is being watched."""

    status: Literal["started"] = "started"
    mode: Literal["srt", "capture"] = Field(examples=["srt"])


class Stopped(BaseModel):
    """What was done."""

    status: Literal["stopped", "not running"] = Field(examples=["stopped"])


class Cleaned(BaseModel):
    """It is tidy."""

    status: Literal["cleaned"] = Field("cleaned", examples=["cleaned"])


@router.post("/start", responses={400: {"description": "running already, or no URL"}, 409: {}})
async def start(services: Given, who: Asker, asked: Start | None = None) -> Started:
    """Have a channel watched. Rules that it was given before (`PUT /streams/{channel}`) hold again."""
    body = asked or Start()
    channel = body.channel or DEFAULT_CHANNEL
    if channel in RESERVED or analysis_of(channel) is not None:
        raise HTTPException(422, f"{channel} cannot name a channel: the word has a meaning of its own here")
    there = services.board.channel(channel)
    if there is not None and there.configured.enabled:
        raise HTTPException(400, f"channel {channel} is running already; stop it first")
    mode = body.mode or "srt"
    url = capture(body.device) if mode == "capture" else await _address(services, body, channel)

    given = "fps" in body.model_fields_set

    def wish(before: StreamConfigured | None) -> StreamConfigured:
        if before is not None and before.enabled:
            raise HTTPException(400, f"channel {channel} is running already; stop it first")
        wanted = before or StreamConfigured(
            channel=channel, url=url, fps=FPS, configured_at=clock.now(), configured_by=who.name
        )
        return msgspec.structs.replace(
            wanted,
            url=url,
            fps=body.fps if body.fps is not None and given else wanted.fps,
            enabled=True,
            configured_at=clock.now(),
            configured_by=who.name,
        )

    await services.streams.configure(channel, wish, "streams.start")
    return Started(mode=mode)


@router.post("/stop")
async def stop(services: Given, who: Asker, body: Which | None = None) -> Stopped:
    """Have a channel no longer watched; its rules and its history stay."""
    channel = body.channel if body is not None and body.channel is not None else DEFAULT_CHANNEL
    stopped = await services.streams.stop(channel, who.name)
    return Stopped(status="stopped" if stopped else "not running")


@router.post("/cleanup")
async def cleanup(body: Which | None = None) -> Cleaned:
    """Answer that all is clean: what a stopped channel leaves on disk the ingest has removed by itself, and
    recorded media and evidence go by retention alone. Kept for clients of the original backend."""
    return Cleaned()


async def _address(services: Services, body: Start, channel: str) -> str:
    """Return the address to watch: the one given, that of the streamId, or the one the channel had."""
    if body.url is not None:
        return await source_of(body.url, services.settings)
    there = services.board.channel(channel)
    own = there.configured.url if there is not None and body.streamId is None else None
    named = services.settings.stream_url(body.streamId or "")
    chosen = (named or own) if channel == DEFAULT_CHANNEL else (own or named)
    if chosen is None:
        raise HTTPException(400, "no URL: give one, or set SRT_STREAM_URL_<ID> or SRT_STREAM_URL_DEFAULT")
    if chosen == own:
        return chosen
    return await source_of(chosen, services.settings)
