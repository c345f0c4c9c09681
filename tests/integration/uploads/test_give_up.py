"""Claims about analyses that cannot be done: the sender is told, and nothing of them is left."""

import time
import uuid

import pytest

from infra import clock
from infra.follow import read_all
from infra.kafka import Publisher
from schemas.events import AnalysisFailed, AnalysisRequested
from schemas.events.analyses import Contents
from schemas.names import analysis_channel
from schemas.topics import ANALYSES
from tests.integration.uploads.conftest import Rig
from tests.integration.uploads.test_uploads import is_over, wait_for

pytestmark = pytest.mark.timeout(300)


def request_for(content: bytes | None, rig: Rig) -> str:
    """Ask for the analysis of a file that no API would have let in; return its id."""
    job = uuid.uuid4().hex
    channel = analysis_channel(job)
    if content is not None:
        (rig.media / channel).mkdir(parents=True)
        (rig.media / channel / "original").write_bytes(content)
    asked = AnalysisRequested(
        channel=channel,
        at=clock.now(),
        uri=f"media://{channel}/original",
        filename="broken.mp4",
        size=len(content or b""),
        contents=Contents(format="mov", duration_s=10.0, video="h264", pixels="yuv420p"),
        fps=5.0,
        by="test",
    )
    Publisher(rig.installation.kafka, "test").publish(ANALYSES, [asked])
    return job


def test_file_that_breaks_in_the_cutting_fails_with_the_reason_and_goes(rig: Rig) -> None:
    job = request_for(b"\0\0\0\x18ftypmp42 and nothing more", rig)

    said = wait_for(rig, job, is_over)

    assert said["status"] == "failed"
    assert "cut" in said["reason"] and str(rig.installation.home) not in said["reason"]
    deadline = time.monotonic() + 60
    while (rig.media / analysis_channel(job)).exists():
        assert time.monotonic() < deadline, "its media is still there"
        time.sleep(0.05)


def test_file_that_is_gone_fails_once(rig: Rig) -> None:
    job = request_for(None, rig)

    assert wait_for(rig, job, is_over)["reason"] == "the file is not in the media store any more"
    failures = [
        envelope.id
        for envelope, _ in read_all(rig.installation.kafka, ANALYSES)
        if isinstance(envelope.event, AnalysisFailed) and envelope.event.channel == analysis_channel(job)
    ]
    assert len(set(failures)) == 1
