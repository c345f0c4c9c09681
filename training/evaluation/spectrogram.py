"""A spectrogram around a stretch of sound, left above right, with its ends marked."""

from pathlib import Path

import av.error
import cv2
import numpy as np
from av import AudioResampler
from numpy.typing import NDArray

from infra.media_file import open_media
from processors.analysis.contents import contents_of

_RATE_HZ = 48_000
# 43 ms windows show syllables and single harmonics alike; 10 ms steps make a second 100 pixels wide.
_WINDOW, _STEP = 2048, 480
# Long stretches are cut: what a fault is shows at its beginning.
_AROUND_S, _LONGEST_S = 2.0, 12.0
# What is drawn: from the quietest that a 16-bit track holds to a full-scale sine.
_FLOOR_DB, _TOP_DB = -110.0, -10.0
_HEIGHT = 256


def spectrogram(media: Path, start_s: float, end_s: float) -> NDArray[np.uint8]:
    """Return a picture of a stretch (s of the file's own timeline) with 2 s around it; BGR uint8.

    Up to 12 s of the stretch; 0 to 24 kHz from below to above, each channel. Raises MediaRefused when the
    file cannot be opened.
    """
    from_s = max(0.0, start_s - _AROUND_S)
    until_s = min(end_s, start_s + _LONGEST_S) + _AROUND_S
    sound = _samples(media, from_s, until_s)
    if sound.shape[1] < _WINDOW:
        return np.zeros((_HEIGHT, _HEIGHT, 3), np.uint8)
    drawn = np.vstack([_draw(channel) for channel in sound])
    for mark_s in (start_s, end_s):
        column = round((mark_s - from_s) * _RATE_HZ / _STEP)
        if 0 <= column < drawn.shape[1]:
            drawn[:, column] = (255, 255, 255)
    cv2.putText(drawn, f"{from_s:.2f} s", (6, 16), cv2.FONT_HERSHEY_SIMPLEX, 0.45, (255, 255, 255), 1)
    return drawn


def _samples(media: Path, from_s: float, until_s: float) -> NDArray[np.float32]:
    """Return left and right between two times, (2, n); a mono track twice."""
    zero_s = contents_of(media).start_s
    resampler = AudioResampler(format="fltp", layout="stereo", rate=_RATE_HZ)
    parts: list[NDArray[np.float32]] = [np.zeros((2, 0), np.float32)]
    with open_media(media) as container:
        frames = container.decode(audio=0)
        while True:
            try:
                frame = next(frames, None)
            except av.error.FFmpegError:
                continue
            if frame is None or float(frame.time or 0.0) - zero_s > until_s:
                break
            if float(frame.time or 0.0) - zero_s >= from_s:
                parts += [each.to_ndarray().astype(np.float32) for each in resampler.resample(frame)]
    return np.concatenate(parts, axis=1)


def _draw(channel: NDArray[np.float32]) -> NDArray[np.uint8]:
    windows = np.lib.stride_tricks.sliding_window_view(channel, _WINDOW)[::_STEP]
    taper = np.hanning(_WINDOW).astype(np.float32)
    power = np.abs(np.fft.rfft(windows * taper, axis=1)) * (2 / taper.sum())
    level_db = 20 * np.log10(np.maximum(power, 1e-9))
    grey = np.clip((level_db - _FLOOR_DB) / (_TOP_DB - _FLOOR_DB), 0, 1) * 255
    upright = np.flipud(grey.T[: _WINDOW // 2]).astype(np.uint8)
    small = cv2.resize(upright, (upright.shape[1], _HEIGHT), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.applyColorMap(small, cv2.COLORMAP_INFERNO), np.uint8)
