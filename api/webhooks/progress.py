"""How far a webhook has got, when several deliveries are under way at once. Pure."""


class Progress:
    """Everything up to `reached` is settled; deliveries behind it may be settled in any order."""

    def __init__(self, reached: int) -> None:
        """Start where the last sender got to."""
        self._seen = reached
        self._under_way: set[int] = set()

    @property
    def reached(self) -> int:
        """Return the last cursor up to which nothing is left to do."""
        return min(self._under_way) - 1 if self._under_way else self._seen

    @property
    def seen(self) -> int:
        """Return the last cursor that was looked at."""
        return self._seen

    def take(self, cursor: int) -> None:
        """Begin the delivery of a message. Raises ValueError when it is not past those before."""
        if cursor <= self._seen:
            raise ValueError(f"cursor {cursor} is not past {self._seen}")
        self._seen = cursor
        self._under_way.add(cursor)

    def pass_to(self, cursor: int) -> None:
        """Take note that up to a cursor there is nothing else to deliver."""
        self._seen = max(self._seen, cursor)

    def settle(self, cursor: int) -> None:
        """Take note that a message was delivered or given up."""
        self._under_way.discard(cursor)
