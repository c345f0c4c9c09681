"""The ingest killed at each of its crash points: the log tells of holes, and of no media that is missing."""

import signal
import subprocess
from pathlib import Path

import pytest

from infra.crash_point import POINTS
from infra.media_store import MediaStore, sha256_of
from schemas.events import FramesIndexed
from tests.integration.producers.on_air import FFMPEG, Watched, producers

pytestmark = pytest.mark.long

POINTS_OF_INGEST = [point for point in POINTS if point.startswith(("ingest.", "outbox."))]
SOON_S = 60.0


@pytest.mark.timeout(300)
def test_an_ingest_killed_at_every_point_tells_of_whole_segments_and_of_each_hole(
    topics: str, tmp_path: Path
) -> None:
    source = tmp_path / "loop.ts"
    picture = "testsrc2=size=320x180:rate=25:duration=20"
    encoder = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-bf", "0")
    subprocess.run(
        [FFMPEG, "-v", "error", "-nostdin", "-f", "lavfi", "-i", picture, *encoder, str(source)], check=True
    )
    watched = Watched(topics, "crashing-ingest")
    watched.configure(str(source))
    try:
        for point in POINTS_OF_INGEST:
            with producers(topics, tmp_path, HORUS_CRASH_AT=f"{point}:2") as process:
                assert process.wait(SOON_S) == -signal.SIGKILL
        known = len(watched.segments())
        with producers(topics, tmp_path):
            watched.until(lambda: len(watched.segments()) >= known + 2, SOON_S)
    finally:
        watched.remove()
        watched.close()
    segments = [event.segment for event in watched.segments()]
    store = MediaStore(str(tmp_path / "media"))
    for segment in segments:
        file = store.local_path(segment.uri)
        assert file is not None
        assert (file.stat().st_size, sha256_of(file)) == (segment.size, segment.sha256)
    assert {frames.segment for frames in watched.told(FramesIndexed)} <= set(segments)
    first, *later = watched.gaps()
    assert first.start is None
    assert later
    assert {gap.reason for gap in later} == {"restarted"}
    assert {gap.start for gap in later} <= {segment.end for segment in segments}
    by_epoch: dict[str, list[int]] = {}
    for segment in segments:
        by_epoch.setdefault(segment.epoch, []).append(segment.seq)
    assert all(numbers == list(range(len(numbers))) for numbers in by_epoch.values())
