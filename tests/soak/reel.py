"""The programme as a reel of coded seconds, of which any segment of any channel is made, always the same."""

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av

from schemas.events.media import PTS_HZ

# Time stamps start here, so that decoding times before the first picture are not negative.
FIRST_S = 10
# Every packet is written at once, and a second of sound is not held back for a full packet.
MUXER = {"flush_packets": "1", "pes_payload_size": "0"}


@dataclass(frozen=True)
class Unit:
    """One coded frame of picture or sound; times in ticks since the start of its second."""

    picture: bool
    key: bool
    pts: int
    dts: int
    data: bytes


class Reel:
    """A rendered programme, in memory; closed groups of pictures of one second each."""

    def __init__(self, file: Path, length_s: int) -> None:
        """Read a file with a picture and a sound track. Raises ValueError when its GOPs are not of 1 s."""
        self.length_s = length_s
        self._source = av.open(str(file))
        self._seconds: list[list[Unit]] = [[] for _ in range(length_s)]
        packets = [
            (
                packet.stream.type == "video",
                packet.is_keyframe,
                packet.time_base,
                packet.pts,
                packet.dts,
                packet,
            )
            for packet in self._source.demux(self._source.streams.video[0], self._source.streams.audio[0])
            if packet.pts is not None and packet.dts is not None
        ]
        zero = min(round(pts * base * PTS_HZ) for picture, _, base, pts, _, _ in packets if picture)
        group = -1
        for picture, key, base, stamp, decoded, packet in packets:
            pts, dts = (round(each * base * PTS_HZ) - zero for each in (stamp, decoded))
            group += picture and key
            # By its group and not by its time: pictures are decoded before they are shown.
            second = group if picture else pts // PTS_HZ
            if not 0 <= second < length_s:
                continue  # Sound of the encoder's delay, before the first picture or after the last.
            begin = second * PTS_HZ
            self._seconds[second].append(
                Unit(picture, picture and key, pts - begin, dts - begin, bytes(packet))
            )
        if group + 1 != length_s or not all(self._seconds):
            raise ValueError(f"{file.name}: {group + 1} groups of pictures in {length_s} s")

    def write(self, target: Path, number: int, shift_s: int) -> None:
        """Write segment ``number`` of a channel that began ``shift_s`` seconds into the programme."""
        second = (number + shift_s) % self.length_s
        begin = start_pts(number)
        with av.open(str(target), "w", format="mpegts", options=MUXER) as muxer:
            streams = {
                True: muxer.add_stream_from_template(self._source.streams.video[0]),
                False: muxer.add_stream_from_template(self._source.streams.audio[0]),
            }
            for unit in self._seconds[second]:
                packet = av.Packet(unit.data)
                packet.stream = streams[unit.picture]
                packet.time_base = Fraction(1, PTS_HZ)
                packet.pts, packet.dts = begin + unit.pts, begin + unit.dts
                packet.is_keyframe = unit.key or not unit.picture
                muxer.mux(packet)


def start_pts(number: int) -> int:
    """Return the tick at which segment ``number`` of a channel starts."""
    return (FIRST_S + number) * PTS_HZ
