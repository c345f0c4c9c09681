"""What a look at the log, the tables or a recording came to."""

import msgspec


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One question of the oracle and its answer."""

    asked: str
    looked_at: int
    """How many things were looked at: an answer about nothing is no answer."""
    breaches: tuple[str, ...] = ()
    """A line for each thing that is wrong; none: it held."""

    @property
    def held(self) -> bool:
        """Tell whether there was something to look at and nothing was wrong with it."""
        return self.looked_at > 0 and not self.breaches
