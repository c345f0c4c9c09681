"""Transport packets lost on the way."""

from training.picture.raster import Generator

_PACKET = 188
_SYNC = 0x47
# The first elementary stream of ffmpeg's mpegts muxer: the picture, for it is mapped first.
_PICTURE_PID = 0x100
_CLOCK_HZ = 90_000
_WRAP = 1 << 33


def lose_packets(
    stream: bytes, spans: list[tuple[float, float]], share: float, burst: float, rng: Generator
) -> bytes:
    """Return a transport stream without some of the picture's packets.

    ``spans`` are seconds from the first picture; ``share`` of the packets is lost, in runs of ``burst``
    packets in the mean. Raises ValueError when the bytes are no transport stream.
    """
    places = range(0, len(stream) - _PACKET + 1, _PACKET)
    if not stream or any(stream[place] != _SYNC for place in places):
        raise ValueError("no transport stream")
    first: int | None = None
    at, left = 0.0, 0
    kept: list[bytes] = []
    for place in places:
        packet = stream[place : place + _PACKET]
        pid = (packet[1] & 0x1F) << 8 | packet[2]
        if pid == _PICTURE_PID:
            stamp = _presentation(packet)
            if stamp is not None:
                first = stamp if first is None else first
                at = ((stamp - first) % _WRAP) / _CLOCK_HZ
                at = at if at < _WRAP / 2 / _CLOCK_HZ else 0.0
            if left == 0 and any(start <= at < end for start, end in spans) and rng.random() < share / burst:
                left = int(rng.geometric(1 / burst))
            if left > 0:
                left -= 1
                continue
        kept.append(packet)
    return b"".join(kept)


def _presentation(packet: bytes) -> int | None:
    """Return the time stamp of the picture that begins in a packet, if one does."""
    if not packet[1] & 0x40:
        return None
    start = 4 + (1 + packet[4] if packet[3] & 0x20 else 0)
    head = packet[start : start + 14]
    if len(head) < 14 or head[:3] != b"\x00\x00\x01" or not head[7] & 0x80:
        return None
    return (head[9] >> 1 & 7) << 30 | head[10] << 22 | (head[11] >> 1) << 15 | head[12] << 7 | head[13] >> 1
