"""The application: the door in front, the routes behind it, the tail beside them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import structlog
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware

from api import access, headers, openapi, problems, roles
from api.admin_log import AdminLog
from api.analysis_board import AnalysisBoard
from api.attempts import Attempts
from api.bodies import Bodies
from api.commands import Commands
from api.door import Door
from api.failures import Failures
from api.hub import Hub
from api.metrics import Counted
from api.missed import Missed
from api.ocorrencia_desk import Desk
from api.ocorrencia_log import OcorrenciaLog
from api.ocorrencia_store import OcorrenciaStore
from api.past import Past
from api.replay_desk import ReplayDesk
from api.routes import (
    admin_keys,
    admin_storage,
    analysis,
    api_docs,
    audit,
    clips,
    coverage,
    docs_viewer,
    health,
    hls,
    metrics,
    ocorrencia_commands,
    ocorrencias,
    page,
    replays,
    session,
    stream_start,
    streams,
    tail,
    webhook_letters,
    webhooks,
)
from api.services import Services
from api.stream_desk import StreamDesk
from api.stream_source import sealed
from api.tail import Tail, replay
from api.uploads import Uploads
from api.watched import Board
from api.webhooks.feed import HubFeed
from api.webhooks.letters import Letters
from api.webhooks.seal import sealing_key
from api.webhooks.sender import Sender
from infra import postgres
from infra.media_store import MediaStore
from infra.segment_log import SegmentLog
from infra.settings import Settings

log = structlog.get_logger()

ROOMS = (
    health,
    metrics,
    session,
    ocorrencias,
    ocorrencia_commands,
    coverage,
    analysis,
    streams,
    stream_start,
    tail,
    hls,
    clips,
    replays,
    webhooks,
    webhook_letters,
    admin_keys,
    admin_storage,
    audit,
    docs_viewer,
    page,
    api_docs,
)
"""The files of routes, in the order in which the documentation shows them."""


def create_app(settings: Settings) -> FastAPI:
    """Return the application for an installation.

    It starts, and tells why it is not ready, while Kafka or Postgres are away. Raises BadSettings for
    settings that cannot hold.
    """
    services = _services(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        services.start()
        try:
            yield
        finally:
            await services.replays.stop()
            await run_in_threadpool(services.stop)

    app = FastAPI(
        title="Horus",
        # FastAPI's own pages load their scripts from elsewhere: api/routes/api_docs.py serves them from here.
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        lifespan=lifespan,
    )
    app.state.services = services
    problems.install(app)
    for room in ROOMS:
        app.include_router(room.router)
    roles.check(app)
    openapi.install(app)
    origins = access.origins(settings)
    _put_in_front(app, services, origins)
    _say_aloud(settings, origins)
    return app


def _put_in_front(app: FastAPI, services: Services, origins: list[str]) -> None:
    """Add what a request goes through, from the inside to the outside."""
    app.add_middleware(Bodies)
    app.add_middleware(Door, application=app, rules=services.access, attempts=services.attempts)
    app.add_middleware(Failures)
    if origins:
        # In front of the door: a browser asks for leave (OPTIONS) without a key, and reads refusals too.
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["*"],
            allow_headers=headers.FROM_OTHERS,
            # Without it a browser refuses a page that asks with cookies, even where there is none. Where any
            # page may call, none does so as whoever is logged in.
            allow_credentials=access.ANY_ORIGIN not in origins,
            expose_headers=headers.TO_OTHERS,
        )
    app.add_middleware(headers.SafeHeaders, others_embed=bool(origins))
    app.add_middleware(Counted)


def _services(settings: Settings) -> Services:
    engine = postgres.engine(settings)
    store = OcorrenciaStore(engine)
    past = Past(settings.bootstrap_servers, engine, store.position)
    hub = Hub(
        Missed(partial(replay, past), past.bounds),
        most_clients=settings.horus_push_clients,
        queue_bytes=settings.horus_push_queue_bytes,
    )
    admin = AdminLog(settings.bootstrap_servers)
    commands = Commands(settings.bootstrap_servers, store.position)
    board = Board(settings.bootstrap_servers)
    media = MediaStore(settings.media_url)
    analyses = AnalysisBoard(settings.bootstrap_servers)
    return Services(
        settings=settings,
        access=access.access(settings, admin),
        admin=admin,
        attempts=Attempts(),
        engine=engine,
        store=store,
        hub=hub,
        tail=Tail(past, hub),
        commands=commands,
        letters=Letters(settings.bootstrap_servers),
        sender=Sender(settings, admin, HubFeed(hub), commands, sealing_key(settings)),
        desk=Desk(store, OcorrenciaLog(settings.bootstrap_servers), commands, lambda: hub.position),
        board=board,
        streams=StreamDesk(
            board,
            commands.publish,
            settings.horus_channels_max,
            partial(sealed, settings),
        ),
        segments=SegmentLog(settings.bootstrap_servers),
        media=media,
        analyses=analyses,
        uploads=Uploads(settings, media, commands, analyses, store),
        replays=ReplayDesk(),
        counters={},
    )


def _say_aloud(settings: Settings, origins: list[str]) -> None:
    if settings.horus_anonymous_role != "none":
        log.warning("requests without a key are let in", role=settings.horus_anonymous_role)
    if origins:
        log.warning("pages of other origins may call", origins=", ".join(origins))
