"""The run of ffmpeg that makes a file of a programme."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np
from numpy.typing import NDArray

from training.picture.raster import Frame
from training.render.encoding import Encoding


class EncodingFailed(RuntimeError):
    """ffmpeg made no file; the text is what it said."""


def encode(
    frames: Iterator[Frame],
    encoding: Encoding,
    target: Path,
    sound: NDArray[np.float32] | None = None,
    rate_hz: int = 48_000,
) -> None:
    """Encode frames, and sound of shape (channels, n) in -1..1, into a file.

    Raises EncodingFailed when ffmpeg refuses.
    """
    raster = encoding.raster
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y"]
    command += ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{raster.width}x{raster.height}"]
    command += ["-framerate", f"{raster.fps:.6f}", "-i", "pipe:0"]
    raw = target.with_suffix(".f32")
    if sound is not None:
        raw.write_bytes(np.ascontiguousarray(sound.T, np.float32).tobytes())
        command += ["-f", "f32le", "-ar", str(rate_hz), "-ac", str(len(sound)), "-i", str(raw)]
        command += encoding.sound_options()
    command += [*encoding.picture_options(), *encoding.container_options(), str(target)]
    try:
        # Not a pipe: nobody reads it before the end, and a talkative encoder would wait for that for ever.
        with (
            tempfile.TemporaryFile() as told,
            subprocess.Popen(command, stdin=subprocess.PIPE, stderr=told) as process,
        ):
            assert process.stdin is not None
            try:
                for frame in frames:
                    planes = np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420), np.uint8)
                    process.stdin.write(planes.data)
            except BrokenPipeError:
                pass  # what ffmpeg says tells more
            # What is still in the buffer has nobody to go to then.
            with suppress(BrokenPipeError):
                process.stdin.close()
            process.wait()
            told.seek(0)
            said = told.read().decode(errors="replace").strip()
        if process.returncode:
            raise EncodingFailed(f"{target.name}: {said}")
    finally:
        raw.unlink(missing_ok=True)
