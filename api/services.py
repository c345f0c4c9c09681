"""What the routes stand on: made once by the app, handed to each route."""

import threading
from typing import Annotated, cast

import msgspec
from fastapi import Depends
from sqlalchemy import Engine
from starlette.requests import HTTPConnection

from api.access import Access
from api.hls import Counter
from api.ocorrencia_store import OcorrenciaStore
from api.push import Hub
from api.tail import Tail
from api.watched import Board
from infra.media_store import MediaStore
from infra.segment_log import SegmentLog
from infra.settings import Settings

# Followers hear a stop within 0.2 s (infra/follow.py); one that waits for an absent broker is left behind.
STOP_S = 1.0


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of one API process."""

    settings: Settings
    access: Access
    engine: Engine
    store: OcorrenciaStore
    hub: Hub
    tail: Tail
    board: Board
    segments: SegmentLog
    media: MediaStore
    counters: dict[str, Counter]
    """Channel -> numbering of its live playlist; only for the event loop."""

    def start(self) -> None:
        """Begin to follow the log; call it on the event loop that serves the clients."""
        self.hub.open()
        self.board.start()
        self.segments.start()
        self.tail.start()

    def stop(self) -> None:
        """Stop following."""
        parts = (self.board, self.segments, self.tail)
        stops = [threading.Thread(target=part.stop, daemon=True) for part in parts]
        for stop in stops:
            stop.start()
        for stop in stops:
            stop.join(STOP_S)
        self.engine.dispose()


def _services(connection: HTTPConnection) -> Services:
    return cast(Services, connection.app.state.services)


Given = Annotated[Services, Depends(_services)]
"""A route's parameter of this type gets the services."""
