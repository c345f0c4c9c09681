"""Where commands to occurrences are given: checked, written to the log, answered with what came of them."""

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec
from fastapi import HTTPException
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool

from api.ocorrencia_store import Known
from api.versions import Match, Stale
from schemas.envelope import Envelope, event_id
from schemas.events import Event
from schemas.events.ocorrencias import OcorrenciaChange, OcorrenciaCreated, OcorrenciaDeleted, OcorrenciaEvent
from schemas.ocorrencia import Ocorrencia, fold
from schemas.topics import OCORRENCIAS, Topic

# While the projection is away: how much of the log is folded here for one answer. Some 2 KB each.
AHEAD = 20_000
# An occurrence carries the ids of all its events, some 50 bytes each, through every fold and push. The stages
# add a dozen; people who correct and acknowledge one have long agreed before this.
EVENTS_MAX = 1_000


class Table(Protocol):
    """What is known; `api.ocorrencia_store.OcorrenciaStore`. May block; raises SQLAlchemyError."""

    def ever(self, which: int | str) -> Known | None:
        """Return an occurrence by id or by uid, a deleted one too."""

    def position(self) -> int:
        """Return the offset of the first event that the table does not tell of."""


class Writer(Protocol):
    """Where commands go; `api.commands.Commands`."""

    async def publish(self, topic: Topic, event: Event) -> int:
        """Write an event and return its offset. Raises LogAway."""

    async def wait_projected(self, offset: int) -> bool:
        """Tell, in a bounded while, whether the table tells of everything up to and with ``offset``."""


class Reader(Protocol):
    """Where events are read back; `api.ocorrencia_log.OcorrenciaLog`."""

    def at(self, offsets: Sequence[int]) -> list[tuple[int, Envelope]]:
        """Return the events at ``offsets``. May block; raises LogAway."""


class Reused(HTTPException):
    """An ``Idempotency-Key`` given for another request than before; leaves a route as 422."""

    def __init__(self, number: int) -> None:
        """Name the occurrence that the key was used for."""
        super().__init__(422, f"this Idempotency-Key was used for another request on occurrence {number}")


class NoOcorrencia(HTTPException):
    """Leaves a route as 404."""

    def __init__(self, number: int) -> None:
        """Name what was asked for."""
        super().__init__(404, f"there is no occurrence {number}")


class NotYetSeen(HTTPException):
    """A command was written, but what came of it cannot be told; leaves a route as 503."""

    def __init__(self) -> None:
        """Say so, and when to ask again."""
        super().__init__(
            503, "written, but the table does not tell of it yet; read it later", {"Retry-After": "5"}
        )


