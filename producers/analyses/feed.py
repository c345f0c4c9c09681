"""How far the stages are with a file, and what they are given next: never more than two segments at once."""

from collections.abc import Sequence

from producers.analyses.pieces import Piece
from schemas.events.analyses import Judged, Kind

IN_FLIGHT = 2
"""Segments told and not yet measured: one at work and one that waits for it, so that no worker idles and no
live channel ever waits behind a file."""


class Feed:
    """What was told, measured and decided of one file."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        """Begin before the first piece; ``pieces`` are counted from 0."""
        self._pieces = pieces
        self._missing = [set(piece.kinds) for piece in pieces]
        self._next = 0
        self.judged: dict[Kind, Judged] = {}

    @property
    def kinds(self) -> frozenset[Kind]:
        """Return what the file is judged by."""
        return frozenset[Kind]().union(*(piece.kinds for piece in self._pieces))

    @property
    def in_flight(self) -> int:
        """Return how many pieces were told and are not measured."""
        return sum(1 for missing in self._missing[: self._next] if missing)

    @property
    def share(self) -> float:
        """Return how much of the file is measured, 0 to 1, by its time."""
        whole = sum(piece.duration for piece in self._pieces)
        done = sum(
            piece.duration
            for piece, missing in zip(self._pieces, self._missing, strict=True)
            if not missing and piece.kinds
        )
        return done / whole if whole else 1.0

    @property
    def decided(self) -> bool:
        """Tell whether nothing more will be found."""
        return self.kinds <= self.judged.keys()

    def measured(self, kind: Kind, seq: int) -> None:
        """Note that a stage is done with a piece; again, or of no piece, changes nothing."""
        if 0 <= seq < len(self._missing):
            self._missing[seq].discard(kind)

    def take(self) -> Piece | None:
        """Return the next piece to be told, None while two are in flight or none is left.

        A piece measured before (by the work of a process that was killed) is passed over.
        """
        while self._next < len(self._pieces) and self.in_flight < IN_FLIGHT:
            piece, missing = self._pieces[self._next], self._missing[self._next]
            self._next += 1
            if missing or not piece.kinds:
                return piece
        return None
