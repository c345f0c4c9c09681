"""What the routes stand on: made once by the app, handed to each route."""

import threading
from typing import Annotated, cast

import msgspec
from fastapi import Depends
from sqlalchemy import Engine
from starlette.requests import HTTPConnection

from api.access import Access
from api.admin_log import AdminLog
from api.analysis_board import AnalysisBoard
from api.attempts import Attempts
from api.commands import Commands
from api.hls import Counter
from api.hub import Hub
from api.ocorrencia_desk import Desk
from api.ocorrencia_store import OcorrenciaStore
from api.replay_desk import ReplayDesk
from api.stream_desk import StreamDesk
from api.tail import Tail
from api.uploads import Uploads
from api.watched import Board
from api.webhooks.letters import Letters
from api.webhooks.sender import Sender
from infra.media_store import MediaStore
from infra.segment_log import SegmentLog
from infra.settings import Settings

# Followers hear a stop within 0.2 s (infra/follow.py); one that waits for an absent broker is left behind.
STOP_S = 1.0


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of one API process."""

    settings: Settings
    access: Access
    admin: AdminLog
    attempts: Attempts
    engine: Engine
    store: OcorrenciaStore
    hub: Hub
    tail: Tail
    commands: Commands
    letters: Letters
    sender: Sender
    desk: Desk
    board: Board
    streams: StreamDesk
    segments: SegmentLog
    analyses: AnalysisBoard
    uploads: Uploads
    replays: ReplayDesk
    media: MediaStore
    counters: dict[str, Counter]
    """Channel -> numbering of its live playlist; only for the event loop."""

    def start(self) -> None:
        """Begin to follow the log; call it on the event loop that serves the clients."""
        self.hub.open()
        self.commands.start()
        self.admin.start()
        self.board.start()
        self.segments.start()
        self.analyses.start()
        self.uploads.start()
        self.tail.start()
        self.letters.start()
        self.sender.start()

    def stop(self) -> None:
        """Stop following."""
        parts = (
            self.analyses,
            self.admin,
            self.board,
            self.segments,
            self.tail,
            self.letters,
            self.sender,
            self.commands,
        )
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
