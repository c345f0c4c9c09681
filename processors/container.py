"""Opening of media that strangers supply: known formats, local bytes, nothing followed elsewhere."""

from pathlib import Path
from typing import BinaryIO

import av
import av.container
import av.error

# Only formats that hold their media themselves. Playlists (hls, dash, concat, sdp) name other files or
# hosts, and an upload must never make Horus read those.
FORMATS = (
    "mpegts",
    "mpeg",
    "mpegvideo",
    "h264",
    "hevc",
    "mov",
    "matroska",
    "avi",
    "asf",
    "flv",
    "mxf",
    "wav",
    "flac",
    "mp3",
    "aac",
    "ac3",
    "ogg",
    "aiff",
)


class MediaRefused(ValueError):
    """Media that cannot be opened at all; the message is one line that says why."""


def open_media(media: Path | BinaryIO) -> av.container.InputContainer:
    """Open one media file for reading.

    ``media`` is a path or a seekable binary file. The caller closes the container (it is a context
    manager). Raises MediaRefused when no allowed format fits the bytes or the file cannot be read.
    """
    size = media.stat().st_size if isinstance(media, Path) and media.is_file() else None
    if size == 0:
        raise MediaRefused(f"{media}: the file is empty")
    options = {"format_whitelist": ",".join(FORMATS), "protocol_whitelist": "file"}
    source = str(media) if isinstance(media, Path) else media
    try:
        return av.open(source, mode="r", options=options)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise MediaRefused(f"{media}: {str(error).splitlines()[0]}") from error
