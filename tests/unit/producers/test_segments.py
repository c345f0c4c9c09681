"""Finished segments: where they lie in time, what is told of them, and that none is lost."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from infra.ffmpeg import find_ffmpeg
from infra.media_store import MediaStore
from infra.settings import load
from producers.epoch import Arrival
from producers.index import HOLE, Columns, Index
from producers.outbox import Letter
from producers.segments import Before, Finished, Place, Recorder, Timeline, contiguous, place
from schemas.events import AudioIndexed, FramesIndexed, MediaGap, SegmentRecorded
from schemas.events.media import PTS_HZ

T0 = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
GOP = PTS_HZ


def pictures(start: int, frames: int = 25) -> Index:
    return Index(
        frames=Columns(pts=tuple(start + n * 3600 for n in range(frames)), size=(9,) * frames, key=(0,))
    )


def finished(start: int, *, run: int = 1, seconds: float = 1.0, after_jump: bool = False) -> Finished:
    """A segment whose first picture was read at T0 when the clock of run 1 showed 0."""
    end = start + round(seconds * PTS_HZ)
    return Finished(
        file=Path("none.ts"),
        end=end,
        listed_at=T0 + timedelta(seconds=end / PTS_HZ),
        run=run,
        after_jump=after_jump,
        arrivals=(Arrival(T0.timestamp() + start / PTS_HZ, start),),
    )


def placed(*steps: tuple[Finished, Index], before: Before | None = None) -> list[Place]:
    timeline, places = Timeline(before=before), []
    for item, index in steps:
        timeline, one = place("tv1", timeline, item, index)
        places.append(one)
    return places


def gap_of(one: Place) -> MediaGap:
    assert one.gap is not None
    return one.gap


def test_segments_of_a_steady_clock_are_numbered_within_one_epoch() -> None:
    places = placed(*((finished(n * GOP), pictures(n * GOP)) for n in range(3)))
    assert [one.seq for one in places] == [0, 1, 2]
    assert len({one.anchor.epoch for one in places}) == 1
    assert [one.gap is None for one in places] == [False, True, True]
    assert [one.anchor.at(one.start) for one in places] == [T0 + timedelta(seconds=n) for n in range(3)]


def test_the_first_segment_ever_follows_a_gap_with_no_known_start() -> None:
    gap = gap_of(placed((finished(0), pictures(0)))[0])
    assert (gap.reason, gap.previous_epoch, gap.start, gap.end) == ("started", None, None, T0)


def test_after_a_restart_the_gap_reaches_back_to_the_media_in_the_log() -> None:
    before = Before("20261122T175900.000Z", T0 - timedelta(seconds=7))
    gap = gap_of(placed((finished(0), pictures(0)), before=before)[0])
    assert (gap.reason, gap.previous_epoch, gap.start, gap.end) == ("restarted", before.epoch, before.end, T0)


def test_another_run_of_ffmpeg_is_a_new_epoch() -> None:
    one, two = placed((finished(0), pictures(0)), (finished(5 * GOP, run=2), pictures(5 * GOP)))
    gap = gap_of(two)
    assert (gap.reason, gap.previous_epoch) == ("reconnected", one.anchor.epoch)
    assert (gap.start, gap.end) == (T0 + timedelta(seconds=1), T0 + timedelta(seconds=5))
    assert two.seq == 0


def test_a_run_for_a_clock_that_stepped_back_is_told_as_a_jump() -> None:
    late = finished(5 * GOP, run=2, after_jump=True)
    assert gap_of(placed((finished(0), pictures(0)), (late, pictures(5 * GOP)))[1]).reason == "pts_jump"


@pytest.mark.parametrize("jump", [2 * GOP, 4000 * GOP])
def test_a_clock_that_jumps_ahead_is_a_new_epoch_of_the_same_run(jump: int) -> None:
    there = finished(GOP + jump)
    one, two = placed((finished(0), pictures(0)), (there, pictures(GOP + jump)))
    assert gap_of(two).reason == "pts_jump"
    assert two.anchor.epoch != one.anchor.epoch


def test_the_wrap_of_the_clock_is_no_jump() -> None:
    last = (1 << 33) - GOP
    places = placed((finished(last), pictures(last)), (finished(1 << 33), pictures(1 << 33)))
    assert places[1].gap is None


def test_a_damaged_segment_keeps_its_place_by_the_segment_list() -> None:
    places = placed(
        (finished(0), pictures(0)), (finished(GOP), Index()), (finished(2 * GOP), pictures(2 * GOP))
    )
    assert [one.seq for one in places] == [0, 1, 2]
    assert (places[1].start, places[1].duration, places[2].gap) == (GOP, GOP, None)


def test_pictures_of_another_clock_within_a_segment_are_left_out() -> None:
    mixed = Index(
        frames=Columns(pts=(0, 3600, 900 * HOLE), size=(1, 1, 1), key=(0,)),
        chunks=Columns(pts=(0, 1920, 900 * HOLE), size=(2, 2, 2)),
    )
    assert contiguous(mixed).frames.pts == (0, 3600)
    assert contiguous(mixed).chunks.pts == (0, 1920)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """One second of picture and sound."""
    file = tmp_path_factory.mktemp("media") / "second.ts"
    subprocess.run(
        [
            *(str(find_ffmpeg(load({}, dotenv=None))), "-v", "error", "-nostdin"),
            *("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=1"),
            *("-f", "lavfi", "-i", "sine=sample_rate=48000:duration=1"),
            *("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-c:a", "aac", str(file)),
        ],
        check=True,
    )
    return file.read_bytes()


@pytest.fixture
def recorder(tmp_path: Path) -> tuple[Recorder, list[Letter]]:
    told: list[Letter] = []
    store = MediaStore(str(tmp_path / "media"))
    return Recorder("tv1", fps=5.0, store=store, put=told.extend, before=None), told


@pytest.fixture
def spooled(tmp_path: Path) -> Callable[[bytes], Finished]:
    def spool(media: bytes) -> Finished:
        file = tmp_path / "00000000.ts"
        file.write_bytes(media)
        return Finished(file=file, end=0, listed_at=T0, run=1)

    return spool


def test_a_segment_is_stored_and_told_with_its_frames_and_sound(
    recorder: tuple[Recorder, list[Letter]],
    spooled: Callable[[bytes], Finished],
    recording: bytes,
    tmp_path: Path,
) -> None:
    recorder[0].take(spooled(recording))
    segment = recorder[0].work()
    assert segment is not None
    assert MediaStore(str(tmp_path / "media")).read(segment.uri) == recording
    gap, told, frames, sound = (event for _, event in recorder[1])
    assert isinstance(gap, MediaGap)
    assert isinstance(told, SegmentRecorded) and told.video is not None
    assert (told.video.codec, told.video.width, told.video.height, told.video.fps) == ("h264", 320, 180, 25.0)
    assert isinstance(frames, FramesIndexed)
    assert (len(frames.pts), min(frames.pts), frames.key) == (25, 0, (0,))
    assert list(frames.pts) != sorted(frames.pts)
    assert isinstance(sound, AudioIndexed)
    assert (sound.codec, sound.sample_rate, sound.channels) == ("aac", 48000, 1)
    assert segment.duration_s == pytest.approx(1.0)


def test_damaged_bytes_are_kept_and_told_without_frames(
    recorder: tuple[Recorder, list[Letter]], spooled: Callable[[bytes], Finished], tmp_path: Path
) -> None:
    recorder[0].take(spooled(b"\x00" * 1880))
    segment = recorder[0].work()
    assert segment is not None and segment.size == 1880
    assert MediaStore(str(tmp_path / "media")).exists(segment.uri)
    assert [type(event) for _, event in recorder[1]] == [MediaGap, SegmentRecorded]


def test_an_empty_file_is_nothing(
    recorder: tuple[Recorder, list[Letter]], spooled: Callable[[bytes], Finished]
) -> None:
    recorder[0].take(spooled(b""))
    assert recorder[0].work() is None
    assert (recorder[0].waiting, recorder[1]) == (0, [])


class FullStore(MediaStore):
    """A store whose disk is full for the first two times."""

    left = 2

    def put(self, uri: str, file: Path) -> None:
        if self.left:
            self.left -= 1
            raise OSError(28, "No space left on device")
        super().put(uri, file)


def test_what_cannot_be_stored_waits_and_is_told_only_once_it_lies_there(
    spooled: Callable[[bytes], Finished], recording: bytes, tmp_path: Path
) -> None:
    told: list[Letter] = []
    recorder = Recorder(
        "tv1", fps=5.0, store=FullStore(str(tmp_path / "media")), put=told.extend, before=None
    )
    recorder.take(spooled(recording))
    for _ in range(2):
        with pytest.raises(OSError):
            recorder.work()
        assert (recorder.waiting, told) == (1, [])
    segment = recorder.work()
    assert segment is not None and segment.seq == 0
    assert len(told) == 4
