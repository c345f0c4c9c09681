"""Deliveries a second and their delay at 500 WebSocket clients: Horus beside a plain FastAPI loop."""

import argparse
import json
import resource
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass

import psutil

from benchmarks.push_clients import Crowd
from infra.local.ports import free_port

START_S = 30.0
# A loop that cannot keep up is given this long for what it was offered.
PATIENCE_S = 120.0
WARM_UP = 50


@dataclass(frozen=True)
class Run:
    """What one way of pushing did with one load."""

    deliveries_s: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    """Of the server, for each delivery."""


class Server:
    """A process of `benchmarks.push_served`."""

    def __init__(self, way: str, clients: int) -> None:
        """Start it and connect the clients."""
        port = free_port()
        command = [sys.executable, "-m", "benchmarks.push_served", way, str(port)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self._usage = psutil.Process(self._process.pid)
        _await(port)
        self._crowd = Crowd(port, clients)
        self._sent = 0
        self.run(WARM_UP, 0)

    def run(self, messages: int, rate: int) -> Run:
        """Let it push so many messages, ``rate`` a second (0: as fast as it can)."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        made: list[list[float]] = []
        out = self._process.stdout
        reading = threading.Thread(target=lambda: made.append(json.loads(out.readline())))
        before = sum(self._usage.cpu_times()[:2])
        self._process.stdin.write(f"{messages} {rate}\n")
        self._process.stdin.flush()
        reading.start()
        self._crowd.hear(self._sent + messages, PATIENCE_S)
        reading.join()
        spent = sum(self._usage.cpu_times()[:2]) - before
        heard = [times[self._sent : self._sent + messages] for times in self._crowd.heard.values()]
        if any(len(times) < messages for times in heard):
            raise RuntimeError("the server did not get there in time")
        self._sent += messages
        at = made[0]
        delays = sorted(there - then for times in heard for there, then in zip(times, at, strict=True))
        count = len(delays)
        lasted = max(times[-1] for times in heard) - at[0]
        return Run(
            deliveries_s=count / lasted,
            p50_ms=1000 * delays[count // 2],
            p99_ms=1000 * delays[int(count * 0.99)],
            cpu_us=1e6 * spent / count,
        )

    def stop(self) -> None:
        """End it."""
        self._crowd.close()
        self._process.terminate()
        self._process.wait()


def _await(port: int) -> None:
    end = time.monotonic() + START_S
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--messages", type=int, default=1500, help="of each run (default: 1500)")
    parser.add_argument("--rates", default="20,120,0", help="messages a second; 0: as fast as it can")
    asked = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, asked.clients * 2 + 200)), hard))
    print(f"{asked.clients} clients in one process beside the server, on the same cores")
    print(f"{'offered':>16} {'':8} {'deliveries/s':>12} {'p50 ms':>8} {'p99 ms':>8} {'CPU us each':>12}")
    servers = {way: Server(way, asked.clients) for way in ("plain", "horus")}
    try:
        for rate in map(int, asked.rates.split(",")):
            found = {}
            for way, server in servers.items():
                messages = min(asked.messages, rate * 15) if rate else asked.messages
                found[way] = run = server.run(messages, rate)
                offered = f"{rate * asked.clients:,}/s" if rate else "all it takes"
                print(
                    f"{offered:>16} {way:8} {run.deliveries_s:>12,.0f} {run.p50_ms:>8.1f} {run.p99_ms:>8.1f} "
                    f"{run.cpu_us:>12.2f}",
                    flush=True,
                )
            ratio = found["horus"].deliveries_s / found["plain"].deliveries_s
            print(f"{'':16} ratio    {ratio:>12.2f}")
    finally:
        for server in servers.values():
            server.stop()


if __name__ == "__main__":
    main()
