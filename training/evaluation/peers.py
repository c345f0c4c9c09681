"""ffmpeg's own fault filters on a programme: one process with all five, its log read back."""

import math
import os
import re
import subprocess
from pathlib import Path

import msgspec

from training.evaluation.alarms import Alarm
from training.truth_file import Truth

# As much favour as their options give: a fault counts from 1 s here, and silence from -55 dBFS (DESIGN
# section 7). blurdetect and blockdetect only tell a number a frame; peer_alarms.py decides on them.
PICTURE_FILTERS = "freezedetect=d=1,blackdetect=d=1,blurdetect,blockdetect,metadata=mode=print:file=-"
SOUND_FILTERS = "silencedetect=n=-55dB:d=1"

_FREEZE = re.compile(r"lavfi\.freezedetect\.freeze_(start|end): ([-\d.]+)")
_BLACK = re.compile(r"black_start:([-\d.]+) black_end:([-\d.]+)")
_SILENCE = re.compile(r"silence_(start|end): ([-\d.]+)")
_FRAME = re.compile(r"frame:\d+\s+pts:\S+\s+pts_time:([-\d.]+)")
_VALUE = re.compile(r"lavfi\.(blur|block)=(\S+)")


class PeerFailed(RuntimeError):
    """ffmpeg did not read a programme; the text is one line."""


class PeerRun(msgspec.Struct, frozen=True, kw_only=True):
    """What the filters said of one programme."""

    alarms: tuple[Alarm, ...]
    """Of freezedetect, blackdetect and silencedetect, which decide by themselves."""
    times_s: tuple[float, ...]
    """Of the frames; seconds of the file's own timeline."""
    blur: tuple[float, ...]
    """blurdetect's number of each frame: higher is more blurred; 0 where it has none (a black frame)."""
    block: tuple[float, ...]
    """blockdetect's number of each frame: higher is more blocky."""
    cpu_s: float
    """User and system time of the process."""


def run_peers(ffmpeg: Path, media: Path, truth: Truth) -> PeerRun:
    """Run the filters on a programme in one thread. Raises PeerFailed."""
    command = [str(ffmpeg), "-hide_banner", "-nostdin", "-nostats", "-threads", "1", "-filter_threads", "1"]
    command += ["-i", str(media)]
    command += ["-vf", PICTURE_FILTERS] if truth.has_picture else ["-vn"]
    command += ["-af", SOUND_FILTERS] if truth.has_sound else ["-an"]
    before = os.times()
    done = subprocess.run([*command, "-f", "null", "-"], capture_output=True, text=True, check=False)
    after = os.times()
    if done.returncode != 0:
        raise PeerFailed(f"{media}: ffmpeg: {(done.stderr.strip().splitlines() or ['failed'])[-1]}")
    times, values = read_frames(done.stdout)
    return PeerRun(
        alarms=tuple(read_alarms(done.stderr, times[0] if times else 0.0, truth.duration_s)),
        times_s=tuple(round(time - times[0], 4) for time in times),
        blur=tuple(values["blur"]),
        block=tuple(values["block"]),
        cpu_s=after.children_user + after.children_system - before.children_user - before.children_system,
    )


def read_alarms(log: str, first_s: float, duration_s: float) -> list[Alarm]:
    """Return the alarms in a log of freezedetect, blackdetect and silencedetect, in the order of types.

    ``first_s`` is ffmpeg's time of the first frame; what has not ended lasts until ``duration_s``.
    """
    spans: dict[str, list[tuple[float, float]]] = {
        "freeze": _paired(_FREEZE.findall(log), duration_s + first_s),
        "fade": [(float(start), float(end)) for start, end in _BLACK.findall(log)],
        "ausencia_audio": _paired(_SILENCE.findall(log), duration_s + first_s),
    }
    return [
        Alarm(type=type_, start_s=start_s - first_s, end_s=end_s - first_s, confidence=1.0)
        for type_, found in spans.items()
        for start_s, end_s in found
    ]


def read_frames(printed: str) -> tuple[list[float], dict[str, list[float]]]:
    """Return the times (s, ffmpeg's clock) of frames that the metadata filter printed, and their numbers."""
    times: list[float] = []
    values: dict[str, list[float]] = {"blur": [], "block": []}
    for line in printed.splitlines():
        if frame := _FRAME.match(line):
            times.append(float(frame[1]))
            for column in values.values():
                column.append(0.0)
        elif value := _VALUE.match(line):
            number = float(value[2])
            values[value[1]][-1] = 0.0 if math.isnan(number) else number
    return times, values


def _paired(marks: list[tuple[str, str]], end_s: float) -> list[tuple[float, float]]:
    spans: list[tuple[float, float]] = []
    started: float | None = None
    for what, at in marks:
        if what == "start":
            started = float(at)
        elif started is not None:
            spans.append((started, float(at)))
            started = None
    return spans if started is None else [*spans, (started, end_s)]
