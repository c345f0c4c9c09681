"""Channels configured over REST: addresses, names, and what the log says of them."""

from functools import partial

import httpx
import msgspec

from infra.follow import consumer_at, read_all
from infra.seal_key import key_to_open
from infra.sealed_url import unsealed
from infra.settings import load
from schemas.events import StreamConfigured
from schemas.topics import STREAMS
from tests.integration.api.conftest import Api

SHOWN = "srt://127.0.0.1:9000?mode=caller"


def start(http: httpx.Client, **body: object) -> httpx.Response:
    return http.post("/api/v1/streams/start", json=body)


def configured(api: Api, channel: str) -> StreamConfigured | None:
    """Return what the log says of a channel, its address opened with the key of the API's installation."""
    found: StreamConfigured | None = None
    for envelope, _ in read_all(api.installation.kafka, STREAMS):
        if envelope.event.channel == channel:
            found = envelope.event if isinstance(envelope.event, StreamConfigured) else None
    if found is None:
        return None
    settings = load({"HORUS_HOME": str(api.installation.home)}, dotenv=None)
    return msgspec.structs.replace(found, url=unsealed(found.url, partial(key_to_open, settings)))


def records(api: Api, channel: str) -> list[bytes]:
    """Return the records of a channel as they lie in the log: key and value."""
    consumer, span = consumer_at(api.installation.kafka, STREAMS)
    found: list[bytes] = []
    try:
        position = span[0][0]
        while position < span[0][1]:
            message = consumer.poll(1.0)
            if message is None or message.error():
                continue
            position = (message.offset() or 0) + 1
            if message.key() == channel.encode():
                found.append((message.key() or b"") + (message.value() or b""))
    finally:
        consumer.close()
    return found
