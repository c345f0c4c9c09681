"""`horus replay --model`: the stored media, decoded ahead and measured again in the order of the log."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from benchmarks.measured_day import write
from infra.media_store import MediaStore, segment_uri
from infra.settings import Settings
from processors.measuring import stored
from processors.models.model import Model
from processors.replay.asked import Asked
from processors.replay.records import Read
from processors.replay.remeasure import Remeasure, checked_model
from processors.replay.run import replay
from processors.video.stage import video_stage
from schemas.envelope import Envelope, event_id
from schemas.events import Event, FramesIndexed, SegmentRecorded
from schemas.topics import FRAMES
from tests.integration.processors.television import EPOCH, T0, on_air

ROOT = Path(__file__).parents[3]
# Starting up takes two seconds, decoding a small segment some milliseconds; the rest is a busy machine.
DEADLINE_S = 60.0


def indexed(recorded: Iterable[SegmentRecorded]) -> list[FramesIndexed]:
    """Return the indexes of recorded segments, as the ingest would write them."""
    return [
        FramesIndexed(
            channel=each.channel,
            segment=each.segment,
            codec="h264",
            width=320,
            height=180,
            analysis_fps=5.0,
            pts=tuple(index * 3600 for index in range(25)),
            size=(1000,) * 25,
            key=(0,),
        )
        for each in recorded
    ]


def envelope(event: Event) -> Envelope:
    return Envelope(id=event_id(event), type=event.TYPE, source="test", time=T0, event=event)


@pytest.fixture
def model(settings: Callable[..., Settings]) -> Model:
    return checked_model("picture", settings())


def test_a_model_measures_again_and_counts_what_is_gone(
    topics: str, settings: Callable[..., Settings], tmp_path: Path
) -> None:
    store = MediaStore(str(tmp_path / "media"))
    name = f"again-{uuid.uuid4().hex[:8]}"
    recorded = on_air(store, tmp_path / "scratch", 4, name)
    store.remove(recorded[3].segment.uri)
    write(topics, FRAMES, [(each, each.segment.end) for each in indexed(recorded)], "producers")
    here = settings(KAFKA_BOOTSTRAP_SERVERS=topics)

    with Remeasure(checked_model("picture", here), store) as remeasure:
        window = Asked(since=T0, until=T0 + timedelta(seconds=4), channels=(name,))
        result = replay(window, here, remeasure=remeasure).result

    assert (result.measured_again, result.missing) == (3, 1)
    assert result.model is not None and result.model.startswith("picture ")
    assert result.samples > 0


def test_what_is_decoded_ahead_is_measured_as_the_live_stage_would_and_in_order(
    model: Model, tmp_path: Path
) -> None:
    store = MediaStore(str(tmp_path / "media"))
    lines = [indexed(on_air(store, tmp_path / name, 6, name)) for name in ("tv1", "tv2")]
    # Turn by turn, as channels lie in a partition; one segment of one of them is gone.
    events = [event for turn in zip(*lines, strict=True) for event in turn]
    store.remove(lines[1][2].segment.uri)
    live, expected = video_stage(model, stored(store)), list[Event | None]()
    with Remeasure(model, store) as remeasure:
        reads = [Read(float(number), number, envelope(event)) for number, event in enumerate(events)]
        found = [remeasure.instead_of(read.envelope) for read in remeasure.ahead_of(iter(reads))]
    for event in events:
        expected.append(None if event is lines[1][2] else live.measured(event))

    assert found == expected
    assert (remeasure.measured, remeasure.missing) == (11, 1)


def test_ctrl_c_leaves_nothing_behind(topics: str, tmp_path: Path) -> None:
    store = MediaStore(str(tmp_path / "media"))
    name = f"again-{uuid.uuid4().hex[:8]}"
    (recorded,) = on_air(store, tmp_path / "scratch", 1, name)
    events, media = [], store.read(recorded.segment.uri)
    for seq in range(600):
        start = T0 + timedelta(seconds=seq)
        uri = segment_uri(name, EPOCH, seq)
        ref = msgspec.structs.replace(recorded.segment, seq=seq, uri=uri, start=start)
        if seq:
            file = tmp_path / "copy.ts"
            file.write_bytes(media)
            store.put(uri, file)
        events += indexed([msgspec.structs.replace(recorded, segment=ref)])
    write(topics, FRAMES, [(each, each.segment.end) for each in events], "producers")
    words = ["replay", "--since", T0.isoformat(), "--until", (T0 + timedelta(seconds=600)).isoformat()]
    words += ["--channel", name, "--model", "picture", "--json", "--background"]
    process = subprocess.Popen(
        [sys.executable, "-m", "infra.cli.main", *words],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "KAFKA_BOOTSTRAP_SERVERS": topics,
            "HORUS_HOME": str(tmp_path),
            "HORUS_MEDIA_URL": str(tmp_path / "media"),
        },
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stderr is not None
        assert "progress" in process.stderr.readline()
        asked = time.monotonic()
        process.send_signal(signal.SIGINT)
        told, _ = process.communicate(timeout=DEADLINE_S)
        took_s = time.monotonic() - asked
    finally:
        process.kill()
        process.wait()

    assert (process.returncode, told) == (130, "")
    # The segments under way, and not all the others.
    assert took_s < 20.0
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
