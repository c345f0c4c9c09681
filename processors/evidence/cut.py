"""Cutting a clip and a thumbnail with ffmpeg: stream copy wherever browsers play what is in it."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

import structlog

from infra.media_store import MediaStore, MissingMedia
from schemas.events.media import SegmentRef

log = structlog.get_logger()

# Two minutes of media are copied in well under a second, and encoded in some ten; a hung ffmpeg must not
# hold a stage.
CUT_TIMEOUT_S = 60.0
THUMBNAIL_WIDTH = 480
# Good enough to judge a fault by, and seconds of work for a minute of 1080p; one thread leaves the other
# processor to the measuring.
ENCODED = (
    *("-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p", "-threads", "1"),
    # H.264 with halved colour has even sides only.
    *("-vf", "crop=trunc(iw/2)*2:trunc(ih/2)*2"),
)


class CutFailed(RuntimeError):
    """ffmpeg could not make the file; the text holds its last line."""


async def cut_clip(
    ffmpeg: Path,
    store: MediaStore,
    runs: Sequence[Sequence[SegmentRef]],
    target: Path,
    *,
    encode: bool = False,
) -> list[SegmentRef]:
    """Write an MP4 of some runs of segments by stream copy; readers see all of it or nothing.

    Segments of a run are joined byte by byte, as MPEG-TS may be; runs follow each other without the gap.
    ``encode``: the picture is made H.264, for browsers that do not play what it is in.
    Returns the segments that are in it: those that retention took are not. Raises CutFailed.
    """
    with tempfile.TemporaryDirectory(prefix="horus-clip-") as scratch:
        folder = Path(scratch)
        names = []
        used: list[SegmentRef] = []
        for number, run in enumerate(runs):
            joined = folder / f"{number}.ts"
            if there := await asyncio.to_thread(_join, store, run, joined):
                names.append(joined.name)
                used += there
        if not names:
            raise CutFailed("none of its segments is in the media store")
        listing = folder / "runs.txt"
        listing.write_text("".join(f"file '{name}'\n" for name in names))
        await _run(
            [
                str(ffmpeg), "-v", "error", "-nostdin", "-y", "-f", "concat", "-i", str(listing),
                "-map", "0:v:0?", "-map", "0:a:0?", "-c", "copy", *(ENCODED if encode else ()),
                "-movflags", "+faststart",
            ],
            target,
        )  # fmt: skip
        return used


async def cut_thumbnail(ffmpeg: Path, store: MediaStore, segment: SegmentRef, target: Path) -> None:
    """Write a JPEG of a segment's first key frame. Raises CutFailed and MissingMedia."""
    with tempfile.TemporaryDirectory(prefix="horus-thumbnail-") as scratch:
        file = Path(scratch) / "segment.ts"
        file.write_bytes(await asyncio.to_thread(store.read, segment.uri))
        await _run(
            [
                str(ffmpeg), "-v", "error", "-nostdin", "-y", "-i", str(file), "-frames:v", "1",
                "-vf", f"scale={THUMBNAIL_WIDTH}:-2", "-q:v", "4", "-update", "1",
            ],
            target,
        )  # fmt: skip


def _join(store: MediaStore, run: Sequence[SegmentRef], target: Path) -> list[SegmentRef]:
    found = []
    with target.open("wb") as joined:
        for segment in run:
            try:
                joined.write(store.read(segment.uri))
                found.append(segment)
            except MissingMedia as error:
                log.warning("clip without a segment", reason=str(error))
    return found


async def _run(command: list[str], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.part{target.suffix}")
    process = await asyncio.create_subprocess_exec(
        *command, str(beside), stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
    )
    try:
        _, said = await asyncio.wait_for(process.communicate(), CUT_TIMEOUT_S)
    except BaseException as error:
        if process.returncode is None:
            process.kill()
            await process.wait()
        beside.unlink(missing_ok=True)
        if isinstance(error, TimeoutError):
            raise CutFailed(f"ffmpeg did not end within {CUT_TIMEOUT_S:g} s") from error
        raise
    if process.returncode != 0 or not beside.is_file() or beside.stat().st_size == 0:
        beside.unlink(missing_ok=True)
        lines = said.decode(errors="replace").strip().splitlines()
        raise CutFailed(lines[-1] if lines else f"ffmpeg ended with {process.returncode}")
    beside.replace(target)
