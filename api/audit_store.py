"""The audit, as it is asked of the database."""

from datetime import UTC, datetime, timedelta

import msgspec
from sqlalchemy import Engine, select, tuple_
from sqlalchemy.orm import Session

from projections.tables import Audit

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Place(msgspec.Struct, frozen=True):
    """Where a page ends: the last row's moment and id."""

    at: datetime
    id: str

    def __str__(self) -> str:
        """Return it as the cursor that clients hand back."""
        return f"{(self.at - EPOCH) // timedelta(microseconds=1)}_{self.id}"

    @staticmethod
    def of(cursor: str) -> "Place":
        """Read a cursor. Raises ValueError for one that was never given, OverflowError beyond all time."""
        micros, _, name = cursor.partition("_")
        return Place(EPOCH + timedelta(microseconds=int(micros)), name)


class Sought(msgspec.Struct, frozen=True, kw_only=True):
    """Which commands; None: whichever."""

    who: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: Place | None = None


class AuditStore:
    """Reads the view. May be used from several threads."""

    def __init__(self, engine: Engine) -> None:
        """Prepare."""
        self._engine = engine

    def page(self, sought: Sought, limit: int) -> list[Audit]:
        """Return commands, the newest first. Raises SQLAlchemyError."""
        query = select(Audit).order_by(Audit.at.desc(), Audit.id.desc()).limit(limit)
        if sought.who is not None:
            query = query.where(Audit.who == sought.who)
        if sought.action is not None:
            # A subject stands for all that is done to it: `keys` for `keys.create` and `keys.revoke`.
            query = query.where(
                (Audit.action == sought.action) | Audit.action.startswith(f"{sought.action}.")
            )
        if sought.since is not None:
            query = query.where(Audit.at >= sought.since)
        if sought.until is not None:
            query = query.where(Audit.at < sought.until)
        if sought.after is not None:
            query = query.where(tuple_(Audit.at, Audit.id) < (sought.after.at, sought.after.id))
        with Session(self._engine) as session:
            return list(session.scalars(query))
