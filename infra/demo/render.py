"""From a script to a file: pictures and sound into ffmpeg, an MPEG-TS as a broadcaster's encoder makes it."""

import contextlib
import hashlib
import os
import subprocess
import tempfile
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import imageio_ffmpeg
import msgspec

from infra.demo.picture import Picture
from infra.demo.programme import Programme
from infra.demo.sound import RATE, programme_sound

GOP_S = 1
VIDEO_BITRATE = "1500k"
AUDIO_BITRATE = "128k"
# What decides what a programme looks and sounds like, besides its scenes; the show around it does not.
GENERATOR = (
    "canvas.py", "font.py", "graphics.py", "music.py", "picture.py", "programme.py", "render.py", "sound.py",
    "texture.py", "voice.py",
)  # fmt: skip
# Progress is told this often, frames: twice a second of television is smooth enough for a bar.
_TELL_EVERY = 12

Progress = Callable[[float], None]


class RenderFailed(RuntimeError):
    """ffmpeg could not write the programme; the message carries its last words."""


def rendered(programme: Programme, folder: Path, on_progress: Progress | None = None) -> Path:
    """Return the file of a programme in a folder, rendering it first unless it is there already.

    Raises RenderFailed as ``render`` does.
    """
    path = folder / f"{programme.name}-{fingerprint(programme)}.ts"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        render(programme, path, on_progress)
    return path


def fingerprint(programme: Programme) -> str:
    """Return 12 hex digits that change with the programme or the generator."""
    digest = hashlib.sha256(msgspec.json.encode(programme, order="deterministic"))
    # The generator is its source: a version number would be forgotten once, and old pictures served.
    folder = Path(__file__).parent
    drawn = [*(folder / "scenes").glob("*.py"), *(folder / "damage").glob("*.py")]
    for source in sorted([*(folder / name for name in GENERATOR), *drawn]):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


def render(programme: Programme, path: Path, on_progress: Progress | None = None) -> None:
    """Write a programme as MPEG-TS (H.264, closed GOPs of 1 s, AAC 48 kHz stereo), whole or not at all.

    ``on_progress`` gets the share done, 0..1. An interrupt stops ffmpeg and leaves nothing behind. Raises
    RenderFailed when ffmpeg fails, OSError when the folder cannot be written.
    """
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.stem}-") as scratch:
        wav, unfinished = Path(scratch) / "sound.wav", Path(scratch) / "programme.ts"
        _write_sound(programme, wav)
        with _encoder(programme, wav, unfinished) as pictures:
            picture = Picture(programme)
            for index in range(programme.frames):
                pictures.write(picture.frame(index).raw())
                if on_progress is not None and index % _TELL_EVERY == 0:
                    on_progress(index / programme.frames)
        os.replace(unfinished, path)
    if on_progress is not None:
        on_progress(1.0)


def _write_sound(programme: Programme, path: Path) -> None:
    with wave.open(str(path), "wb") as wav:
        wav.setnchannels(2)
        wav.setsampwidth(2)
        wav.setframerate(RATE)
        wav.writeframes(programme_sound(programme).astype("<i2").tobytes())


@contextlib.contextmanager
def _encoder(programme: Programme, wav: Path, target: Path) -> Iterator[IO[bytes]]:
    """Run ffmpeg and give its stdin; a parent that dies closes it, and ffmpeg ends of itself."""
    with tempfile.TemporaryFile(dir=wav.parent) as words:
        # A session of its own: Ctrl-C reaches this process alone, which then ends ffmpeg in order.
        process = subprocess.Popen(
            _command(programme, wav, target),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=words,
            start_new_session=True,
        )
        assert process.stdin is not None
        try:
            # A broken pipe means that ffmpeg has ended: its own words say more.
            with contextlib.suppress(BrokenPipeError), process.stdin:
                yield process.stdin
            code = process.wait()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
        if code != 0:
            words.seek(0)
            said = words.read().decode(errors="replace").strip()[-400:]
            raise RenderFailed(f"ffmpeg could not write {programme.name} (code {code}): {said}")


def _command(programme: Programme, wav: Path, target: Path) -> list[str]:
    gop = str(GOP_S * programme.fps)
    picture = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{programme.width}x{programme.height}"]
    bt709 = ["-color_primaries", "bt709", "-color_trc", "bt709", "-colorspace", "bt709", "-color_range", "tv"]
    return [
        *(imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y"),
        *("-i", str(wav), *picture, *bt709, "-r", str(programme.fps), "-i", "pipe:0"),
        *("-map", "1:v", "-map", "0:a"),
        *("-c:v", "libx264", "-preset", "veryfast", "-b:v", VIDEO_BITRATE, "-maxrate", "2500k"),
        *("-bufsize", "2500k", "-g", gop, "-keyint_min", gop, "-sc_threshold", "0"),
        # One thread: with two the rate control, and so the file, differs from run to run.
        *("-x264-params", "open-gop=0", "-threads", "1", *bt709),
        *("-c:a", "aac", "-b:a", AUDIO_BITRATE),
        *("-metadata:s:a:0", "language=por", "-metadata", f"service_name={programme.title}"),
        *("-f", "mpegts", str(target)),
    ]
