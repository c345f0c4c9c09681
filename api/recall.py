"""The states that the tail folds onto: the recent ones in memory, with a word on what else there may be."""

from collections import OrderedDict
from datetime import UTC, datetime

import msgspec

from schemas.events.ocorrencias import OcorrenciaEvent
from schemas.ocorrencia import BEGINNINGS, Ocorrencia

# A day of occurrences at ten a minute is 14,400: what is still changing is far younger. Some 2 KB each.
CAPACITY = 20_000
EVERYTHING = datetime.max.replace(tzinfo=UTC)
"""As `Recall.forgotten`: any occurrence may be missing here."""


class Kept(msgspec.Struct, frozen=True):
    """An occurrence and the offset of the last event that changed it."""

    state: Ocorrencia
    last_offset: int


class Recall:
    """uid -> occurrence. Open ones are all kept; the least recently changed others go when `trim` says."""

    def __init__(self, *, forgotten: datetime | None = None, capacity: int = CAPACITY) -> None:
        """Start empty. ``forgotten``: occurrences that began up to then may exist though they are not here;
        None: what is not here does not exist."""
        self.forgotten = forgotten
        self._capacity = capacity
        self._open: dict[str, Kept] = {}
        self._done: OrderedDict[str, Kept] = OrderedDict()

    def get(self, uid: str) -> Ocorrencia | None:
        """Return the occurrence if it is in memory."""
        kept = self._open.get(uid) or self._done.get(uid)
        return kept.state if kept is not None else None

    def settled(self, event: OcorrenciaEvent) -> bool:
        """Tell whether memory decides about an event's occurrence: it is here, or it cannot exist."""
        if self.forgotten is None or event.uid in self._open or event.uid in self._done:
            return True
        # So that a new alarm waits for no database: it began after everything that was ever forgotten.
        return isinstance(event, BEGINNINGS) and event.fault.start_ts > self.forgotten

    def put(self, kept: Kept) -> None:
        """Remember an occurrence as it is now."""
        state = kept.state
        if state.status == "aberta" and not state.deleted:
            self._open[state.uid] = kept
            return
        self._open.pop(state.uid, None)
        self._done[state.uid] = kept
        self._done.move_to_end(state.uid)

    @property
    def full(self) -> bool:
        """Tell whether a `trim` is due; in steps of a quarter, for it asks the database."""
        return len(self._done) > self._capacity * 5 // 4

    def trim(self, projected: int) -> None:
        """Forget what is too much, as far as the table has it: all events before ``projected``."""
        while len(self._done) > self._capacity:
            uid, kept = next(iter(self._done.items()))
            if kept.last_offset >= projected:
                return
            del self._done[uid]
            self.forgotten = max(self.forgotten or kept.state.start_ts, kept.state.start_ts)
