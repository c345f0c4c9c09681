"""The occurrences as Postgres has them, for reading."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, Engine, func, select
from sqlalchemy.orm import Session

from projections.tables import Ocorrencia as Row
from schemas.ocorrencia import Ocorrencia


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which occurrences a client asks for; None: any."""

    channel: str | None = None
    type: str | None = None
    severity: str | None = None
    category: str | None = None
    status: str | None = None
    since: datetime | None = None
    """Those that lasted at or beyond this moment."""
    until: datetime | None = None
    """Those that began before this moment."""


class OcorrenciaStore:
    """Reads occurrences; every method may raise SQLAlchemyError when the database is away."""

    def __init__(self, engine: Engine) -> None:
        """Read through ``engine``."""
        self._engine = engine

    def listed(self, wanted: Wanted, skip: int, limit: int) -> tuple[Sequence[Ocorrencia], int]:
        """Return occurrences, newest id first, and how many there are without ``skip`` and ``limit``."""
        conditions = _conditions(wanted)
        with Session(self._engine) as session:
            rows = session.scalars(
                select(Row).where(*conditions).order_by(Row.id.desc()).offset(skip).limit(limit)
            )
            found = [row.state() for row in rows]
            total = session.scalar(select(func.count()).select_from(Row).where(*conditions))
        return found, total or 0

    def by_id(self, number: int) -> Ocorrencia | None:
        """Return one occurrence, None when there is no such id."""
        return self._one(Row.id == number)

    def by_uid(self, uid: str) -> Ocorrencia | None:
        """Return one occurrence, None when there is no such uid."""
        return self._one(Row.uid == uid)

    def check(self) -> None:
        """Return when the tables answer. Raises SQLAlchemyError."""
        with Session(self._engine) as session:
            session.scalar(select(Row.id).limit(1))

    def _one(self, condition: ColumnElement[bool]) -> Ocorrencia | None:
        with Session(self._engine) as session:
            row = session.scalar(select(Row).where(condition))
            return row.state() if row is not None else None


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    given: list[ColumnElement[bool]] = [
        column == value
        for column, value in (
            (Row.channel, wanted.channel),
            (Row.type, wanted.type),
            (Row.severity, wanted.severity),
            (Row.category, wanted.category),
            (Row.status, wanted.status),
        )
        if value is not None
    ]
    if wanted.since is not None:
        given.append(Row.end_ts >= wanted.since)
    if wanted.until is not None:
        given.append(Row.start_ts < wanted.until)
    return given
