"""Occurrences as a projection of something else follows them: its own last state of each, and what changes.

Each such projection keeps states of its own, moved in its own transaction: the rows of ``ocorrencias`` are
another's, which may be ahead or behind. As it is known what went in, what somebody edits or deletes is taken
back out exactly.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec
from sqlalchemy import Connection, Table, select

from projections.projection import Placed
from schemas.events.ocorrencias import OcorrenciaEvent
from schemas.names import analysis_of
from schemas.ocorrencia import Ocorrencia, fold

_decoder = msgspec.json.Decoder(Ocorrencia)


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch of events did to one occurrence."""

    before: Ocorrencia | None
    """None: it was not known."""
    after: Ocorrencia


def changes(states: Mapping[str, Ocorrencia], events: Iterable[Placed]) -> list[Change]:
    """Return what a batch does to the occurrences of live channels; ``states``: uid -> the one known so far.

    What leaves an occurrence as it was (repeated, too late, of another family) is not in it.
    """
    now: dict[str, Ocorrencia] = {}
    for placed in events:
        event = placed.envelope.event
        if not isinstance(event, OcorrenciaEvent) or analysis_of(event.channel) is not None:
            continue
        before = now.get(event.uid) or states.get(event.uid)
        after = fold(
            before, event, event_id=placed.envelope.id, offset=placed.offset, time=placed.envelope.time
        )
        if after is not None and after is not before:
            now[event.uid] = after
    return [Change(before=states.get(uid), after=after) for uid, after in now.items()]


def known(connection: Connection, table: Table, events: Sequence[Placed]) -> dict[str, Ocorrencia]:
    """Return the occurrences that a batch is about, by uid; ``table`` has columns ``uid`` and ``state``."""
    facts = [each.envelope.event for each in events]
    uids = {fact.uid for fact in facts if isinstance(fact, OcorrenciaEvent)}
    if not uids:
        return {}
    found = connection.execute(select(table.c.uid, table.c.state).where(table.c.uid.in_(uids)))
    return {uid: _decoder.decode(state) for uid, state in found}


def as_text(state: Ocorrencia) -> str:
    """Return an occurrence as the column ``state`` keeps it."""
    return msgspec.json.encode(state).decode()
