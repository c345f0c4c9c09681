"""The application: the door in front, the routes behind it, the tail beside them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware

from api import access, problems
from api.headers import SafeHeaders
from api.ocorrencia_store import OcorrenciaStore
from api.push import Hub
from api.routes import clips, health, hls, ocorrencias, page, session, streams, tail
from api.services import Services
from api.tail import Tail
from api.watched import Board
from infra import postgres
from infra.media_store import MediaStore
from infra.segment_log import SegmentLog
from infra.settings import Settings

log = structlog.get_logger()


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
            await run_in_threadpool(services.stop)

    app = FastAPI(
        title="Horus",
        # The interactive documentation loads its scripts from elsewhere: off until it is served from here.
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        lifespan=lifespan,
    )
    app.state.services = services
    problems.install(app)
    for room in (health, session, ocorrencias, streams, tail, hls, clips, page):
        app.include_router(room.router)
    app.add_middleware(access.Door, rules=services.access)
    origins = access.origins(settings)
    if origins:
        # In front of the door: a browser asks for leave (OPTIONS) without a key, and reads refusals too.
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["*"],
            allow_headers=["Authorization", "Content-Type", "X-API-Key", "Range"],
            expose_headers=["X-Total-Count"],
        )
    app.add_middleware(SafeHeaders)
    _say_aloud(settings, origins)
    return app


def _services(settings: Settings) -> Services:
    engine = postgres.engine(settings)
    store, hub = OcorrenciaStore(engine), Hub()
    return Services(
        settings=settings,
        access=access.access(settings),
        engine=engine,
        store=store,
        hub=hub,
        tail=Tail(settings.bootstrap_servers, hub.put, hub.caught_up, store.by_uid),
        board=Board(settings.bootstrap_servers),
        segments=SegmentLog(settings.bootstrap_servers),
        media=MediaStore(settings.media_url),
        counters={},
    )


def _say_aloud(settings: Settings, origins: list[str]) -> None:
    if settings.horus_anonymous_role != "none":
        log.warning("requests without a key are let in", role=settings.horus_anonymous_role)
    if origins:
        log.warning("pages of other origins may call", origins=", ".join(origins))
