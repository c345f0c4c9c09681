"""The occurrences as Postgres has them, for reading."""

from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import Engine, ScalarSelect, func, select
from sqlalchemy.orm import Session

from api.ocorrencia_wanted import Wanted, conditions
from projections.tables import Ocorrencia as Row
from projections.tables import OcorrenciaEver, ProjectionOffset
from schemas.ocorrencia import Ocorrencia
from schemas.topics import OCORRENCIAS

PROJECTION = "ocorrencias"
"""Name of the projection that fills the table, in ``projection_offsets``."""
# Rows in memory at once while all are read; some 2 KB each.
CHUNK = 1000


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """An occurrence as the table has it, and how far the table tells of the log."""

    state: Ocorrencia
    last_offset: int
    """Of the last event that changed it."""
    position: int
    """Offset of the first event that the table does not tell of."""


class OcorrenciaStore:
    """Reads occurrences; every method may raise SQLAlchemyError when the database is away."""

    def __init__(self, engine: Engine) -> None:
        """Read through ``engine``."""
        self._engine = engine

    def listed(
        self, wanted: Wanted, skip: int, limit: int, below: int | None = None
    ) -> tuple[Sequence[Ocorrencia], bool]:
        """Return occurrences, newest id first, and whether there are more behind them.

        ``below``: only ids under this one; what arrives later has a greater id and moves no such page.
        """
        found = conditions(wanted)
        if below is not None:
            found.append(Row.id < below)
        with Session(self._engine) as session:
            rows = session.scalars(
                select(Row).where(*found).order_by(Row.id.desc()).offset(skip).limit(limit + 1)
            )
            states = [row.state() for row in rows]
        return states[:limit], len(states) > limit

    def count(self, wanted: Wanted) -> int:
        """Return how many occurrences there are."""
        with Session(self._engine) as session:
            return session.scalar(select(func.count()).select_from(Row).where(*conditions(wanted))) or 0

    def all(self, wanted: Wanted) -> Iterator[Sequence[Ocorrencia]]:
        """Yield occurrences, newest id first, some at a time; no connection is held between two takes."""
        below: int | None = None
        more = True
        while more:
            states, more = self.listed(wanted, 0, CHUNK, below)
            if states:
                below = states[-1].id
                yield states

    def ever(self, which: int | str) -> Known | None:
        """Return an occurrence by id or by uid, a deleted one too; None when there is none."""
        condition = OcorrenciaEver.id == which if isinstance(which, int) else OcorrenciaEver.uid == which
        with Session(self._engine) as session:
            # In one statement, that is of one moment: row and position move together.
            found = session.execute(select(OcorrenciaEver, _position()).where(condition)).one_or_none()
            if found is None:
                return None
            row, position = found
            return Known(state=row.state(), last_offset=row.last_offset, position=position or 0)

    def by_uid(self, uid: str) -> Ocorrencia | None:
        """Return one occurrence, a deleted one too; None when there is no such uid."""
        known = self.ever(uid)
        return known.state if known is not None else None

    def position(self) -> int:
        """Return the offset of the first event that the table does not tell of; 0 before its first."""
        with Session(self._engine) as session:
            return session.scalar(select(_position())) or 0

    def check(self) -> None:
        """Return when the tables answer. Raises SQLAlchemyError."""
        with Session(self._engine) as session:
            session.scalar(select(Row.id).limit(1))


def _position() -> ScalarSelect[int]:
    # Of two versions the one that readers see is ahead: a rebuild is let in once it has caught up.
    return (
        select(func.max(ProjectionOffset.next_offset))
        .where(ProjectionOffset.projection == PROJECTION, ProjectionOffset.topic == OCORRENCIAS.name)
        .scalar_subquery()
    )
