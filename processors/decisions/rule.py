"""How one class of faults is decided."""

import msgspec

from schemas.faults import Category

# What a model holds for likelier than not belongs to the fault once it has opened, and marks its ends: a
# threshold set high against false alarms must not make faults shorter than they are, nor tear them apart.
EDGE = 0.5
# Bad samples closer than this belong to one run while a fault has not opened yet: one lost vote of three.
MERGE_S = 0.5
# After a longer stretch without any sample nobody knows whether the fault went on: it is closed where it
# was last seen. Longer than the restart of an ingest (a few seconds), which must not split an occurrence.
HOLD_S = 15.0


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """How one class is decided; times in seconds."""

    fault: str
    category: Category
    threshold: float
    moving_avg_m: int
    vote_k: int
    onset_s: float
    clear_s: float
    merge_s: float = MERGE_S
    hold_s: float = HOLD_S
    dip_s: float = 0.0
    """For how long its score may dip below the threshold before it is taken for no cause of other faults."""
    enabled: bool = True
    """False: never opens on this channel. It is still told apart: a black picture that nobody wants to hear
    of is no freeze either."""

    @property
    def edge(self) -> float:
        """Return the score from which a sample belongs to a fault (a fault opens at ``threshold``)."""
        return min(self.threshold, EDGE)
