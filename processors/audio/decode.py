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

from infra.media_file import only, sound_of

# What a stereo listener hears of any layout: left and right, with the centre mixed in.
CHANNELS = 2
# The centre goes to both sides 3 dB down (ITU-R BS.775), and the sum is scaled so that it cannot clip.
_CENTRE = 0.7071


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
    container: av.container.InputContainer, tally: Decoding, before: bytes = b"", track: int | None = None
) -> Iterator[Sound]:
    """Yield the chunks of a sound track in the order of time: the ``track``-th, from 1, or the default one.

    ``before`` is the last packet of the segment before: transform codecs overlap each chunk with the one
    before, and without it the first chunk of every segment would fade in. Never raises on damaged media:
    refused packets are counted in ``tally.failed``.
    """
    stream = sound_of(container, track)
    if stream is None:
        return
    only(container, stream)
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
    centre = next((place for place, each in enumerate(frame.layout.channels) if each.name == "FC"), 0)
    return Sound(time_s=time_s, rate_hz=frame.sample_rate, samples=_stereo(_full_scale(values), centre))


def _stereo(values: NDArray[np.float32], centre: int) -> NDArray[np.float32]:
    """Mix the centre channel, which carries the speech of a surround programme, into left and right."""
    if centre < CHANNELS or centre >= len(values):
        return values[:CHANNELS]
    mixed = (values[:CHANNELS] + _CENTRE * values[centre]) / (1 + _CENTRE)
    return np.asarray(mixed, np.float32)


def _full_scale(values: NDArray[Any]) -> NDArray[np.float32]:
    """Bring samples of any format to float32 with full scale 1.0."""
    if np.issubdtype(values.dtype, np.floating):
        return values.astype(np.float32)
    limits = np.iinfo(values.dtype)
    middle = 0.0 if limits.min else (limits.max + 1) / 2  # u8 rests at 128
    scaled: NDArray[np.float64] = (values.astype(np.float64) - middle) / (limits.max + 1 - middle)
    return scaled.astype(np.float32)
