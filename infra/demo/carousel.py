"""A rendered file as an endless transport stream: enter at any key frame, go round without a jump in time."""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.container import InputContainer

# Ticks a second of MPEG-TS timestamps (ISO/IEC 13818-1).
CLOCK_HZ = 90_000
# Timestamps start here, so that none is ever negative, whatever the encoder's delay.
_FIRST_S = 10
# Rounding of timestamps (1/90,000 s) must never make a key frame look late.
_TICK_S = 2 / CLOCK_HZ


@dataclass(frozen=True)
class Unit:
    """One coded frame of picture or sound; times in ticks since the programme's first picture is shown."""

    picture: bool
    key: bool
    pts: int
    dts: int
    turn: int
    """When its turn to be sent comes: in decoding order, key frames at the moment they show."""
    duration: int
    data: bytes


@dataclass(frozen=True)
class Piece:
    """Bytes of transport stream; times in seconds since the programme first began."""

    position_s: float
    """Where in the programme they belong; a key frame's is the moment it shows."""
    send_s: float
    """When they leave: as an encoder sends, no picture before the moment it shows."""
    data: bytes


class Carousel:
    """The coded frames of one file, repeated every ``duration_s`` seconds."""

    def __init__(self, path: Path, duration_s: float) -> None:
        """Read a file with one H.264 and one AAC stream into memory. Raises av.FFmpegError, ValueError."""
        self.duration_s = duration_s
        self._path = path
        self._length = round(duration_s * CLOCK_HZ)
        with av.open(str(path)) as source:
            units = _units(source, self._length)
        # The turn of some sound comes after the next run has begun: sorted as on a ring.
        self._ring = sorted(units, key=lambda unit: unit.turn % self._length)
        self._keys = [unit.turn % self._length / CLOCK_HZ for unit in self._ring if unit.key]
        if not self._keys:
            raise ValueError(f"{path.name} holds no picture that a receiver could begin with")
        # An encoder that reorders pictures holds each until the one that shows farthest ahead of it has come.
        self._held = max(unit.pts - unit.turn for unit in units if unit.picture)

    def entry(self, since_s: float) -> float:
        """Return where the first key frame at or after ``since_s`` lies (seconds, any run)."""
        cycle, position = divmod(max(0.0, since_s), self.duration_s)
        number = bisect_left(self._keys, position - _TICK_S)
        if number == len(self._keys):
            cycle, number = cycle + 1, 0
        return cycle * self.duration_s + self._keys[number]

    def pieces(self, entry_s: float) -> Iterator[Piece]:
        """Yield transport stream from the key frame at ``entry_s`` on, without end."""
        sink = _Sink()
        # The source is opened for its stream parameters alone.
        with av.open(str(self._path)) as source, av.open(sink, "w", format="mpegts", options=_MUXER) as muxer:
            streams = {True: muxer.add_stream_from_template(source.streams.video[0]),
                       False: muxer.add_stream_from_template(source.streams.audio[0])}  # fmt: skip
            for begin, unit in self._from(entry_s):
                packet = av.Packet(unit.data)
                packet.stream = streams[unit.picture]
                packet.time_base = Fraction(1, CLOCK_HZ)
                packet.pts = begin + _FIRST_S * CLOCK_HZ + unit.pts
                packet.dts = begin + _FIRST_S * CLOCK_HZ + unit.dts
                packet.is_keyframe = unit.key or not unit.picture
                muxer.mux(packet)
                turn = begin + unit.turn
                yield Piece(turn / CLOCK_HZ, (turn + self._held) / CLOCK_HZ, sink.take())

    def _from(self, entry_s: float) -> Iterator[tuple[int, Unit]]:
        """Yield from a key frame on every unit and the tick at which its run began."""
        cycle, position = divmod(entry_s + _TICK_S, self.duration_s)
        begun = False
        while True:
            for unit in self._ring:
                late, place = divmod(unit.turn, self._length)
                begun = begun or (unit.key and place / CLOCK_HZ >= position - 2 * _TICK_S)
                if begun:
                    yield (int(cycle) - late) * self._length, unit
            cycle += 1


# Every packet is written at once: what waits in a buffer is late.
_MUXER = {"flush_packets": "1", "pes_payload_size": "0"}


class _Sink:
    """A file that PyAV writes to and we empty."""

    def __init__(self) -> None:
        self._data = bytearray()

    def write(self, data: bytes) -> int:
        self._data += data
        return len(data)

    def take(self) -> bytes:
        data = bytes(self._data)
        self._data.clear()
        return data


def _units(source: InputContainer, length: int) -> list[Unit]:
    """Return the frames of one run."""
    if not source.streams.video or not source.streams.audio:
        raise ValueError("a programme needs a picture and a sound stream")
    packets = [
        (packet.stream.type == "video", packet.is_keyframe, packet.time_base * CLOCK_HZ, packet.pts,
         packet.dts, packet.duration or 0, bytes(packet))
        for packet in source.demux(source.streams.video[0], source.streams.audio[0])
        if packet.pts is not None and packet.dts is not None
    ]  # fmt: skip
    shown = [(round(pts * tick), round(dts * tick)) for picture, _, tick, pts, dts, *_ in packets if picture]
    if not shown:
        raise ValueError("the picture stream of the programme is empty")
    zero, decoded = min(pts for pts, _ in shown), min(dts for _, dts in shown)
    units = [
        Unit(picture, picture and key, round(pts * tick) - zero, round(dts * tick) - zero,
             round(dts * tick) - decoded, round(duration * tick), data)
        for picture, key, tick, pts, dts, duration, data in packets
    ]  # fmt: skip
    # Sound that begins before the first picture or ends after the last would overlap itself on repeating.
    return [unit for unit in units if unit.picture or 0 <= unit.pts <= length - unit.duration]
