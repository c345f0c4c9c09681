"""The channels and how they fare."""

from fastapi import APIRouter

from api.services import Given
from api.stream_read import StreamsStatus, channel_read, streams_status
from infra import clock

router = APIRouter(prefix="/api/v1/streams", tags=["streams"])


@router.get("/status")
async def status(services: Given) -> StreamsStatus:
    """Return the live status of all channels."""
    now = clock.now()
    return streams_status(
        [
            channel_read(watched, services.segments.latest(watched.configured.channel), now)
            for watched in services.board.channels()
        ]
    )
