"""A line to a receiver: one ffmpeg that carries bytes over SRT as caller, untouched and at once."""

import fcntl
import os
import select
import subprocess
import time

import imageio_ffmpeg

# What a receiver holds back to absorb lost packets (libsrt's default).
LATENCY_S = 0.12
# A connection on one machine takes 0.1 s; a listener that needs longer is taken for none.
_CONNECT_S = 0.7
# libsrt gives up a dead peer after 5 s only. So its send buffer and our pipe are made small and to drop
# nothing: when nobody acknowledges they are full after half a second even of the leanest stream (95 kB/s, see
# PAYLOAD), and when they stay full for _STALL_S the peer is gone. A living peer acknowledges every 10 ms.
_SEND_BUFFER_BYTES = 32_768
_PIPE_BYTES = 4096
_STALL_S = 0.6
# One SRT message: seven packets of transport stream. What is sent in whole messages never waits for the next.
PAYLOAD = 7 * 188
_NULL_PACKET = b"\x47\x1f\xff\x10" + b"\xff" * 184
# Enough of ffmpeg's words to know why it ended.
_WORDS = 400


class NoListener(ConnectionError):
    """Nobody answered at the address; the text is what ffmpeg said."""


class Line:
    """An SRT connection; it dies with this process, however that dies, for then ffmpeg's stdin ends."""

    def __init__(self, url: str) -> None:
        """Connect to ``srt://host:port``. Raises NoListener when nobody answers, OSError without ffmpeg."""
        # The stream passes as plain data: ffmpeg neither probes nor paces nor changes it, so nothing is late.
        ffmpeg = (imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostats", "-loglevel", "info")
        through = ("-f", "data", "-raw_packet_size", str(PAYLOAD), "-i", "pipe:0", "-map", "0", "-c", "copy")
        process = subprocess.Popen(
            [*ffmpeg, *through, "-flush_packets", "1", "-f", "data", _with_options(url)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        assert process.stdin is not None and process.stderr is not None
        self._process, self._in, self._words = process, process.stdin, process.stderr
        fcntl.fcntl(self._in, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        os.set_blocking(self._in.fileno(), False)
        os.set_blocking(self._words.fileno(), False)
        said = self._answer()
        # ffmpeg names its output once the connection stands.
        if b"Output #0" not in said:
            raise NoListener((said.decode(errors="replace") + self.hang_up())[-_WORDS:])

    def send(self, data: bytes) -> bool:
        """Send transport stream, stuffed to whole messages; return False when the receiver is gone."""
        rest = memoryview(stuffed(data))
        while rest:
            try:
                rest = rest[os.write(self._in.fileno(), rest) :]
            except BlockingIOError:
                if not select.select([], [self._in], [], _STALL_S)[1]:
                    return False
            except BrokenPipeError:
                return False
        return True

    def hang_up(self) -> str:
        """End without a goodbye, as a line that is cut, and return ffmpeg's last words."""
        self._process.kill()
        self._process.wait()
        self._in.close()
        said = (self._words.read() or b"").decode(errors="replace")
        self._words.close()
        return said[-_WORDS:]

    def _answer(self) -> bytes:
        said = b""
        deadline = time.monotonic() + 3 * _CONNECT_S
        while b"Output #0" not in said and time.monotonic() < deadline:
            if select.select([self._words], [], [], 0.1)[0]:
                heard = self._words.read()
                if not heard:
                    break
                said += heard
        return said


def stuffed(data: bytes) -> bytes:
    """Return transport stream with null packets (ISO/IEC 13818-1) up to one or more whole messages."""
    missing = -len(data) % PAYLOAD or (PAYLOAD if not data else 0)
    return data + _NULL_PACKET * (missing // len(_NULL_PACKET))


def _with_options(url: str) -> str:
    options = {
        "mode": "caller",
        "transtype": "live",
        "pkt_size": str(PAYLOAD),
        "latency": str(round(LATENCY_S * 1e6)),
        "connect_timeout": str(round(_CONNECT_S * 1e3)),
        "sndbuf": str(_SEND_BUFFER_BYTES),
        "tlpktdrop": "0",
    }
    missing = [f"{name}={value}" for name, value in options.items() if f"{name}=" not in url]
    return f"{url}{'&' if '?' in url else '?'}{'&'.join(missing)}"
