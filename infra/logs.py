"""Logs: one line an event, key=value, UTC, to standard error; the supervisor keeps them in files."""

import logging
import sys
from functools import partial

import structlog
from structlog.typing import EventDict


def configure(process: str, level: str = "INFO") -> None:
    """Set logging up for a process; every line carries its name."""
    logging.basicConfig(
        level=level, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            partial(_named, process),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "process", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _named(process: str, _: object, __: str, line: EventDict) -> EventDict:
    # Not a context variable: threads would not inherit it.
    line["process"] = process
    return line
