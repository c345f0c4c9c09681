"""Who did what: a row for each command in the log."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from projections.physical import View, kept
from projections.projection import Placed, Values
from projections.tables import AuditV1
from schemas.events import (
    CommandDone,
    Event,
    KeyCreated,
    KeyRevoked,
    StorageConfigured,
    WebhookConfigured,
    WebhookRemoved,
)
from schemas.events.admin import AdminEvent
from schemas.events.ocorrencias import (
    OcorrenciaAcknowledged,
    OcorrenciaCommand,
    OcorrenciaCreated,
    OcorrenciaDeleted,
    OcorrenciaEdited,
)
from schemas.topics import ADMIN, OCORRENCIAS, Topic


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """A command as people read it."""

    who: str
    at: datetime
    action: str
    """``<subject>.<verb>``."""
    target: str
    detail: str = ""


def done(event: Event) -> Done | None:
    """Return the command that an event tells of, None for what no person did."""
    if not isinstance(event, AdminEvent | OcorrenciaCommand):
        return None
    action, target, detail = _words(event)
    return Done(who=event.by, at=event.at, action=action, target=target, detail=detail)


def _words(event: AdminEvent | OcorrenciaCommand) -> tuple[str, str, str]:
    match event:
        case OcorrenciaCreated():
            fault = event.fault
            return "ocorrencias.create", event.uid, f"{fault.type} on {event.channel or 'no channel'}"
        case OcorrenciaAcknowledged():
            return "ocorrencias.ack", event.uid, event.comment or ""
        case OcorrenciaEdited():
            return "ocorrencias.edit", event.uid, msgspec.json.encode(event.changes).decode()
        case OcorrenciaDeleted():
            return "ocorrencias.delete", event.uid, ""
        case KeyCreated():
            return "keys.create", event.key_id, f"{event.name}, {event.role}"
        case KeyRevoked():
            return "keys.revoke", event.key_id, ""
        case WebhookConfigured():
            # Of its address only the host: what follows may be what opens it.
            return "webhooks.configure", event.webhook_id, urlsplit(event.url).hostname or ""
        case WebhookRemoved():
            return "webhooks.remove", event.webhook_id, ""
        case StorageConfigured():
            return "storage.configure", event.mode, event.local_path
        case CommandDone():
            return event.action, event.target, event.detail
        case _:
            # A command that is younger than this table of words still has to be in the audit.
            return event.TYPE, event.about(), ""


class Audit:
    """The commands of both topics as a version of the table ``audit``."""

    name = "audit"
    kept = (kept(AuditV1, View("audit")),)

    def __init__(self, topics: tuple[Topic, ...] = (ADMIN, OCORRENCIAS), version: int = 1) -> None:
        """Read the topics of the contract, or some of their form; fill a version of the table."""
        self.topics = topics
        self.version = version
        self._table = self.kept[0].table(version)

    def apply(self, connection: Connection, events: Sequence[Placed]) -> None:
        """Write a row for each command; one that the log holds twice has the same id."""
        rows = list(_rows(events))
        if rows:
            # Commands are given by people: a handful a batch, no matter for COPY.
            connection.execute(insert(self._table).values(rows).on_conflict_do_nothing())

    def folded(self, events: Iterable[Placed]) -> Sequence[Iterable[Values]]:
        """Return a row for each command, the first of those with one id."""
        rows: dict[object, Values] = {}
        for row in _rows(events):
            rows.setdefault(row["id"], row)
        return (rows.values(),)


def _rows(events: Iterable[Placed]) -> Iterator[Mapping[str, object]]:
    for placed in events:
        if (command := done(placed.envelope.event)) is not None:
            yield {"id": placed.envelope.id, **msgspec.structs.asdict(command)}
