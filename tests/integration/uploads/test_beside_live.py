"""Claims about files beside live channels: how much of them is ever given to the stages, told by counts."""

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from infra.follow import read_all
from infra.kafka import Publisher
from infra.media_store import MediaStore
from schemas.events import AudioIndexed, AudioMeasured, FramesIndexed, SegmentRecorded, VideoMeasured
from schemas.names import analysis_channel
from schemas.topics import AUDIO_CHUNKS, DETECTIONS, FRAMES, SEGMENTS
from tests.integration.processors.television import on_air
from tests.integration.uploads.conftest import Rig
from tests.integration.uploads.test_uploads import is_over, is_past, send, wait_for

LIVE = "beside-files"
# Two files, two segments each in flight: what a live segment finds before it at the worst.
AT_MOST = 4

pytestmark = pytest.mark.timeout(600)

Times = dict[tuple[str, str, int], int]
"""When (milliseconds) an event of (channel, kind, seq) was first written."""


def written(rig: Rig) -> tuple[Times, Times]:
    """Return when segments were told to the measuring stages, and when they were measured."""
    told: Times = {}
    measured: Times = {}
    for topic in (FRAMES, AUDIO_CHUNKS, DETECTIONS):
        for envelope, message in read_all(rig.installation.kafka, topic):
            event = envelope.event
            if not isinstance(event, FramesIndexed | AudioIndexed | VideoMeasured | AudioMeasured):
                continue
            kind = "video" if isinstance(event, FramesIndexed | VideoMeasured) else "audio"
            times = told if isinstance(event, FramesIndexed | AudioIndexed) else measured
            times.setdefault((event.channel, kind, event.segment.seq), message.timestamp()[1])
    return told, measured


def live_index(event: SegmentRecorded) -> FramesIndexed:
    pts = tuple(range(0, 90_000, 3600))
    return FramesIndexed(
        channel=event.channel,
        segment=event.segment,
        codec="h264",
        width=320,
        height=180,
        analysis_fps=5.0,
        pts=pts,
        size=(1000,) * len(pts),
        key=(0,),
    )


def is_measured(rig: Rig, seq: int, _: object) -> bool:
    # Of one topic only, and again and again: the uploads must not be over before the last one is measured.
    return any(
        isinstance(each.event, VideoMeasured) and each.event.channel == LIVE and each.event.segment.seq == seq
        for each, _ in read_all(rig.installation.kafka, DETECTIONS)
    )


def test_two_uploads_have_two_segments_each_in_flight_and_a_live_channel_is_measured_between_them(
    rig: Rig, long_clip: Path, tmp_path: Path
) -> None:
    live = on_air(MediaStore(str(rig.media)), tmp_path / "spool", 4, LIVE)
    publisher = Publisher(rig.installation.kafka, "test")
    with ThreadPoolExecutor(2) as pool:
        jobs = [
            answer.json()["job_id"]
            for answer in pool.map(
                lambda _: send(rig, "/api/v1/analysis/upload", long_clip, "two.mp4"), range(2)
            )
        ]
    wait_for(rig, jobs[0], partial(is_past, 20))
    for event in live:
        publisher.publish(SEGMENTS, [event])
        publisher.publish(FRAMES, [live_index(event)])
        wait_for(rig, jobs[0], partial(is_measured, rig, event.segment.seq))
    for job in jobs:
        assert wait_for(rig, job, is_over)["status"] == "finished"

    told, measured = written(rig)
    for channel in map(analysis_channel, jobs):
        by_seq: dict[int, list[tuple[str, int]]] = defaultdict(list)
        for (name, kind, seq), at in told.items():
            if name == channel:
                by_seq[seq].append((kind, at))
        assert len(by_seq) > 40
        for seq in sorted(by_seq)[2:]:
            for kind, _ in by_seq[seq - 2]:
                before = measured[channel, kind, seq - 2]
                assert all(at >= before for _, at in by_seq[seq]), f"{seq} was told before {seq - 2} was done"
    for event in live:
        place = (LIVE, "video", event.segment.seq)
        before_it = {
            (name, seq)
            for (name, kind, seq), at in told.items()
            if name in map(analysis_channel, jobs) and at <= told[place] < measured[name, kind, seq]
        }
        assert len(before_it) <= AT_MOST
    assert measured[LIVE, "video", live[-1].segment.seq] < max(measured.values())
