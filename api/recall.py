"""The states that the tail folds onto: the recent ones in memory, older ones wherever they are kept."""

from collections import OrderedDict
from collections.abc import Callable

from schemas.ocorrencia import Ocorrencia

# A day of occurrences at ten a minute is 14,400: what is still changing is far younger. Some 2 KB each.
CAPACITY = 20_000


class Recall:
    """uid -> occurrence, the least recently changed closed ones forgotten first; open ones are all kept."""

    def __init__(self, older: Callable[[str], Ocorrencia | None], capacity: int = CAPACITY) -> None:
        """``older`` finds what is no longer here (None: there is no such occurrence)."""
        self._older = older
        self._capacity = capacity
        self._open: dict[str, Ocorrencia] = {}
        self._closed: OrderedDict[str, Ocorrencia] = OrderedDict()
        self._forgets = False

    def at_hand(self, uid: str) -> Ocorrencia | None:
        """Return the occurrence if it is in memory; asks nobody."""
        return self._open.get(uid) or self._closed.get(uid)

    def get(self, uid: str) -> Ocorrencia | None:
        """Return the occurrence as last known. Raises whatever ``older`` raises."""
        found = self.at_hand(uid)
        return self._older(uid) if found is None and self._forgets else found

    def put(self, state: Ocorrencia) -> None:
        """Remember an occurrence as it is now."""
        if state.status == "aberta":
            self._open[state.uid] = state
            return
        self._open.pop(state.uid, None)
        self._closed[state.uid] = state
        self._closed.move_to_end(state.uid)
        if len(self._closed) > self._capacity:
            self._closed.popitem(last=False)
            self._forgets = True
