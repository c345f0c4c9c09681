"""Small real MPEG-TS segments, made by ffmpeg, as the ingest would leave them in the media store."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

from infra.ffmpeg import find_ffmpeg
from infra.media_store import MediaStore, segment_uri, sha256_of
from infra.settings import load
from schemas.events import SegmentRecorded
from schemas.events.media import PTS_HZ, SegmentRef

T0 = datetime(2026, 11, 22, 12, tzinfo=UTC)
EPOCH = "20261122T120000.000Z"
FFMPEG = find_ffmpeg(load({}, dotenv=None))


def on_air(store: MediaStore, scratch: Path, seconds: int, channel: str = "tv1") -> list[SegmentRecorded]:
    """Put ``seconds`` one-second segments of moving picture and tone into a store."""
    scratch.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [
            str(FFMPEG), "-v", "error", "-nostdin",
            "-f", "lavfi", "-i", f"testsrc2=size=320x180:rate=25:duration={seconds}",
            "-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}",
            "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-bf", "0", "-c:a", "aac",
            "-f", "segment", "-segment_time", "1", "-segment_format", "mpegts",
            "-segment_format_options", "mpegts_copyts=1", "-muxdelay", "0", "-muxpreload", "0",
            str(scratch / "%08d.ts"),
        ],
        check=True,
    )  # fmt: skip
    return [_stored(store, scratch / f"{seq:08d}.ts", channel, seq) for seq in range(seconds)]


def _stored(store: MediaStore, file: Path, channel: str, seq: int) -> SegmentRecorded:
    ref = SegmentRef(
        channel=channel,
        epoch=EPOCH,
        seq=seq,
        uri=segment_uri(channel, EPOCH, seq),
        size=file.stat().st_size,
        sha256=sha256_of(file),
        start=T0 + timedelta(seconds=seq),
        start_pts=seq * PTS_HZ,
        duration_s=1.0,
    )
    store.put(ref.uri, file)
    return SegmentRecorded(channel=channel, segment=ref, recorded_at=ref.end)
