"""What libraries log, by Python's own logging: to standard error, without secrets.

Horus' own log (`infra.logs`) sets this up too. A command that writes none does without importing structlog.
"""

import logging
import sys

from infra.masked import masked


class _Masking(logging.Formatter):
    """Formats a record of the standard library, traceback included, and masks the whole."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def configure(level: str = "INFO") -> None:
    """Set the logging of libraries up for a process."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Masking("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])