class Desk:
    """Gives commands. Every method may raise LogAway and SQLAlchemyError, before anything is written."""

    def __init__(self, store: Table, log: Reader, commands: Writer, heard: Callable[[], int]) -> None:
        """``heard`` gives the newest offset that this process has pushed to its clients."""
        self._store = store
        self._log = log
        self._commands = commands
        self._heard = heard

    async def known(self, number: int) -> Known:
        """Return an occurrence, a deleted one too. Raises NoOcorrencia."""
        found = await run_in_threadpool(self._store.ever, number)
        # Whoever has just heard of it by push may be ahead of the table.
        if found is None and number <= self._heard() and await self._commands.wait_projected(number):
            found = await run_in_threadpool(self._store.ever, number)
        if found is None:
            raise NoOcorrencia(number)
        return found

    async def one(self, number: int) -> Ocorrencia:
        """Return an occurrence that is not deleted. Raises NoOcorrencia."""
        state = (await self.known(number)).state
        if state.deleted:
            raise NoOcorrencia(number)
        return state

    async def create(self, event: OcorrenciaCreated, *, repeatable: bool) -> Ocorrencia:
        """Enter an occurrence and return it; the same one for a repeat.

        ``repeatable``: its uid comes from an ``Idempotency-Key``, so that it may be there already. Raises
        Reused, and 409 when it was deleted since.
        """
        before, position = None, None
        if repeatable:
            before = await run_in_threadpool(self._store.ever, event.uid)
            if before is not None:
                return await self._same(before.state, event)
            position = await run_in_threadpool(self._store.position)
        offset = await self._commands.publish(OCORRENCIAS, event)
        after = await self._folded(event, None, offset if position is None else position, offset)
        return after if after.id == offset else await self._same(after, event)

    async def change(
        self, number: int, match: Match, command: Callable[[Ocorrencia], OcorrenciaChange]
    ) -> Ocorrencia:
        """Give a command to an occurrence and return what it is then; a repeated command changes nothing.

        ``command`` makes it for the occurrence as last known. Raises NoOcorrencia, Reused, and Stale when the
        occurrence has, or gets in the meantime, another version than ``match`` demands; 409 once it has
        EVENTS_MAX events.
        """
        known = await self.known(number)
        state = known.state
        event = command(state)
        identity = event_id(event)
        if identity in state.applied:
            return await self._repeated(state, event)
        if state.deleted:
            raise NoOcorrencia(number)
        if state.version >= EVENTS_MAX and not isinstance(event, OcorrenciaDeleted):
            raise HTTPException(
                409, f"occurrence {number} has {state.version} events, and takes no more; it may be deleted"
            )
        event = msgspec.structs.replace(event, if_version=match.demanded(state.version))
        offset = await self._commands.publish(OCORRENCIAS, event)
        after = await self._folded(event, state, known.position, offset)
        if identity in after.applied:
            return after if offset in after.offsets else await self._repeated(after, event)
        if after.deleted:
            raise NoOcorrencia(number)
        raise Stale(after.version)

    async def history(self, number: int) -> tuple[Ocorrencia, list[tuple[int, Envelope]]]:
        """Return an occurrence and the stretches of the log that hold its events, in order.

        Raises NoOcorrencia.
        """
        known = await self.known(number)
        state = known.state
        # A row older than the column of offsets: its events lie somewhere up to the last one.
        complete = len(state.offsets) == len(state.applied)
        places = state.offsets if complete else range(state.id, known.last_offset + 1)
        found = await run_in_threadpool(self._log.at, places)
        return state, found

    async def _same(self, state: Ocorrencia, event: OcorrenciaCreated) -> Ocorrencia:
        """Return the occurrence that an ``Idempotency-Key`` made, if the request was the same."""
        first = await run_in_threadpool(self._log.at, [state.id])
        made = first[0][1].event if first else None
        asked = (event.channel, event.fault, event.evidence)
        if isinstance(made, OcorrenciaCreated) and (made.channel, made.fault, made.evidence) != asked:
            raise Reused(state.id)
        if state.deleted:
            raise HTTPException(409, f"this Idempotency-Key made occurrence {state.id}, deleted since")
        return state

    async def _repeated(self, state: Ocorrencia, event: OcorrenciaChange) -> Ocorrencia:
        """Return an occurrence that has had this command before, if it was the same."""
        places = dict(zip(state.applied, state.offsets, strict=False))
        place = places.get(event_id(event))
        found = await run_in_threadpool(self._log.at, [] if place is None else [place])
        for _, envelope in found:
            first = envelope.event
            if isinstance(first, OcorrenciaChange):
                again = msgspec.structs.replace(event, at=first.at, if_version=first.if_version)
                if again != first:
                    raise Reused(state.id)
        return state

    async def _folded(
        self, event: OcorrenciaEvent, state: Ocorrencia | None, position: int, offset: int
    ) -> Ocorrencia:
        """Return the occurrence once everything up to ``offset`` counts: from the table, or, while the
        projection is away, ``state`` with the log from ``position`` on folded in."""
        if await self._commands.wait_projected(offset):
            try:
                known = await run_in_threadpool(self._store.ever, event.uid)
            except SQLAlchemyError:
                known = None
            if known is not None:
                return known.state
        if offset - position > AHEAD:
            raise NotYetSeen
        for place, envelope in await run_in_threadpool(self._log.at, range(position, offset + 1)):
            fact = envelope.event
            if isinstance(fact, OcorrenciaEvent) and fact.uid == event.uid:
                state = fold(state, fact, event_id=envelope.id, offset=place, time=envelope.time)
        if state is None:
            raise NotYetSeen
        return state
