"""``python -m processors.evidence``: one worker of the evidence stage."""

import asyncio
from datetime import timedelta

from infra.ffmpeg import find_ffmpeg
from infra.media_store import MediaStore
from infra.segment_log import SegmentLog
from infra.settings import load
from processors.evidence.stage import EvidenceStage
from processors.stage.app import run_stage, worker_number

# Memory reaches back over the longest clip and the wait for its end; older windows are read from the log.
KEEP = timedelta(minutes=3)

if __name__ == "__main__":
    number = worker_number()
    settings = load()
    segments = SegmentLog(settings.bootstrap_servers, KEEP)

    async def follow() -> None:
        """Follow the recorded segments before the first occurrence is worked on."""
        await asyncio.to_thread(segments.start)

    stage = EvidenceStage(segments, MediaStore(settings.media_url), find_ffmpeg(settings), settings.clips)
    run_stage(stage, settings, number, on_start=follow)
