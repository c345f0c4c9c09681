"""Reading the logs of the processes, for people who ask what went wrong."""

import os
import re
from pathlib import Path

# Enough for the longest last line worth showing.
TAIL_BYTES = 4096


def last_line(log: Path) -> str:
    """Return the last line of a log, or words that say there is none."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
            text = file.read().decode(errors="replace")
    except OSError:
        return "(no log)"
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "(it said nothing)"


def starts_in(supervisor_log: str) -> dict[str, int]:
    """Return how often each process was started since the supervisor last was, from the supervisor's log."""
    starts: dict[str, int] = {}
    for line in supervisor_log.splitlines():
        if "supervisord started with pid" in line:
            starts.clear()
        elif found := re.search(r"spawned: '([^']+)' with pid", line):
            starts[found[1]] = starts.get(found[1], 0) + 1
    return starts
