"""measure_video on encoded media: the grid, segments, and media that is not what it should be."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from processors.models.model import DEFAULT_MODELS, Model, find_model, load_model
from processors.video.decoded import Decoded
from processors.video.measure import VideoContext, VideoSamples, measure_video

Frames = NDArray[np.uint8]
Encode = Callable[..., Path]
Split = Callable[[Path, Path], list[Path]]


@pytest.fixture(scope="module")
def model() -> Model:
    return load_model(find_model(DEFAULT_MODELS, "video"))


def measure_all(parts: list[Path], model: Model, fps: float = 5.0) -> list[VideoSamples]:
    context: VideoContext | None = None
    samples = []
    for part in parts:
        measured, context = measure_video(part, model, fps, context, last=part is parts[-1])
        samples.append(measured)
    return samples


@pytest.mark.parametrize("options", [("-bf", "0"), ("-bf", "3"), ("-g", "12")])
def test_cutting_into_segments_changes_no_sample(
    encode: Encode, split: Split, moving: Frames, model: Model, tmp_path: Path, options: tuple[str, ...]
) -> None:
    media = encode(moving, *options)
    whole, _ = measure_video(media, model, 5.0, None, last=True)
    parts = measure_all(split(media, tmp_path / "parts"), model)
    assert len(parts) > 3
    assert len(whole.times_s) == 30
    np.testing.assert_allclose(np.concatenate([part.times_s for part in parts]), whole.times_s)
    np.testing.assert_array_equal(np.concatenate([part.scores for part in parts]), whole.scores)
    for name, values in whole.measures.items():
        np.testing.assert_array_equal(np.concatenate([part.measures[name] for part in parts]), values)


def test_samples_lie_on_the_grid_of_the_media_clock(encode: Encode, moving: Frames, model: Model) -> None:
    samples, _ = measure_video(encode(moving), model, 5.0, None)
    places = np.floor(samples.times_s * 5.0 + 1e-6)
    assert samples.times_s[0] >= 10.0
    np.testing.assert_array_equal(np.diff(places), 1)


def test_one_sample_a_second_when_asked(
    encode: Encode, split: Split, moving: Frames, model: Model, tmp_path: Path
) -> None:
    parts = measure_all(split(encode(moving), tmp_path / "parts"), model, fps=1.0)
    times = np.concatenate([part.times_s for part in parts])
    np.testing.assert_array_equal(np.diff(np.floor(times + 1e-6)), 1)
    assert len(times) == 6


def test_the_last_second_waits_for_the_next_segment(encode: Encode, moving: Frames, model: Model) -> None:
    media = encode(moving)
    waiting, context = measure_video(media, model, 5.0, None)
    rest, _ = measure_video(BytesIO(b""), model, 5.0, context, last=True)
    assert len(waiting.times_s) == 26
    assert waiting.times_s[-1] < rest.times_s[0]
    assert len(rest.times_s) == 4


def test_a_frame_rate_of_zero_is_refused(model: Model) -> None:
    with pytest.raises(ValueError, match="fps must be above 0"):
        measure_video(BytesIO(b""), model, 0.0, None)


def test_a_file_object_measures_as_its_path_does(encode: Encode, moving: Frames, model: Model) -> None:
    media = encode(moving)
    by_path, _ = measure_video(media, model, 5.0, None)
    by_bytes, _ = measure_video(BytesIO(media.read_bytes()), model, 5.0, None)
    np.testing.assert_array_equal(by_path.scores, by_bytes.scores)


@pytest.mark.parametrize("rubbish", [b"", b"not media at all" * 500, b"G" + bytes(187) * 20])
def test_rubbish_gives_no_samples_and_keeps_the_past(
    encode: Encode, moving: Frames, model: Model, rubbish: bytes
) -> None:
    _, context = measure_video(encode(moving[:25]), model, 5.0, None)
    samples, after = measure_video(BytesIO(rubbish), model, 5.0, context)
    assert len(samples.times_s) == 0
    assert samples.scores.shape == (0, len(model.card.classes))
    assert samples.frames_decoded == 0
    assert after is context


def test_damaged_packets_are_counted_and_the_rest_measured(
    encode: Encode, moving: Frames, model: Model
) -> None:
    data = bytearray(encode(moving).read_bytes())
    rng = np.random.default_rng(5)
    for place in rng.integers(5000, len(data) - 5000, 60):
        data[place : place + 90] = rng.integers(0, 256, 90, np.uint8).tobytes()
    samples, _ = measure_video(BytesIO(bytes(data)), model, 5.0, None)
    assert samples.frames_failed > 0
    assert len(samples.times_s) > 10


@pytest.mark.parametrize("damaged", [False, True])
@pytest.mark.parametrize("fps", [1.0, 5.0])
def test_what_is_decoded_before_gives_the_same_to_the_bit(
    encode: Encode, split: Split, moving: Frames, model: Model, tmp_path: Path, fps: float, damaged: bool
) -> None:
    parts = [part.read_bytes() for part in split(encode(moving, "-bf", "3"), tmp_path / "parts")]
    if damaged:
        parts = [torn(part, seed) for seed, part in enumerate(parts)]
    before: VideoContext | None = None
    again: VideoContext | None = None
    failed = 0
    for part in parts:
        expected, before = measure_video(BytesIO(part), model, fps, before, last=part is parts[-1])
        found, again = measure_video(Decoded(part), model, fps, again, last=part is parts[-1])
        np.testing.assert_array_equal(found.times_s, expected.times_s)
        np.testing.assert_array_equal(found.scores, expected.scores)
        assert found.measures.keys() == expected.measures.keys()
        for name, values in expected.measures.items():
            np.testing.assert_array_equal(found.measures[name], values)
        assert found.frames_decoded == expected.frames_decoded
        assert found.frames_failed == expected.frames_failed
        assert again.damage == before.damage
        failed += found.frames_failed
    assert len(parts) > 3
    assert bool(failed) == damaged


def torn(media: bytes, seed: int) -> bytes:
    """Return media with bytes of rubbish in it, up to its end."""
    data, rng = bytearray(media), np.random.default_rng(seed)
    for place in rng.integers(2000, len(data) - 90, 6):
        data[place : place + 90] = rng.integers(0, 256, 90, np.uint8).tobytes()
    return bytes(data)


def test_a_playlist_in_disguise_is_not_followed(
    encode: Encode, moving: Frames, model: Model, tmp_path: Path
) -> None:
    media = encode(moving[:25])
    playlist = tmp_path / "upload.mp4"
    playlist.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:1.0,\n{media}\n#EXT-X-ENDLIST\n")
    samples, _ = measure_video(playlist, model, 5.0, None)
    assert samples.frames_decoded == 0
