"""``python -m benchmarks.analyze``: what `horus analyze` costs beside a plain decode of the same file.

Both run as whole processes, by turns, and user and system time of each is what the kernel counts. The peer is
``ffmpeg -threads 1 -i FILE -f null -``: every picture and all sound decoded once, nothing looked at.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import msgspec

from infra.demo.programme import Fault, Programme
from infra.demo.render import rendered
from infra.ffmpeg import find_ffmpeg
from infra.settings import load

# A usual contribution rate of HD H.264.
BITRATE = "6M"
# The first fault ends early: how long a user waits for a first result is measured by it.
FAULTS = (Fault("fade", 0.6, 2.2), Fault("freeze", 9.08, 12.4), Fault("ausencia_audio", 15.2, 18.6))


class Run(msgspec.Struct, frozen=True):
    """One process, from its start to its end."""

    cpu_s: float
    """User and system time."""
    wall_s: float
    first_s: float | None
    """From its start to its first finding on standard output."""


def television(ffmpeg: Path, folder: Path, seconds: float) -> Path:
    """Return 1080p25 H.264 with B-frames and AAC as a broadcaster sends it, made in ``folder``."""
    programme = Programme(
        name="analyze",
        title="Horus Bench",
        duration_s=seconds,
        width=640,
        height=360,
        fps=25,
        seed=5505,
        sound="speech",
        faults=FAULTS,
    )
    small, target = rendered(programme, folder), folder / "analyze-1080p25.mp4"
    subprocess.run(
        [
            str(ffmpeg), "-v", "error", "-nostdin", "-y", "-i", str(small),
            # Fresh noise at full size: scaled-up pictures alone would cost less to decode than real ones.
            "-vf", "scale=1920:1080,noise=alls=6:allf=t", "-c:v", "libx264", "-preset", "medium",
            "-b:v", BITRATE, "-maxrate", "8M", "-bufsize", "12M", "-g", "50",
            "-c:a", "aac", "-b:a", "192k", str(target),
        ],
        check=True,
    )  # fmt: skip
    return target


def timed(command: list[str]) -> Run:
    """Run a command to its end."""
    began, first_s = time.monotonic(), None
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if first_s is None and "{" in line:
            first_s = time.monotonic() - began
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {process.returncode}")
    return Run(used.ru_utime + used.ru_stime, time.monotonic() - began, first_s)


def report(decodes: list[Run], analyses: list[Run], seconds: float) -> None:
    """Print each run, the medians and their ratio."""
    print(f"\n{seconds:g} s of 1080p25 H.264 + AAC; CPU-s, user and system")
    for name, runs in (("ffmpeg", decodes), ("horus analyze", analyses)):
        each = "  ".join(f"{run.cpu_s:6.2f}" for run in runs)
        print(f"  {name:<14} median {_median(runs):6.2f}   runs {each}")
    print(f"  ratio          {_median(analyses) / _median(decodes):6.2f}")
    firsts = [run.first_s for run in analyses if run.first_s is not None]
    if firsts:
        print(f"  first finding after {statistics.median(firsts):.2f} s (at best {min(firsts):.2f} s)")


def _median(runs: list[Run]) -> float:
    return statistics.median(run.cpu_s for run in runs)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="of television (default: 60)")
    parser.add_argument("--runs", type=int, default=5, help="of each, by turns (default: 5)")
    parser.add_argument("--file", type=Path, help="a file to measure in place of the one that is made")
    asked = parser.parse_args()
    ffmpeg = find_ffmpeg(load())
    horus = [sys.executable, "-m", "infra.cli.main", "analyze", "--json"]
    decode = [str(ffmpeg), "-v", "error", "-nostdin", "-threads", "1", "-i"]
    with tempfile.TemporaryDirectory(prefix="horus-bench-analyze-") as folder:
        if asked.file is None:
            print(f"rendering and encoding {asked.seconds:g} s of 1080p25 ...", flush=True)
        file = asked.file or television(ffmpeg, Path(folder), asked.seconds)
        decodes, analyses = [], []
        for _ in range(asked.runs):
            decodes.append(timed([*decode, str(file), "-f", "null", "-"]))
            analyses.append(timed([*horus, str(file)]))
    report(decodes, analyses, asked.seconds)


if __name__ == "__main__":
    main()
