"""Blocks: an encoder upstream with too few bits, and a line upstream that lost some."""

import cv2
import numpy as np
from numpy.typing import NDArray

from training.picture.compression import Coder, Decoder, Generation
from training.picture.raster import Frame, Generator, Gray, Raster, gray_of, scale

# Blocks of 16 points are off when they are by so many levels in the mean: what a coder crushed has lost its
# texture; what a line lost may be a little aside, and nobody sees that.
_BLOCK, _CRUSHED, _LOST = 16, 6.0, 20.0
# Under this share of them no viewer would swear to any.
_CRUSHED_SHARE, _LOST_SHARE = 0.06, 0.03
# A border of blocks of 8 points stands out when its step is so many levels above what lies beside it and what
# was there before. Of 66 crushed clips that we looked at, blocks struck the eye from such a share of them on.
_BORDER, _STEP, _BORDERS_SHARE = 8, 2.5, 0.14
# Bytes of a transport packet that are of its stream.
_PAYLOAD = 184
# From a line that falters to one that loses a few in a hundred of what a broadcaster sends.
_LOSSES_HZ = (4.0, 60.0)


class Crush:
    """An encoder upstream that had far too few bits."""

    def __init__(self, raster: Raster, rng: Generator):
        self._raster = raster
        h264 = rng.random() < 0.7
        # Cheap encoders, and those set for speed, leave the borders as they fall.
        self._smooths = h264 and rng.random() < 0.65
        # The coarsest scale of MPEG-2 hides in most pictures, so that it crushes small ones as often.
        self._halved = not h264 and rng.random() < 0.6
        size = Raster(raster.width // 4 * 2, raster.height // 4 * 2, raster.fps) if self._halved else raster
        gop = int(rng.choice([12, 15, 25, 50, 100]))
        if h264:
            # DESIGN section 7: noticed at once from QP 44.
            quantiser = int(rng.integers(44, 52))
            self._line = Generation(size, "libx264", quantiser, gop, smooths=self._smooths)
            self.detail = f"h264 QP {quantiser}{'' if self._smooths else ' unfiltered'}"
        else:
            quantiser = int(rng.integers(20 if self._halved else 27, 32))
            self._line = Generation(size, "mpeg2video", quantiser, gop)
            self.detail = f"mpeg2 scale {quantiser}{' at half size' if self._halved else ''}"
        self._size = size

    def apply(self, frame: Frame, index: int, left: int) -> tuple[Frame, bool]:
        """Return the frame as that encoder left it."""
        self._given = (
            scale(frame, self._size.width, self._size.height, cv2.INTER_AREA) if self._halved else frame
        )
        self._left = self._line.pass_on(self._given)
        shown = scale(self._left, self._raster.width, self._raster.height) if self._halved else self._left
        return shown, True

    def is_seen(self) -> bool:
        """Tell whether a viewer would call what was left last blocks: H.264 loses texture instead."""
        was, now = gray_of(self._given), gray_of(self._left)
        if self._smooths and off_share(was, now, _CRUSHED) >= _CRUSHED_SHARE:
            return True
        return borders(was, now) >= _BORDERS_SHARE


class Outage:
    """A line upstream that loses packets, and a decoder that makes the best of the rest."""

    def __init__(self, raster: Raster, rng: Generator):
        self._rng, self._fps = rng, raster.fps
        h264 = rng.random() < 0.45
        codec = "libx264" if h264 else "mpeg2video"
        quantiser = int(rng.integers(20, 32)) if h264 else int(rng.integers(2, 7))
        gop = int(rng.choice([12, 15, 25, 50]))
        slices = int(rng.choice([1, 2, 4, 8])) if h264 else 1
        self._coder = Coder(raster, codec, quantiser, gop, slices)
        self._whole, self._lossy = Decoder(codec), Decoder(codec)
        self._hz = float(np.exp(rng.uniform(*np.log(_LOSSES_HZ))))
        self._burst = float(rng.choice([1.0, 2.0, 4.0, 12.0]))
        name = "h264" if h264 else "mpeg2"
        self.detail = f"{self._hz:.1f} losses a second upstream, {self._burst:.0f} packets at once, {name}"

    def apply(self, frame: Frame, index: int, left: int) -> tuple[Frame, bool]:
        """Return the frame as it came out of the line."""
        if index == 0:
            # The decoder has pictures to conceal with: those of the line that lost nothing yet.
            for packet in self._coder.code(frame):
                self._whole.take(packet)
                self._lossy.take(packet)
        # It begins with an outage: what is lost of a picture that stands shows nothing.
        least = 3 if index < self._fps * 0.3 else 0
        for packet in self._coder.code(frame):
            count = max(int(self._rng.poisson(self._hz / self._fps)), least)
            self._whole.take(packet)
            self._lossy.take(self._thinned(packet, count))
        return (frame if self._lossy.shown is None else self._lossy.shown.copy()), True

    def is_seen(self) -> bool:
        """Tell whether a viewer would call the frame shown last damaged."""
        whole, shown = self._whole.shown, self._lossy.shown
        if whole is None or shown is None:
            return False
        return off_share(gray_of(whole), gray_of(shown), _LOST) >= _LOST_SHARE

    def _thinned(self, packet: bytes, losses: int) -> bytes:
        """Return the bytes of a picture without what so many losses took."""
        pieces = [packet[place : place + _PAYLOAD] for place in range(0, len(packet), _PAYLOAD)]
        kept = np.ones(len(pieces), bool)
        for _ in range(losses):
            first = int(self._rng.integers(len(pieces)))
            kept[first : first + int(self._rng.geometric(1 / self._burst))] = False
        return b"".join(piece for piece, there in zip(pieces, kept, strict=True) if there)


def off_share(before: Gray, after: Gray, least: float) -> float:
    """Return the share of blocks that are off by ``least`` levels or more."""
    off = np.asarray(cv2.absdiff(before, after), np.float32)
    size = (off.shape[1] // _BLOCK, off.shape[0] // _BLOCK)
    return float(np.mean(np.asarray(cv2.resize(off, size, interpolation=cv2.INTER_AREA)) > least))


def borders(before: Gray, after: Gray) -> float:
    """Return the share of the borders of blocks that stand out in a picture, and did not before."""
    return (_upright(before, after) + _upright(before.T, after.T)) / 2


def _upright(before: Gray, after: Gray) -> float:
    was, now = _steps(before), _steps(after)
    # The step between columns 7 and 8 is at place 7; those on either side of it lie within a block.
    step = now[:, _BORDER - 1 : -1 : _BORDER]
    beside = (now[:, _BORDER - 2 : -2 : _BORDER] + now[:, _BORDER::_BORDER][:, : step.shape[1]]) / 2
    least = np.maximum(beside, was[:, _BORDER - 1 : -1 : _BORDER])
    return float(np.mean(step - least > _STEP))


def _steps(gray: Gray) -> NDArray[np.float32]:
    """Return the mean step from column to column, of each block's rows: (blocks down, width - 1)."""
    steps = np.asarray(
        cv2.absdiff(np.ascontiguousarray(gray[:, 1:]), np.ascontiguousarray(gray[:, :-1])), np.float32
    )
    high = steps.shape[0] // _BORDER
    means: NDArray[np.float32] = steps[: high * _BORDER].reshape(high, _BORDER, -1).mean(axis=1)
    return means
