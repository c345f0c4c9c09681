"""Logs: one line an event, key=value, UTC, to standard error; the supervisor keeps them in files.

No secret gets there: every finished line goes through `infra.masked`, those of libraries as well.
"""

import logging
import sys
from functools import partial

import structlog
from structlog.typing import EventDict

from infra import library_logs
from infra.masked import masked

_RENDERER = structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "process", "event"])


def configure(process: str, level: str = "INFO") -> None:
    """Set logging up for a process; every line carries its name."""
    library_logs.configure(level)
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
