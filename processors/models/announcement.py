"""Keeps away the line that LiteRT writes to the standard error once a process: it has no switch for it."""

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

ANNOUNCEMENT = b"INFO: Created TensorFlow Lite XNNPACK delegate for CPU.\n"
_STDERR = 2
_lock, _over = threading.Lock(), threading.Event()


@contextmanager
def unannounced() -> Iterator[None]:
    """Make the first interpreter of a process within this; later ones say nothing.

    What others write to the standard error meanwhile comes a few milliseconds late.
    """
    if _over.is_set():
        yield
        return
    with _lock, tempfile.TemporaryFile() as said:
        try:
            kept = os.dup(_STDERR)
        except OSError:  # there is none
            yield
            return
        os.dup2(said.fileno(), _STDERR)
        try:
            yield
        finally:
            os.dup2(kept, _STDERR)
            os.close(kept)
            said.seek(0)
            os.write(_STDERR, said.read().replace(ANNOUNCEMENT, b""))
        _over.set()
