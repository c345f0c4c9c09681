"""What ffmpeg says: its log lines, its segment list and its packet list, read into facts."""

import re
from typing import Literal

import msgspec

from schemas.events.media import PTS_HZ
from schemas.events.streams import Trouble

# What browsers play out of MPEG-TS (Media Source Extensions through hls.js); anything else becomes AAC.
PLAYABLE_SOUND = frozenset(("aac", "mp3"))

_ADDRESS = re.compile(r" @ 0x[0-9a-f]+")
_LEVEL = re.compile(r"^((?:\[[^\]]*\] )*)\[(quiet|panic|fatal|error|warning|info|verbose|debug)\] ")
_STREAM = re.compile(r"Stream #0:\d+.*?: (Video|Audio): (\w+)")
_BACK = re.compile(r"ost#0:\d+.*Non-monotonic DTS; previous: (-?\d+), current: (-?\d+)")
# Each opened file is told at this level, and is no news.
_OPENING = re.compile(r"Opening '.*' for (?:writing|reading)")

_UNREACHABLE = re.compile(
    r"Connection to .* failed|Connection refused|Connection reset|Connection rejected|Network is unreachable"
    r"|No route to host|[Ff]ailed to resolve|Name or service not known|Server returned [45]|HTTP error [45]"
    r"|No such file or directory|Permission denied|Is a directory|Cannot open connection|method \w+ failed"
)
_UNDECODABLE = re.compile(
    r"Invalid data found|does not contain any stream|dimensions not set|sample rate not set"
    r"|Could not write header|moov atom not found|not currently supported in container|whitelist"
)
_DISK = re.compile(r"No space left on device|Read-only file system|Disk quota exceeded")
_TIMED_OUT = re.compile(r"Connection timed out|Operation timed out")
# The sums that ffmpeg tells of an output when it is closed.
_OVER = re.compile(r"\[out#0/\w+\] video:\d+")
_HEADERS_MISSING = re.compile(r"dimensions not set|Could not find codec parameters .*Video")
_SOUND_MISSING = re.compile(r"sample rate not set")
# The demuxer and the decoders only complain about bytes that they got.
_BYTES = re.compile(
    r"changing packet size|max resync size|could not find sync|Packet corrupt"
    r"|corrupt input packet|non-existing PPS|Invalid NAL|no frame!|PES packet size mismatch|Continuity check"
)


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One line of ffmpeg's log, understood."""

    text: str
    """The line without memory addresses."""
    news: bool = True
    """Whether it is worth showing to people."""
    failure: Trouble | Literal["timeout", "disk"] | None = None
    """What it says is wrong; a timeout means different things in different phases, a full
    disk is no fault of the source."""
    opened: bool = False
    """The input is open and its headers are known."""
    stream: tuple[Literal["Video", "Audio"], str] | None = None
    """A stream that is announced, with its codec."""
    back_s: float | None = None
    """The clock of the source stepped back, by so many seconds."""
    headers_missing: bool = False
    """Picture parameters did not come in the time given for them."""
    sound_missing: bool = False
    """A sound track is announced and has no packets."""
    over: bool = False
    """All segments are written and named; only the closing of connections is left, for a second or so."""
    bytes_seen: bool = False
    """Bytes arrive, good or bad."""


def said(line: str) -> Said:
    """Read one line of ffmpeg's log, written with ``-loglevel level+info``."""
    text = _ADDRESS.sub("", line.rstrip())
    found = _LEVEL.match(text)
    level = found.group(2) if found else "info"
    plain = found.group(1) + text[found.end() :] if found else text
    stream = _STREAM.search(plain)
    back = _BACK.search(plain)
    grave = level in ("fatal", "error", "warning")
    return Said(
        text=plain,
        news=bool(plain.strip()) and _OPENING.search(plain) is None,
        failure=_failure(plain) if grave else None,
        opened=plain.startswith("Input #0"),
        stream=("Video" if stream.group(1) == "Video" else "Audio", stream.group(2)) if stream else None,
        back_s=(int(back.group(1)) - int(back.group(2))) / PTS_HZ if back else None,
        headers_missing=_HEADERS_MISSING.search(plain) is not None,
        sound_missing=_SOUND_MISSING.search(plain) is not None,
        over=_OVER.match(plain) is not None,
        bytes_seen=grave and _BYTES.search(plain) is not None,
    )


def _failure(text: str) -> Trouble | Literal["timeout", "disk"] | None:
    if _DISK.search(text):
        return "disk"
    if _UNREACHABLE.search(text):
        return "unreachable"
    if _UNDECODABLE.search(text):
        return "undecodable"
    return "timeout" if _TIMED_OUT.search(text) else None


class Listed(msgspec.Struct, frozen=True):
    """A finished segment, as ffmpeg's segment list names it."""

    file: str
    end: int
    """Where the next one starts, or its last frame ends; 90 kHz ticks."""


def listed(line: str) -> Listed | None:
    """Read one line of the segment list (``00000003.ts,4.421333,5.181333``); None when it is none."""
    name, _, times = line.strip().partition(",")
    _, _, end = times.partition(",")
    try:
        return Listed(name, round(float(end) * PTS_HZ))
    except ValueError:
        return None


class Came(msgspec.Struct, frozen=True):
    """A packet that ffmpeg read."""

    stream: int
    pts: int
    """90 kHz ticks."""
    duration: int


class PacketList:
    """Reads framecrc lines: ``stream, dts, pts, duration, size, checksum``; headers give the time bases."""

    _BASE = re.compile(r"#tb (\d+): (\d+)/(\d+)")
    _KIND = re.compile(r"#media_type (\d+): (\w+)")

    def __init__(self) -> None:
        """Start before the header."""
        self._ticks: dict[int, float] = {}
        self.video: int | None = None
        """Number of the picture's stream, None as long as none was announced."""

    def read(self, line: str) -> Came | None:
        """Return the packet that a line tells of; None for header lines and broken ones."""
        if line.startswith("#"):
            if (base := self._BASE.match(line)) is not None:
                self._ticks[int(base.group(1))] = PTS_HZ * int(base.group(2)) / int(base.group(3))
            elif (kind := self._KIND.match(line)) is not None and kind.group(2) == "video":
                self.video = int(kind.group(1))
            return None
        fields = line.split(",", 4)
        try:
            stream = int(fields[0])
            ticks = self._ticks[stream]
            return Came(stream, round(int(fields[2]) * ticks), round(int(fields[3]) * ticks))
        except (IndexError, KeyError, ValueError):
            return None
