"""A line with far too few bits: the picture as it comes out of an encoder at the end of its range."""

from collections.abc import Sequence
from fractions import Fraction

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext

from infra.demo.canvas import Canvas, Frame, Plane

# Of 51; a viewer notices blocks at once from 44 up.
QP = 49


def crushed(frames: Sequence[Frame], fps: int) -> list[Canvas]:
    """Return pictures, all of one size, after a pass through H.264 at QP; the first one is a key frame."""
    height, width = frames[0].y.shape
    encoder = _encoder(height, width, fps)
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, VideoCodecContext)
    # One thread each: the same pictures give the same blocks.
    decoder.thread_count = 1
    out: list[Canvas] = []
    for index, frame in enumerate(frames):
        planes = np.vstack([frame.y, frame.u.reshape(-1, width), frame.v.reshape(-1, width)])
        picture = av.VideoFrame.from_ndarray(planes, format="yuv420p")
        picture.pts = index
        for packet in encoder.encode(picture):
            out += map(_canvas, decoder.decode(packet))
    for packet in encoder.encode(None):
        out += map(_canvas, decoder.decode(packet))
    return out + [_canvas(frame) for frame in decoder.decode(None)]


def _encoder(height: int, width: int, fps: int) -> VideoCodecContext:
    codec = av.CodecContext.create("libx264", "w")
    assert isinstance(codec, VideoCodecContext)
    codec.width, codec.height, codec.pix_fmt = width, height, "yuv420p"
    codec.time_base, codec.framerate = Fraction(1, fps), Fraction(fps)
    codec.max_b_frames, codec.thread_count = 0, 1
    codec.options = {"preset": "superfast", "qp": str(QP)}
    return codec


def _canvas(frame: av.VideoFrame) -> Canvas:
    planes = frame.to_ndarray().astype(np.float32)
    height, width = frame.height, frame.width
    chroma = planes[height:].reshape(2, height // 2, width // 2)
    u: Plane = chroma[0].copy()
    v: Plane = chroma[1].copy()
    return Canvas(planes[:height].copy(), u, v)
