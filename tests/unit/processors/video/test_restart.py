"""The video stage killed at any segment: it sees what it would have seen, nearly.

Only the last seconds are read again, and some of what models are given looks back over more.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from infra.media_store import MediaStore, segment_uri
from processors.measuring import stored
from processors.models.model import DEFAULT_MODELS, Model, find_model, load_model
from processors.video.stage import video_stage
from schemas.events import FramesIndexed
from schemas.events.detections import Measured
from schemas.events.media import SegmentRef

Frames = NDArray[np.uint8]
T0 = datetime(2026, 11, 22, 12, tzinfo=UTC)
EPOCH = "20261122T120000.000Z"
SECONDS = 8
BLACK_FROM_S = 4.36


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(find_model(DEFAULT_MODELS, "video"))


@pytest.fixture
def fading(moving: Frames) -> Frames:
    """Return moving television that goes to black."""
    frames = np.concatenate([moving, moving])[: SECONDS * 25]
    frames[round(BLACK_FROM_S * 25) :] = 16
    return frames


def indexed(seq: int) -> FramesIndexed:
    segment = SegmentRef(
        channel="tv1",
        epoch=EPOCH,
        seq=seq,
        uri=segment_uri("tv1", EPOCH, seq),
        size=7,
        sha256="b" * 64,
        start=T0 + timedelta(seconds=seq),
        # The encoder's clock begins at ten seconds.
        start_pts=(10 + seq) * 90_000,
        duration_s=1.0,
    )
    return FramesIndexed(
        channel="tv1",
        segment=segment,
        codec="h264",
        width=320,
        height=180,
        analysis_fps=5.0,
        pts=(0,) * 25,
        size=(7,) * 25,
        key=(0,),
    )


def scores(measured: list[Measured]) -> NDArray[np.float64]:
    """Return all that was said, (classes, samples)."""
    names = measured[0].scores
    return np.array([[value for each in measured for value in each.scores[name]] for name in names])


def test_a_kill_hardly_changes_what_is_seen(
    encode: Callable[..., Path],
    split: Callable[[Path, Path], list[Path]],
    fading: Frames,
    model: Model,
    tmp_path: Path,
) -> None:
    store = MediaStore(str(tmp_path / "media"))
    parts = split(encode(fading), tmp_path / "parts")
    for seq, part in enumerate(parts):
        store.put(segment_uri("tv1", EPOCH, seq), part)
    whole = video_stage(model, stored(store))
    uncut = scores([whole.measured(indexed(seq)) for seq in range(len(parts))])
    assert (uncut.max(axis=1) > 0.9).any()

    for killed_before in range(4, len(parts)):
        first, second = video_stage(model, stored(store)), video_stage(model, stored(store))
        stages = [first if seq < killed_before else second for seq in range(len(parts))]
        cut = scores([stage.measured(indexed(seq)) for seq, stage in enumerate(stages)])
        np.testing.assert_allclose(cut, uncut, atol=0.15, err_msg=f"killed before segment {killed_before}")
