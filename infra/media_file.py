"""Opening of media that strangers supply: known formats, local bytes, nothing followed elsewhere."""

import os
import stat
from pathlib import Path
from typing import BinaryIO

import av
import av.audio.stream
import av.container
import av.error
import av.stream
import av.video.stream
from av.stream import Discard, Disposition

# Only formats that hold their media themselves. Playlists and scripts (hls, dash, concat, sdp, imf, lavfi)
# name other files or hosts, patterns of pictures (image2) open many, and an upload must never make Horus
# read those.
FORMATS = (
    # what broadcasters and cameras write
    *("mpegts", "mpeg", "mpegvideo", "mov", "matroska", "avi", "asf", "flv", "mxf", "gxf", "dv", "wtv"),
    *("nut", "ogg", "rm", "ivf", "obu", "yuv4mpegpipe"),
    # one stream without a container
    *("h264", "hevc", "vvc", "m4v", "vc1", "av1", "mjpeg", "dnxhd"),
    # sound
    *("wav", "w64", "aiff", "caf", "au", "flac", "mp3", "aac", "loas", "ac3", "eac3", "dts", "truehd"),
    *("amr", "ape", "tta", "wv", "tak"),
)
_CANNOT = "no media that Horus can read, or cut off before its index"


class MediaRefused(ValueError):
    """Media that cannot be opened at all; the message is one line that says why."""


def open_media(media: Path | BinaryIO) -> av.container.InputContainer:
    """Open one media file for reading.

    ``media`` is a path or a seekable binary file. The caller closes the container (it is a context
    manager). Raises MediaRefused when no allowed format fits the bytes or the file cannot be read.
    """
    if isinstance(media, Path):
        _look_at(media)
        # With its protocol named, no colon or pattern in the name is taken for a protocol of its own.
        source: str | BinaryIO = f"file:{media.absolute()}"
        name = str(media)
    else:
        source, name = media, "media"
    options = {"format_whitelist": ",".join(FORMATS), "protocol_whitelist": "file"}
    try:
        return av.open(source, mode="r", options=options, metadata_errors="replace")
    except (av.error.InvalidDataError, av.error.ArgumentError, av.error.EOFError) as error:
        raise MediaRefused(f"{name}: {_CANNOT}") from error
    except (av.error.FFmpegError, OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error).strip().splitlines()[0]
        raise MediaRefused(f"{name}: {_CANNOT}: {why}") from error


def _look_at(path: Path) -> None:
    """Raise MediaRefused, in words of the file system, for what cannot be media at all."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise MediaRefused(f"{path}: a folder, not a media file")
        if not stat.S_ISREG(status.st_mode):
            raise MediaRefused(f"{path}: not a file on disk, which is read more than once")
        if status.st_size == 0:
            raise MediaRefused(f"{path}: the file is empty")
        if not os.access(path, os.R_OK):
            raise MediaRefused(f"{path}: no permission to read it")
    except (OSError, ValueError) as error:
        if isinstance(error, MediaRefused):
            raise
        why = error.strerror if isinstance(error, OSError) else error
        raise MediaRefused(f"{path}: {why}") from error


def picture_of(container: av.container.InputContainer) -> av.video.stream.VideoStream | None:
    """Return the picture of a file: its default stream, else its first; None where there is but a cover.

    What there is no decoder for is no picture.
    """
    pictures = [
        each
        for each in container.streams.video
        if each.codec_context is not None and not each.disposition & Disposition.attached_pic
    ]
    return next(iter(sorted(pictures, key=_is_other)), None)


def sound_of(container: av.container.InputContainer, track: int | None) -> av.audio.stream.AudioStream | None:
    """Return a sound track of a file: the ``track``-th (from 1), else its default one, else its first.

    None where there is no such track, or no decoder for it.
    """
    sounds = list(container.streams.audio)
    if track is not None:
        sounds = sounds[track - 1 : track] if track > 0 else []
    decodable = [each for each in sounds if each.codec_context is not None]
    return next(iter(sorted(decodable, key=_is_other)), None)


def only(container: av.container.InputContainer, wanted: av.stream.Stream) -> None:
    """Have the demuxer pass over all streams but one: parsing a picture that nobody looks at costs too."""
    for stream in container.streams:
        if stream is not wanted:
            stream.discard = Discard.all


def _is_other(stream: av.stream.Stream) -> bool:
    return not stream.disposition & Disposition.default
