"""Cutting a whole file into segments with ffmpeg: stream copy where the stages and browsers can use it."""

import os
import select
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from infra.local.leash import leashed
from producers.ffmpeg import AAC_BITRATE, SEGMENT_S
from producers.words import PLAYABLE_SOUND, listed
from schemas.events.analyses import Contents
from schemas.events.media import PTS_HZ

# What MPEG-TS carries and its segments begin with whole. H.264 of other pixels no browser plays.
_COPIED = frozenset({"hevc", "mpeg2video", "mpeg1video"})
_PLAYABLE_PIXELS = frozenset({"yuv420p", "yuvj420p"})
# A segment is a stretch between key frames, and a worker's thread is busy with it: half a second of work for
# so many seconds of 1080p. A longer stretch is cut by encoding.
LONGEST_GOP_S = 12.0
# Near enough to the original for blocks and blur to be seen through it; with a key frame a second. One thread
# gives the same bytes each time, and leaves the other processor to live channels.
_ENCODED = (
    *("-c:v", "libx264", "-preset", "veryfast", "-crf", "16", "-pix_fmt", "yuv420p", "-threads", "1"),
    *("-force_key_frames", "expr:gte(t,n_forced)", "-fps_mode", "passthrough"),
    *("-vf", "crop=trunc(iw/2)*2:trunc(ih/2)*2"),
)
# Times of reordered pictures lie before their file's start, and MPEG-TS has none below zero.
_OFFSET_S = 10
# Live channels come first.
NICENESS = 10
# An hour of 1080p is copied in ten seconds and encoded in half an hour, on a busy machine in twice that.
LEAST_S = 120.0
SLOWEST = 4.0
_LOOK_S = 0.2
_CHUNK = 1 << 16
# The last lines of what ffmpeg said are enough to tell what went wrong.
_SAID_BYTES = 2000

Progress = Callable[[float], None]
"""Takes how much is done: here the seconds of the file that are cut so far."""


class CutFailed(RuntimeError):
    """Nothing could be cut out of a file; the text is one line that says why."""


class Cut(msgspec.Struct, frozen=True, kw_only=True):
    """One finished segment."""

    file: Path
    end: int
    """Where the next one starts, or its last frame ends; 90 kHz ticks."""


def copies(contents: Contents) -> bool:
    """Tell whether the picture is cut as it is, or must be encoded."""
    if contents.video is None:
        return True
    if not contents.timed or contents.longest_gop_s > LONGEST_GOP_S:
        return False
    return contents.video in _COPIED or (contents.video == "h264" and contents.pixels in _PLAYABLE_PIXELS)


def arguments(ffmpeg: Path, file: Path, contents: Contents, folder: Path, *, copy: bool) -> list[str]:
    """Return ffmpeg's command line: one local file, one demuxer, no other protocol."""
    streams: list[str] = []
    if contents.video is not None:
        streams += ["-map", f"0:{contents.video_stream}"]
        streams += ["-c:v", "copy"] if copy else _ENCODED
    if contents.audio is not None:
        streams += ["-map", f"0:{contents.audio_stream}", "-c:a"]
        streams += ["copy"] if contents.audio in PLAYABLE_SOUND else ["aac", "-b:a", AAC_BITRATE]
    return [
        *(str(ffmpeg), "-hide_banner", "-nostdin", "-nostats", "-loglevel", "error"),
        *("-protocol_whitelist", "file", "-fflags", "+genpts", "-f", contents.format),
        *("-i", f"file:{file.absolute()}", *streams, "-sn", "-dn", "-map_metadata", "-1"),
        *("-muxdelay", "0", "-muxpreload", "0", "-output_ts_offset", str(_OFFSET_S)),
        *("-f", "segment", "-segment_time", str(SEGMENT_S), "-min_seg_duration", str(SEGMENT_S)),
        *("-segment_format", "mpegts", "-segment_format_options", "mpegts_copyts=1"),
        *("-segment_list", "pipe:1", "-segment_list_type", "csv"),
        os.fspath(folder / "%08d.ts"),
    ]


def cut(
    ffmpeg: Path,
    file: Path,
    contents: Contents,
    folder: Path,
    *,
    copy: bool,
    stopping: Callable[[], bool],
    progress: Progress,
) -> list[Cut]:
    """Cut a file into segments in ``folder``, which is empty; return those with anything in them, in order.

    ``copy``: the picture is taken as it is (see `copies`). A file that breaks off is cut as far as it goes.
    Returns early, with what there is, when ``stopping``. Raises CutFailed when there is nothing, or when
    ffmpeg hangs; OSError when it cannot be started.
    """
    with (folder / "said").open("w+b") as said:
        process = subprocess.Popen(
            leashed(arguments(ffmpeg, file, contents, folder, copy=copy), parent=os.getpid()),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=said,
            process_group=0,
        )
        os.setpriority(os.PRIO_PROCESS, process.pid, NICENESS)
        try:
            limit_s = max(LEAST_S, SLOWEST * contents.duration_s)
            named = _listened(process, folder, limit_s, stopping, progress)
        finally:
            process.kill()
            process.communicate()
        cuts = [each for each in named if each.file.stat().st_size]
        if not cuts and not stopping():
            said.seek(0)
            lines = said.read(_SAID_BYTES).decode(errors="replace").strip().splitlines()
            words = lines[-1].replace(str(file.absolute()), "the file") if lines else "no reason told"
            raise CutFailed(f"nothing could be cut out of it: {words}")
    return cuts


def _listened(
    process: "subprocess.Popen[bytes]",
    folder: Path,
    limit_s: float,
    stopping: Callable[[], bool],
    progress: Progress,
) -> list[Cut]:
    """Return the segments that ffmpeg names until it ends, or until ``stopping``."""
    assert process.stdout is not None
    names = process.stdout.fileno()
    cuts: list[Cut] = []
    rest = b""
    deadline = time.monotonic() + limit_s
    while not stopping():
        if time.monotonic() > deadline:
            raise CutFailed(f"it could not be cut within {limit_s:.0f} s")
        if not select.select([names], [], [], _LOOK_S)[0]:
            continue
        chunk = os.read(names, _CHUNK)
        if not chunk:
            break
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            entry = listed(line.decode(errors="replace"))
            if entry is not None:
                cuts.append(Cut(file=folder / entry.file, end=entry.end))
                progress(entry.end / PTS_HZ - _OFFSET_S)
    return cuts
