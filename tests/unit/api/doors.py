"""An application with a key for each role, and no servers behind it."""

from datetime import UTC, datetime
from typing import Literal

import msgspec
from fastapi import FastAPI
from starlette.testclient import TestClient

from api.app import create_app
from api.keys import mint
from api.services import Services
from infra.settings import Role, Settings
from schemas.events import KeyCreated, KeyRevoked

AT = datetime(2026, 11, 22, 3, 12, tzinfo=UTC)
ADMIN_KEY = "the right key"
AWAY = {
    "HORUS_ADMIN_KEY": ADMIN_KEY,
    "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
}


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    """The application and its keys."""

    app: FastAPI
    keys: dict[Role, str]

    @property
    def services(self) -> Services:
        services: Services = self.app.state.services
        return services

    def client(self, role: Role = "none", **headers: str) -> TestClient:
        """Return a client with the key of a role, none for ``none``."""
        key = {"X-API-Key": self.keys[role]} if role != "none" else {}
        # Not entered as a context: the app's own start, which follows Kafka, is not wanted here.
        return TestClient(
            self.app, headers={**key, **headers}, follow_redirects=False, raise_server_exceptions=False
        )

    def revoke(self, role: Role) -> None:
        self.services.admin.take(KeyRevoked(key_id=self.keys[role].split(".")[1], by="admin", at=AT), 99)


def closed(settings: Settings, *, known: bool = True) -> Closed:
    """Make the application of some settings, with keys that the log has told of, of all or so far."""
    app = create_app(settings)
    services: Services = app.state.services
    keys: dict[Role, str] = {"admin": ADMIN_KEY}
    roles: tuple[Literal["viewer", "operator"], ...] = ("viewer", "operator")
    for offset, role in enumerate(roles):
        made = mint()
        keys[role] = made.key
        event = KeyCreated(
            key_id=made.key_id, name=f"the {role}", role=role, hash=made.hash, by="admin", at=AT
        )
        services.admin.take(event, offset)
    if known:
        services.admin.caught_up()
    return Closed(app=app, keys=keys)
