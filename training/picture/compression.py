"""One more generation of compression, frame in, frame out: a contribution line, a crushed link."""

from fractions import Fraction

import av
import cv2
import numpy as np
from av.video.codeccontext import VideoCodecContext

from training.picture.raster import Frame, Generator, Raster


class Coder:
    """An encoder at a fixed quantiser, without delay.

    ``quantiser`` is x264's QP (0..51) or MPEG-2's scale (1..31); ``gop`` is in frames; ``slices`` of a
    picture are for x264 alone, MPEG-2 has one a row. ``smooths`` is x264's filter over the borders of blocks,
    which MPEG-2 has not.
    """

    def __init__(
        self, raster: Raster, codec: str, quantiser: int, gop: int, slices: int = 1, *, smooths: bool = True
    ):
        encoder = av.CodecContext.create(codec, "w")
        assert isinstance(encoder, VideoCodecContext)
        encoder.width, encoder.height, encoder.pix_fmt = raster.width, raster.height, "yuv420p"
        # Quantisers and not bits are given, so that any rate will do; MPEG-2 knows few.
        encoder.time_base, encoder.framerate = Fraction(1, 25), Fraction(25)
        encoder.gop_size, encoder.max_b_frames, encoder.thread_count = gop, 0, 1
        if codec == "libx264":
            encoder.options = {
                "preset": "superfast",
                "tune": "zerolatency",
                "qp": str(quantiser),
                "slices": str(slices),
                "x264-params": f"no-deblock={int(not smooths)}",
            }
        else:
            # A quantiser that may not move; the rate follows.
            encoder.options = {"qmin": str(quantiser), "qmax": str(quantiser), "b": "50000000"}
        self._encoder = encoder
        self._index = 0

    def code(self, frame: Frame) -> list[bytes]:
        """Return what a frame becomes: mostly one packet."""
        planes = np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420), np.uint8)
        picture = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        picture.pts = self._index
        self._index += 1
        return [bytes(packet) for packet in self._encoder.encode(picture)]


class Decoder:
    """Shows what it can of the packets of a coder."""

    def __init__(self, codec: str):
        decoder = av.CodecContext.create("h264" if codec == "libx264" else "mpeg2video", "r")
        assert isinstance(decoder, VideoCodecContext)
        decoder.thread_count = 1
        decoder.options = {"flags": "low_delay+output_corrupt"}
        self._decoder = decoder
        self.shown: Frame | None = None
        """The last picture; None before the first."""

    def take(self, packet: bytes) -> None:
        """Decode a packet; what is too little for a picture leaves the last one standing."""
        if not packet:
            return  # to the library, an empty one is the end
        try:
            pictures = self._decoder.decode(av.Packet(packet))
        except av.error.FFmpegError:
            return
        for decoded in pictures:
            out = decoded.to_ndarray(format="yuv420p")
            self.shown = np.asarray(cv2.cvtColor(out, cv2.COLOR_YUV2BGR_I420), np.uint8)


class Generation:
    """A coder and its decoder."""

    def __init__(self, raster: Raster, codec: str, quantiser: int, gop: int, *, smooths: bool = True):
        self._coder = Coder(raster, codec, quantiser, gop, smooths=smooths)
        self._decoder = Decoder(codec)

    def pass_on(self, frame: Frame) -> Frame:
        """Return a frame as it comes out; while the decoder waits the last one, at first itself."""
        for packet in self._coder.code(frame):
            self._decoder.take(packet)
        return frame if self._decoder.shown is None else self._decoder.shown.copy()


def contribution(raster: Raster, rng: Generator) -> Generation:
    """Return a generation of fair to poor quality without noticeable blocks."""
    gop = int(rng.choice([12, 25, 50, 100]))
    if rng.random() < 0.7:
        # Up to QP 37 the filter of H.264 hides its blocks.
        return Generation(raster, "libx264", int(rng.integers(24, 38)), gop)
    return Generation(raster, "mpeg2video", int(rng.integers(3, 10)), gop)
