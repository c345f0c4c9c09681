"""Decode a picture stream sparsely: the frames that others refer to, and a count of what was damaged."""

from collections.abc import Iterator
from dataclasses import dataclass

import av.codec.context
import av.container
import av.error
import av.video.frame
from av.video.frame import PictureType

from infra.media_file import only, picture_of

_NO_TIMESTAMPS = 0x0080  # AVFMT_NOTIMESTAMPS of libavformat/avformat.h, which PyAV does not name


@dataclass
class Decoding:
    """Tallies of a decode under way, in frames."""

    decoded: int = 0
    failed: int = 0
    """Frames refused by the decoder, or concealed."""
    damaged: int = 0
    """Those, and packets that the container calls corrupt: transport packets of theirs are missing."""


def decode_frames(
    container: av.container.InputContainer, tally: Decoding
) -> Iterator[av.video.frame.VideoFrame]:
    """Yield the reference frames of the picture in the order of time: of the default stream, never a cover.

    A bare stream of codes has no times: all its frames are decoded, and counted by its rate. Never raises on
    damaged media: what the decoder refuses or conceals is counted in ``tally.failed`` (concealed frames are
    yielded too, for they are what a viewer sees), and a container that breaks off ends the stream.
    """
    stream = picture_of(container)
    if stream is None:
        return
    only(container, stream)
    rate = stream.guessed_rate if container.format.flags & _NO_TIMESTAMPS else None
    stream.codec_context.thread_count = 1  # segments run side by side; threads inside one only cost
    stream.codec_context.skip_frame = "DEFAULT" if rate else "NONREF"
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except (av.error.FFmpegError, OSError):
            tally.failed += 1
            tally.damaged += 1
            return
        if packet is None:
            return
        tally.damaged += bool(packet.is_corrupt)
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            tally.failed += 1
            tally.damaged += 1
            continue
        for frame in frames:
            if rate:
                frame.pts, frame.time_base = tally.decoded, 1 / rate
            unusable = frame.pts is None
            bad = unusable or bool(frame.is_corrupt)
            tally.failed += bad
            tally.damaged += bad
            if unusable:
                continue
            tally.decoded += 1
            yield frame


def is_intra(frame: av.video.frame.VideoFrame) -> bool:
    """Return whether a frame was coded without reference to others, which pulses a still picture."""
    return frame.pict_type == PictureType.I
