"""Finding an ffmpeg that can take in every kind of source, SRT among them."""

import functools
import shutil
import subprocess
from pathlib import Path

import imageio_ffmpeg

from infra.settings import BadSettings, Settings

INSTALL = (
    "ffmpeg with SRT is missing: `apt-get install ffmpeg`, `pip install imageio-ffmpeg`, or set HORUS_FFMPEG"
)


class NoFfmpeg(RuntimeError):
    """There is no ffmpeg that speaks SRT; the text is one line that says what to install."""


def find_ffmpeg(settings: Settings) -> Path:
    """Return the ffmpeg to run: HORUS_FFMPEG, else PATH's if it speaks SRT, else the imageio-ffmpeg wheel's.

    Raises BadSettings when HORUS_FFMPEG is no ffmpeg that speaks SRT, NoFfmpeg when there is none at all.
    """
    if settings.horus_ffmpeg is not None:
        if not speaks_srt(settings.horus_ffmpeg):
            raise BadSettings(f"HORUS_FFMPEG={settings.horus_ffmpeg}: not an ffmpeg that speaks SRT")
        return settings.horus_ffmpeg
    on_path = shutil.which("ffmpeg")
    if on_path is not None and speaks_srt(Path(on_path)):
        return Path(on_path)
    try:
        carried = Path(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise NoFfmpeg(INSTALL) from error
    if not speaks_srt(carried):
        raise NoFfmpeg(INSTALL)
    return carried


@functools.cache
def speaks_srt(ffmpeg: Path) -> bool:
    """Tell whether a program is an ffmpeg with the SRT protocol; asks each program once."""
    try:
        done = subprocess.run(
            [ffmpeg, "-hide_banner", "-protocols"], capture_output=True, text=True, check=False, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and "srt" in done.stdout.split()
