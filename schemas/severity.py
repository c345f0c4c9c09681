"""How grave an occurrence is: it grows with its duration (DESIGN section 6)."""

from enum import StrEnum


class Severity(StrEnum):
    """The four grades, as operators know them; ordered by ``rank``."""

    LEVE = "Leve (C)"
    MEDIA = "Média (B)"
    GRAVE = "Grave (A)"
    GRAVISSIMA = "Gravíssima (X)"

    @property
    def rank(self) -> int:
        """Return 0 for the mildest grade up to 3 for the gravest."""
        return list(Severity).index(self)


# Lower bounds in seconds, from the product's own definition of the grades.
FROM_SECONDS: tuple[tuple[float, Severity], ...] = (
    (60.0, Severity.GRAVISSIMA),
    (10.0, Severity.GRAVE),
    (5.0, Severity.MEDIA),
    (0.0, Severity.LEVE),
)


def severity_of(duration_s: float) -> Severity:
    """Return the grade of an occurrence that has lasted ``duration_s`` seconds."""
    for bound, grade in FROM_SECONDS:
        if duration_s >= bound:
            return grade
    return Severity.LEVE
