"""Decode the sound of a segment at its own rate, joined without a seam to the segment before."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import av
import av.audio.codeccontext
import av.audio.frame
import av.container
import av.error
import numpy as np
from numpy.typing import NDArray

# A channel's first two: left and right of any layout, the channels a stereo listener hears.
CHANNELS = 2


@dataclass(frozen=True)
class Sound:
    """One decoded chunk."""

    time_s: float
    """PTS of its first sample, seconds of the media clock."""
    rate_hz: int
    samples: NDArray[np.float32]
    """(channels, n), full scale 1.0; one or two channels."""


@dataclass
class Decoding:
    """Tallies of a decode under way, in chunks (AAC: frames of 1024 samples)."""

    decoded: int = 0
    failed: int = 0
    last_packet: bytes = b""
    """The newest packet, with which the next segment's decoder is primed."""


def decode_sound(
    container: av.container.InputContainer, tally: Decoding, before: bytes = b""
) -> Iterator[Sound]:
    """Yield the chunks of the first sound stream in the order of time.

    ``before`` is the last packet of the segment before: transform codecs overlap each chunk with the one
    before, and without it the first chunk of every segment would fade in. Never raises on damaged media:
    refused packets are counted in ``tally.failed``.
    """
    stream = next(iter(container.streams.audio), None)
    if stream is None:
        return
    _prime(stream.codec_context, before)
    packets = container.demux(stream)
    due_s: float | None = None
    while True:
        try:
            packet = next(packets, None)
        except (av.error.FFmpegError, OSError):
            tally.failed += 1
            return
        if packet is None:
            return
        try:
            frames = packet.decode()
        except av.error.FFmpegError:
            tally.failed += 1
            continue
        if packet.size:
            tally.last_packet = bytes(packet)
        for frame in frames:
            sound = _sound(frame, due_s) if isinstance(frame, av.audio.frame.AudioFrame) else None
            tally.decoded += sound is not None
            tally.failed += sound is None
            if sound is not None:
                due_s = sound.time_s + sound.samples.shape[1] / sound.rate_hz
                yield sound


def _prime(decoder: av.audio.codeccontext.AudioCodecContext, before: bytes) -> None:
    if not before:
        return
    try:
        decoder.decode(av.Packet(before))
    except av.error.FFmpegError:
        decoder.flush_buffers()  # another codec or a damaged packet: start as if there were nothing


def _sound(frame: av.audio.frame.AudioFrame, due_s: float | None) -> Sound | None:
    """Return a decoded frame as sound; one without PTS follows on (a PES packet dates its first only)."""
    time_s = frame.time if frame.time is not None else due_s
    if time_s is None or not frame.samples or not frame.sample_rate:
        return None
    values = frame.to_ndarray()
    if not frame.format.is_planar:
        values = values.reshape(frame.samples, -1).T
    return Sound(time_s=time_s, rate_hz=frame.sample_rate, samples=_full_scale(values[:CHANNELS]))


def _full_scale(values: NDArray[Any]) -> NDArray[np.float32]:
    """Bring samples of any format to float32 with full scale 1.0."""
    if np.issubdtype(values.dtype, np.floating):
        return values.astype(np.float32)
    limits = np.iinfo(values.dtype)
    middle = 0.0 if limits.min else (limits.max + 1) / 2  # u8 rests at 128
    scaled: NDArray[np.float64] = (values.astype(np.float64) - middle) / (limits.max + 1 - middle)
    return scaled.astype(np.float32)
