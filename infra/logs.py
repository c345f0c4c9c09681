"""Logs: one line an event, key=value, UTC, to standard error; the supervisor keeps them in files.

No secret gets there: every finished line goes through `infra.masked`, those of libraries as well.
"""

import logging
import sys
from functools import partial

import structlog
from structlog.typing import EventDict

from infra.masked import masked

_RENDERER = structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "process", "event"])


class _Masking(logging.Formatter):
    """Formats a record of the standard library, traceback included, and masks the whole."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def configure(process: str, level: str = "INFO") -> None:
    """Set logging up for a process; every line carries its name."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Masking("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler])
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            partial(_named, process),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _rendered,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _named(process: str, _: object, __: str, line: EventDict) -> EventDict:
    # Not a context variable: threads would not inherit it.
    line["process"] = process
    return line


def _rendered(logger: object, method: str, line: EventDict) -> str:
    return masked(str(_RENDERER(logger, method, line)))
