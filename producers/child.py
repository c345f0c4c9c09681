"""One ffmpeg process and its three pipes (log, finished segments, packets), on a leash."""

import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable

import msgspec

from infra.local.leash import leashed
from producers.ffmpeg import Command, arguments

_CHUNK = 1 << 16
# ffmpeg writes its last segment at SIGTERM; libsrt then takes a second to close, for which nobody waits.
GRACE_S = 0.6
# Between the closing of its pipes and its end lies next to nothing.
GONE_S = 0.3
# A line longer than this is no line of ffmpeg's; what was read of it is let go.
_LONGEST_LINE = 1 << 16


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """Complete lines that came through the pipes."""

    log: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    packets: tuple[str, ...] = ()
    ended: bool = False
    """ffmpeg will say no more: it has closed its segment list or is gone."""


class Child:
    """A running ffmpeg. Start and use it in one thread: when that ends, however it ends, ffmpeg is killed."""

    def __init__(self, command: Command, wake: int) -> None:
        """Start ffmpeg; a byte in ``wake`` (a descriptor that somebody else writes to) ends a `listen` early.

        Raises OSError when it cannot be started.
        """
        segments_read, segments_write = os.pipe()
        packets_read, packets_write = os.pipe()
        try:
            self._process = subprocess.Popen(
                leashed(arguments(command, segments_write, packets_write), parent=os.getpid()),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=(segments_write, packets_write),
                env=_environment(command),
                # Out of the terminal's group: Ctrl-C is ours to hear, and ffmpeg ends in good order.
                process_group=0,
            )
        except BaseException:
            for end in (segments_read, packets_read):
                os.close(end)
            raise
        finally:
            os.close(segments_write)
            os.close(packets_write)
        assert self._process.stderr is not None
        self._log = _Lines(self._process.stderr.fileno())
        self._segments = _Lines(segments_read)
        self._packets = _Lines(packets_read)
        self._owned = (segments_read, packets_read)
        self._selector = selectors.DefaultSelector()
        for waited in (self._log.fd, self._segments.fd, wake):
            self._selector.register(waited, selectors.EVENT_READ)

    def listen(self, timeout_s: float) -> Heard:
        """Wait until ffmpeg says something, but not longer than ``timeout_s``, and return all it said.

        Packet lines alone end no wait: they come by the hundred and are taken along with the rest.
        """
        self._selector.select(timeout_s)
        # The packets first: a segment's own packets are known when it is named.
        packets = self._packets.read()
        segments = self._segments.read()
        log = self._log.read()
        for pipe in (self._log, self._segments):
            if pipe.closed and pipe.fd in self._selector.get_map():
                self._selector.unregister(pipe.fd)
        return Heard(log=log, segments=segments, packets=packets, ended=self._segments.closed)

    def killed_by(self) -> int | None:
        """Return the signal by which ffmpeg died before `stop`; None when it ended by itself, or lives."""
        try:
            code = self._process.wait(GONE_S)
        except subprocess.TimeoutExpired:
            return None
        return -code if code < 0 else None

    def stop(self, hear: Callable[[Heard], None]) -> None:
        """End ffmpeg: ask, let it finish its last segment, then kill. ``hear`` takes its last words."""
        if not self._segments.closed and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            deadline = time.monotonic() + GRACE_S
            while (left := deadline - time.monotonic()) > 0:
                said = self.listen(min(left, 0.05))
                hear(said)
                if said.ended:
                    break
        self._process.kill()
        self._process.wait()
        hear(self.listen(0.0))
        self._selector.close()
        for end in self._owned:
            os.close(end)
        if self._process.stderr is not None:
            self._process.stderr.close()


def _environment(command: Command) -> dict[str, str]:
    """Return ffmpeg's environment: ours, without what would lead it past a proxy that it is told to use."""
    past = "no_proxy" if "-http_proxy" in command.source.options else ""
    return {name: value for name, value in os.environ.items() if name != past}


class _Lines:
    """Complete lines out of a pipe, read without waiting."""

    def __init__(self, fd: int) -> None:
        os.set_blocking(fd, False)
        self.fd = fd
        self.closed = False
        self._rest = b""

    def read(self) -> tuple[str, ...]:
        if self.closed:
            return ()
        data = [self._rest]
        while True:
            try:
                chunk = os.read(self.fd, _CHUNK)
            except BlockingIOError:
                break
            if not chunk:
                self.closed = True
                break
            data.append(chunk)
        *lines, rest = b"".join(data).replace(b"\r", b"\n").split(b"\n")
        if self.closed and rest:
            lines, rest = [*lines, rest], b""
        self._rest = rest if len(rest) < _LONGEST_LINE else b""
        return tuple(line.decode(errors="replace") for line in lines)
