"""One more generation of compression, frame in, frame out: a contribution line, a crushed link."""

from fractions import Fraction

import av
import cv2
import numpy as np
from av.video.codeccontext import VideoCodecContext

from training.picture.raster import Frame, Generator, Raster


class Generation:
    """An encoder at a fixed quantiser and its decoder, without delay.

    ``quantiser`` is x264's QP (0..51) or MPEG-2's scale (1..31); ``gop`` is in frames.
    """

    def __init__(self, raster: Raster, codec: str, quantiser: int, gop: int):
        encoder = av.CodecContext.create(codec, "w")
        assert isinstance(encoder, VideoCodecContext)
        encoder.width, encoder.height, encoder.pix_fmt = raster.width, raster.height, "yuv420p"
        # Quantisers and not bits are given, so that any rate will do; MPEG-2 knows few.
        encoder.time_base, encoder.framerate = Fraction(1, 25), Fraction(25)
        encoder.gop_size, encoder.max_b_frames, encoder.thread_count = gop, 0, 1
        if codec == "libx264":
            encoder.options = {"preset": "superfast", "tune": "zerolatency", "qp": str(quantiser)}
        else:
            # A quantiser that may not move; the rate follows.
            encoder.options = {"qmin": str(quantiser), "qmax": str(quantiser), "b": "50000000"}
        decoder = av.CodecContext.create("h264" if codec == "libx264" else "mpeg2video", "r")
        assert isinstance(decoder, VideoCodecContext)
        decoder.thread_count = 1
        decoder.options = {"flags": "low_delay"}
        self._encoder, self._decoder = encoder, decoder
        self._index = 0
        self._last: Frame | None = None

    def pass_on(self, frame: Frame) -> Frame:
        """Return a frame as it comes out; while the decoder waits the last one, at first itself."""
        planes = np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420), np.uint8)
        picture = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        picture.pts = self._index
        self._index += 1
        for packet in self._encoder.encode(picture):
            for decoded in self._decoder.decode(packet):
                out = decoded.to_ndarray(format="yuv420p")
                self._last = np.asarray(cv2.cvtColor(out, cv2.COLOR_YUV2BGR_I420), np.uint8)
        return frame if self._last is None else self._last.copy()


def crushing(raster: Raster, rng: Generator) -> tuple[Generation, str]:
    """Return a generation that leaves blocks anyone sees (DESIGN section 7: from QP 44), and its name."""
    gop = int(rng.choice([12, 15, 25, 50, 100]))
    if rng.random() < 0.6:
        quantiser = int(rng.integers(44, 52))
        return Generation(raster, "libx264", quantiser, gop), f"h264 QP {quantiser}"
    quantiser = int(rng.integers(20, 32))
    return Generation(raster, "mpeg2video", quantiser, gop), f"mpeg2 scale {quantiser}"


def contribution(raster: Raster, rng: Generator) -> Generation:
    """Return a generation of fair to poor quality without noticeable blocks."""
    gop = int(rng.choice([12, 25, 50, 100]))
    if rng.random() < 0.7:
        # Up to QP 37 the filter of H.264 hides its blocks.
        return Generation(raster, "libx264", int(rng.integers(24, 38)), gop)
    return Generation(raster, "mpeg2video", int(rng.integers(3, 10)), gop)
