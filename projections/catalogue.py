"""Every projection there is, by name."""

from collections.abc import Callable

from projections.audit import Audit
from projections.coverage import Coverage
from projections.ocorrencias import Ocorrencias
from projections.projection import Projection
from projections.statistics import Statistics

PROJECTIONS: dict[str, Callable[[int], Projection]] = {
    "ocorrencias": lambda version: Ocorrencias(version=version),
    "audit": lambda version: Audit(version=version),
    "coverage": lambda version: Coverage(version=version),
    "statistics": lambda version: Statistics(version=version),
}
"""Name -> the projection that fills a version of its tables."""

UNHURRIED_S: dict[str, float] = {
    # Nobody asks about the last half minute, which may still be measured (api/coverage.py).
    "coverage": 2.0,
}
"""Name -> seconds between two batches of one that need not be up to date at once."""
