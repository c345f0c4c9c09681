"""Composed sound: repeatable, true to what it says of itself, made of one part's sources only."""

from itertools import pairwise

import numpy as np
import pytest

from training.sound.compose import Track, compose_track
from training.sound.faults import AUDIO_CLASSES
from training.sound.place import LESSONS, ON_AIR
from training.sound.samples import RATE_HZ, Stereo, level_dbfs
from training.sources import Source
from training.truth_file import Fault


@pytest.fixture(scope="module")
def tracks(sources: list[Source]) -> list[Track]:
    return [compose_track(sources, "train", seed, 24.0, healthy=False) for seed in range(18)]


def inside(track: Track, fault: Fault) -> Stereo:
    return track.samples[:, round((fault.start_s + 0.2) * RATE_HZ) : round((fault.end_s - 0.2) * RATE_HZ)]


def test_the_same_seed_gives_the_same_samples(sources: list[Source]) -> None:
    one, two, other = (compose_track(sources, "train", seed, 9.0) for seed in (4, 4, 5))
    np.testing.assert_array_equal(one.samples, two.samples)
    assert one.faults == two.faults
    assert not np.array_equal(one.samples, other.samples)


@pytest.mark.parametrize("rate_hz", [48_000, 44_100, 32_000])
def test_a_track_has_the_length_and_rate_asked_for(sources: list[Source], rate_hz: int) -> None:
    track = compose_track(sources, "train", 3, 7.0, rate_hz)
    assert track.samples.shape == (2, 7 * rate_hz)
    assert track.samples.dtype == np.float32
    assert np.abs(track.samples).max() <= 1.05


def test_resampling_keeps_the_level(sources: list[Source]) -> None:
    whole, other = (compose_track(sources, "train", 3, 7.0, rate_hz) for rate_hz in (48_000, 44_100))
    assert level_dbfs(other.samples) == pytest.approx(level_dbfs(whole.samples), abs=1.0)


def test_healthy_means_no_fault(sources: list[Source]) -> None:
    track = compose_track(sources, "train", 1, 20.0, healthy=True)
    assert track.healthy
    assert track.faults == ()


def test_only_sources_of_the_part_are_used(tracks: list[Track]) -> None:
    assert {name for track in tracks for name in track.sources}
    assert all(name.startswith("train ") for track in tracks for name in track.sources)


def test_every_type_of_fault_occurs(tracks: list[Track]) -> None:
    assert {fault.type for track in tracks for fault in track.faults} == set(AUDIO_CLASSES)


def test_faults_keep_apart_and_clear_of_what_is_kept(sources: list[Source]) -> None:
    for seed in range(4):
        track = compose_track(sources, "train", seed, 40.0, healthy=False, keep_clear=[(10.0, 20.0)])
        for fault in track.faults:
            assert fault.end_s <= 7.0 or fault.start_s >= 23.0
        ordered = [(fault.start_s, fault.end_s) for fault in track.faults]
        assert all(end + 3.0 <= start for (_, end), (start, _) in pairwise(ordered))


def test_lessons_have_twice_the_faults_that_air_has(sources: list[Source]) -> None:
    on_air, lessons = (
        sum(
            len(compose_track(sources, "train", seed, 40.0, healthy=False, spacing=spacing).faults)
            for seed in range(7)
        )
        for spacing in (ON_AIR, LESSONS)
    )
    assert lessons >= 2 * on_air


def test_silence_is_as_quiet_as_defined(tracks: list[Track]) -> None:
    found = [
        level_dbfs(inside(track, fault)[channel])
        for track in tracks
        for fault, channels in zip(track.faults, track.channels, strict=True)
        if fault.type == "ausencia_audio"
        for channel in channels
    ]
    assert found
    assert max(found) <= -55


def test_a_tone_is_all_there_is(tracks: list[Track]) -> None:
    for track in tracks:
        for fault, channels in zip(track.faults, track.channels, strict=True):
            if fault.type == "sinal_teste" and "ident" not in fault.detail:
                cut = inside(track, fault)[channels[0]]
                power = np.abs(np.fft.rfft(cut * np.hanning(len(cut)))) ** 2
                peak = int(np.argmax(power))
                assert power[max(0, peak - 8) : peak + 9].sum() > 0.98 * power.sum()


def test_a_part_without_speech_is_refused(sources: list[Source]) -> None:
    with pytest.raises(ValueError, match="lacks speech"):
        compose_track(sources, "test", 1, 5.0)
