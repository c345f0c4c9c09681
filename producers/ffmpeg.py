"""Which ffmpeg runs, and the command line that cuts a source into segments."""

import os
import subprocess
from pathlib import Path
from typing import Literal

import imageio_ffmpeg
import msgspec

from infra.ffmpeg import INSTALL, NoFfmpeg, find_ffmpeg
from infra.settings import BadSettings, Settings
from producers.sources import Source

Sound = Literal["copy", "aac", "none"]
"""What is done with the sound: kept as it is, made playable in a browser, or left out (no packets)."""

# Shortest segment. 1 % under a second: clocks in milliseconds (RTMP) round a GOP of one second down.
SEGMENT_S = 0.99
# Headers are complete after some 0.2 s of a transport stream with picture and sound; so long is looked for
# them where something is missing (the next key frame of a long GOP, a sound track without packets).
ANALYZE_S = 4.0
# Patience with a source whose headers did not come in ANALYZE_S: key frames up to 12 s apart.
PATIENT_ANALYZE_S = 12.0
# Sound this much later than the picture still goes into its segment; beyond, the picture waits no longer.
INTERLEAVE_S = 1.0
AAC_BITRATE = "192k"
# Pictures that come as they are (a capture device): for looking at and judging, at a cost that a machine can
# bear beside its channels, with a key frame a second so that segments are as short as any.
_COMPRESSED = (
    *("-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-crf", "20"),
    *("-pix_fmt", "yuv420p", "-force_key_frames", "expr:gte(t,n_forced)"),
)
_MICRO = 1_000_000


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """How ffmpeg is to run."""

    binary: Path
    source: Source
    spool: Path
    """Folder in which it writes ``00000000.ts`` and so on."""
    sound: Sound = "copy"
    analyze_s: float = ANALYZE_S


def find(settings: Settings) -> Path:
    """Return the ffmpeg of this installation, or the wheel's where that one is too old to cut segments.

    Raises NoFfmpeg and BadSettings like `infra.ffmpeg.find_ffmpeg`.
    """
    found = find_ffmpeg(settings)
    if cuts(found):
        return found
    if settings.horus_ffmpeg is not None:
        raise BadSettings(
            f"HORUS_FFMPEG={found}: too old, its segment muxer lacks min_seg_duration (7 has it)"
        )
    try:
        carried = Path(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise NoFfmpeg(INSTALL) from error
    if not cuts(carried):
        raise NoFfmpeg(INSTALL)
    return carried


def cuts(binary: Path) -> bool:
    """Tell whether an ffmpeg's segment muxer knows the least length of segments; those before 6.1 do not."""
    try:
        said = subprocess.run(
            [str(binary), "-hide_banner", "-h", "muxer=segment"],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return False
    return "-min_seg_duration" in said


def arguments(command: Command, segments_fd: int, packets_fd: int) -> list[str]:
    """Return ffmpeg's command line.

    Two outputs of the same packets: segments, each named on ``segments_fd`` (CSV: name, start, end) when it
    is finished, and a line for each packet on ``packets_fd`` the moment it is read (framecrc: stream, dts,
    pts, duration, size, checksum), from which arrival and liveness are known to the frame.
    """
    keep = ("-copyts", "-muxdelay", "0", "-muxpreload", "0", "-avoid_negative_ts", "disabled")
    sound = {
        "copy": ("-map", "0:a?", "-c", "copy"),
        "aac": ("-map", "0:a?", "-c", "copy", "-c:a", "aac", "-b:a", AAC_BITRATE),
        "none": ("-c", "copy"),
    }[command.sound]
    return [
        *(str(command.binary), "-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info"),
        *("-fpsprobesize", "0", "-analyzeduration", str(int(command.analyze_s * _MICRO))),
        *(*command.source.options, "-i", command.source.url),
        *("-map", "0:v:0?", *sound, *(_COMPRESSED if command.source.raw else ()), *keep),
        *("-max_interleave_delta", str(int(INTERLEAVE_S * _MICRO))),
        *("-f", "segment", "-segment_time", str(SEGMENT_S), "-min_seg_duration", str(SEGMENT_S)),
        *("-segment_format", "mpegts", "-segment_format_options", "mpegts_copyts=1"),
        *("-segment_list", f"pipe:{segments_fd}", "-segment_list_type", "csv"),
        os.fspath(command.spool / "%08d.ts"),
        *("-map", "0:v:0?", *(() if command.sound == "none" else ("-map", "0:a:0?")), "-c", "copy", *keep),
        # One microsecond: a packet's line never waits for the other stream.
        *("-max_interleave_delta", "1", "-flush_packets", "1", "-f", "framecrc", f"pipe:{packets_fd}"),
    ]
