"""``python -m benchmarks.channels``: what N channels of 1080p25 cost on this machine, process by process, and
how long after the last byte of the deciding segment an alarm is on a WebSocket.

The peer, in the same run: a plain full decode of the same television by ffmpeg, in CPU seconds a second.
"""

import argparse
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import psutil
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from benchmarks.media import PROGRAMME, television
from benchmarks.rig import Rig, on_air, running
from infra.ffmpeg import find_ffmpeg
from infra.follow import read_all
from infra.media_store import MediaStore
from schemas.events import OcorrenciaClosed, OcorrenciaEscalated, OcorrenciaOpened
from schemas.topics import OCORRENCIAS

# Until all channels are on screen and caches are warm.
SETTLE_S = 15.0


class Usage(msgspec.Struct, frozen=True):
    """What a process and its children used over a stretch of time."""

    cores: float
    rss_mb: float


def usage(pid: int) -> tuple[float, float]:
    """Return CPU seconds so far and resident megabytes of a process and its children."""
    seconds = memory = 0.0
    try:
        parent = psutil.Process(pid)
        for each in (parent, *parent.children(recursive=True)):
            times = each.cpu_times()
            seconds += times.user + times.system
            memory += each.memory_info().rss / 1e6
    except psutil.NoSuchProcess:
        # A cutter of clips came and went between the listing and the look.
        pass
    return seconds, memory


def measured(rig: Rig, seconds: float) -> dict[str, Usage]:
    """Watch every process of an installation for a while."""
    pids = rig.processes()
    before = {name: usage(pid)[0] for name, pid in pids}
    started = time.monotonic()
    time.sleep(seconds)
    lasted = time.monotonic() - started
    found = {}
    for name, pid in pids:
        after, memory = usage(pid)
        found[name] = Usage(max(0.0, after - before[name]) / lasted, memory)
    return found


@contextmanager
def arrivals(rig: Rig) -> Iterator[dict[int, float]]:
    """Note when each WebSocket message arrives: its cursor -> wall-clock seconds."""
    noted: dict[int, float] = {}
    url = f"ws://127.0.0.1:{rig.settings.horus_port}/ws/ocorrencias"
    with connect(url, additional_headers={"Authorization": f"Bearer {rig.key}"}) as socket:

        def hear() -> None:
            try:
                for message in socket:
                    noted.setdefault(msgspec.json.decode(message)["cursor"], time.time())
            except ConnectionClosed:
                return

        threading.Thread(target=hear, daemon=True).start()
        yield noted


def delays(rig: Rig, noted: dict[int, float]) -> list[float]:
    """Return for each alarm the seconds from its deciding segment's last byte on disk to its arrival."""
    store = MediaStore(rig.settings.media_url)
    found = []
    for envelope, message in read_all(rig.settings.bootstrap_servers, OCORRENCIAS):
        event = envelope.event
        arrived = noted.get(message.offset() or 0)
        if arrived is None or not isinstance(
            event, OcorrenciaOpened | OcorrenciaEscalated | OcorrenciaClosed
        ):
            continue
        file = store.local_path(event.why.segment.uri) if event.why.segment else None
        if file is not None and file.exists():
            found.append(arrived - file.stat().st_mtime)
    return found


def plain_decode(ffmpeg: Path, file: Path) -> float:
    """Return the CPU seconds that a full decode of one second of the television takes ffmpeg."""
    command = [str(ffmpeg), "-v", "error", "-nostdin", "-threads", "1", "-i", str(file), "-f", "null", "-"]
    before = psutil.Process().cpu_times()
    subprocess.run(command, check=True)
    after = psutil.Process().cpu_times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return spent / PROGRAMME.duration_s


def percentile(values: list[float], share: float) -> float:
    """Return the value below which a share of the values lie."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def report(channels: int, found: dict[str, Usage], late: list[float], decode: float) -> None:
    """Print one table."""
    print(f"\n{channels} channels of 1080p25")
    print(f"  {'process':<12} {'cores':>6} {'MB':>6}")
    for name, each in found.items():
        print(f"  {name:<12} {each.cores:>6.2f} {each.rss_mb:>6.0f}")
    total = sum(each.cores for each in found.values())
    print(f"  {'all':<12} {total:>6.2f} {sum(each.rss_mb for each in found.values()):>6.0f}")
    video = found["video"].cores / (channels * decode)
    whole = total / (channels * decode)
    print(f"  plain decode {channels * decode:>6.2f}  -> video stage {video:.2f}, all {whole:.2f}")
    if late:
        print(
            f"  last byte -> WebSocket, {len(late)} alarms: p50 {statistics.median(late) * 1000:.0f} ms, "
            f"p99 {percentile(late, 0.99) * 1000:.0f} ms"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--channels", default="1,4,8", help="how many at once, comma-separated (default: 1,4,8)"
    )
    parser.add_argument("--seconds", type=float, default=60.0, help="how long each is watched (default: 60)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="horus-bench-media-") as folder:
        print("rendering and encoding 30 s of 1080p25 ...", flush=True)
        with running() as rig:
            ffmpeg = find_ffmpeg(rig.settings)
            file = television(ffmpeg, Path(folder))
            decode = plain_decode(ffmpeg, file)
            print(f"plain decode by ffmpeg: {decode:.3f} CPU-s a second of television", flush=True)
            for channels in map(int, asked.channels.split(",")):
                with on_air(rig, ffmpeg, file, channels):
                    time.sleep(SETTLE_S)
                    with arrivals(rig) as noted:
                        found = measured(rig, asked.seconds)
                    report(channels, found, delays(rig, noted), decode)


if __name__ == "__main__":
    main()
