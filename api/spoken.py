"""What is said to clients that follow the log, in the bytes that both ways of following need."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import cached_property

# First byte of an unfragmented text frame: FIN, opcode 1 (RFC 6455, section 5.2).
_TEXT = 0x81
# A payload length up to 125 stands in the second byte; 126 and 127 say that 2 or 8 bytes of length follow.
_SHORT, _TWO_BYTES, _EIGHT_BYTES = 125, 126, 127


def text_frame(payload: bytes) -> bytes:
    """Return a server's WebSocket text frame; servers do not mask (RFC 6455, section 5.1), so that one frame
    serves all clients."""
    size = len(payload)
    if size <= _SHORT:
        header = bytes((_TEXT, size))
    elif size < 1 << 16:
        header = bytes((_TEXT, _TWO_BYTES)) + size.to_bytes(2, "big")
    else:
        header = bytes((_TEXT, _EIGHT_BYTES)) + size.to_bytes(8, "big")
    return header + payload


class Spoken(ABC):
    """One thing said. What it is encoded to is made at first use, and kept for all clients."""

    cursor: int
    """Offset up to which a client knows everything once it has this."""

    @property
    @abstractmethod
    def text(self) -> str:
        """Return the JSON text."""

    @cached_property
    def frame(self) -> bytes:
        """Return it as a WebSocket frame."""
        return text_frame(self.text.encode())

    @cached_property
    def sse(self) -> bytes:
        """Return it as a block of an event stream (https://html.spec.whatwg.org/#server-sent-events)."""
        return f"id: {self.cursor}\ndata: {self.text}\n\n".encode()


class Said(Spoken):
    """Something said to one client."""

    def __init__(self, text: str, cursor: int) -> None:
        """Hold a JSON text."""
        self._text = text
        self.cursor = cursor

    @property
    def text(self) -> str:
        """Return the JSON text."""
        return self._text


class Batch:
    """Some things said at once, joined once for all clients that want the same."""

    def __init__(self, said: Sequence[Spoken]) -> None:
        """Hold what is said, in order."""
        self.said = said

    @cached_property
    def frames(self) -> bytes:
        """Return all as WebSocket frames."""
        return b"".join([each.frame for each in self.said])

    @cached_property
    def sse(self) -> bytes:
        """Return all as blocks of an event stream."""
        return b"".join([each.sse for each in self.said])
