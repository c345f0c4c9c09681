"""Channels configured over REST: addresses, names, and what the log says of them."""

import httpx

from infra.follow import read_all
from schemas.events import StreamConfigured
from schemas.topics import STREAMS
from tests.integration.api.conftest import Api

SHOWN = "srt://127.0.0.1:9000?mode=caller"


def start(http: httpx.Client, **body: object) -> httpx.Response:
    return http.post("/api/v1/streams/start", json=body)


def configured(api: Api, channel: str) -> StreamConfigured | None:
    """Return what the log says of a channel."""
    found: StreamConfigured | None = None
    for envelope, _ in read_all(api.installation.kafka, STREAMS):
        if envelope.event.channel == channel:
            found = envelope.event if isinstance(envelope.event, StreamConfigured) else None
    return found
