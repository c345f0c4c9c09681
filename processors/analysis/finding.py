"""One fault found in a file."""

import msgspec

from schemas.severity import Severity


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A fault, in seconds of the file's own timeline: its first picture (else its first sound) is 0."""

    type: str
    """Name in schemas.faults."""
    start_s: float
    end_s: float
    confidence: float
    """Highest moving average of the class's score, 0..1; 1 for a lost signal."""
    severity: Severity

    @property
    def duration_s(self) -> float:
        """Return how long it lasts, in seconds."""
        return self.end_s - self.start_s
