"""What retention takes and what it leaves, on real files and on another file system of fsspec."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem
from hypothesis import given
from hypothesis import strategies as st

from infra.media_store import MediaStore, segment_uri
from infra.retention.cutoff import BUCKET_S, LONGEST_LAG_S, YOUNGEST_S, bucket, cutoff
from infra.retention.holds import Held, Holds
from infra.retention.sweep import Swept, sweep
from infra.storage_config import Storage
from schemas.events import AnalysisFinished, AnalysisRequested
from schemas.events.analyses import Contents
from schemas.names import analysis_channel
from tests.alarms import Alarm

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EPOCH = "20261122T000000.000Z"
DAY_S = 86_400.0
NOBODY = Held(by_channel={})
UPLOAD = analysis_channel("0" * 32)


def storage(**given: float | int | None) -> Storage:
    return Storage(**{"media_keep_s": 7 * DAY_S, "upload_keep_s": 7 * DAY_S, **given})  # type: ignore[arg-type]


class Media:
    """A media store on disk whose files are as old as a test says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = MediaStore(str(folder / "media"))

    def put(self, channel: str, seq: int, age_s: float, size: int = 100, epoch: str = EPOCH) -> str:
        uri = segment_uri(channel, epoch, seq)
        spooled = self.folder / "spooled.ts"
        spooled.write_bytes(b"x" * size)
        self.store.put(uri, spooled)
        file = self.store.local_path(uri)
        assert file is not None
        written = NOW.timestamp() - age_s
        os.utime(file, (written, written))
        return uri

    def sweep(self, wanted: Storage, held: Held = NOBODY, unread_s: float | None = None) -> Swept:
        now = NOW.timestamp()
        return sweep(self.store, wanted, held, now, None if unread_s is None else now - unread_s)

    def left(self) -> set[str]:
        return {file.uri for folder in self.store.folders() for file in self.store.listing(folder)}


@pytest.fixture
def media(tmp_path: Path) -> Media:
    return Media(tmp_path)


def test_segments_go_when_their_time_is_up_and_not_before(media: Media) -> None:
    old, young = media.put("tv1", 0, 3601), media.put("tv1", 1, 3599)

    swept = media.sweep(storage(media_keep_s=3600))

    assert media.left() == {young}
    assert (swept.removed, swept.freed, swept.live_bytes) == (1, 100, 100)
    assert media.sweep(storage(media_keep_s=3600)).removed == 0
    assert old not in media.left()


def test_what_a_stage_has_yet_to_measure_stays_whatever_the_quota_says(media: Media) -> None:
    measured, unread = media.put("tv1", 0, 1500), media.put("tv1", 1, 1200)

    swept = media.sweep(storage(quota_bytes=0), unread_s=1200)

    assert media.left() == {unread}
    assert (swept.removed, swept.over_quota) == (1, 100)
    assert measured not in media.left()


def test_for_a_stage_that_never_catches_up_nothing_stays_for_ever(media: Media) -> None:
    media.put("tv1", 0, LONGEST_LAG_S + 30)
    within = media.put("tv1", 1, LONGEST_LAG_S - 30)

    media.sweep(storage(quota_bytes=0), unread_s=10 * LONGEST_LAG_S)

    assert media.left() == {within}


def test_quota_takes_the_oldest_of_all_channels_first(media: Media) -> None:
    by_age = [
        media.put(channel, seq, 7200 - 60 * seq - 30 * number)
        for seq in range(10)
        for number, channel in enumerate(("tv1", "tv2"))
    ]

    swept = media.sweep(storage(quota_bytes=550))

    assert media.left() == set(by_age[-5:])
    assert (swept.removed, swept.live_bytes, swept.over_quota) == (15, 500, 0)


def test_what_is_just_written_stays_whatever_the_quota_and_is_told(media: Media) -> None:
    young = media.put("tv1", 1, YOUNGEST_S - 1, size=1000)
    media.put("tv1", 0, YOUNGEST_S + BUCKET_S + 1)

    swept = media.sweep(storage(quota_bytes=300))

    assert media.left() == {young}
    assert swept.over_quota == 700


def test_evidence_stays(media: Media) -> None:
    clips = media.folder / "clips"
    clips.mkdir()
    clip = clips / "tv1-fade.mp4"
    clip.write_bytes(b"evidence")
    os.utime(clip, (0, 0))
    media.put("tv1", 0, 30 * DAY_S)

    media.sweep(storage(quota_bytes=1))

    assert media.left() == set()
    assert clip.read_bytes() == b"evidence"


def opened(channel: str, start: datetime) -> tuple[Holds, Alarm]:
    alarm = Alarm(channel=channel, start=start)
    holds = Holds()
    holds.take(alarm.opened(), start + timedelta(seconds=2))
    return holds, alarm


def test_open_occurrence_keeps_the_roll_before_it_and_its_beginning(media: Media) -> None:
    start = NOW - timedelta(hours=2)
    holds, _ = opened("tv1", start)
    for seconds in range(-120, 240, 10):
        media.put("tv1", 200 + seconds, 7200 - seconds)
        media.put("tv2", 200 + seconds, 7200 - seconds)

    media.sweep(storage(media_keep_s=3600), holds.at(NOW))

    # Twenty seconds before, ninety after: a clip of 5 before and 65 after, and a GOP at either end.
    assert media.left() == {segment_uri("tv1", EPOCH, 200 + seconds) for seconds in range(-20, 100, 10)}


def test_media_is_let_go_once_the_last_clip_is_cut(media: Media) -> None:
    holds, alarm = opened("tv1", NOW - timedelta(hours=2))
    media.put("tv1", 0, 7200)
    written = NOW.timestamp() - 7200

    holds.take(alarm.attached(final=False), NOW)
    assert holds.at(NOW).holds("tv1", written)
    holds.take(alarm.closed(), NOW)
    assert holds.at(NOW).holds("tv1", written)
    holds.take(alarm.attached(final=True), NOW)
    assert not holds.at(NOW).holds("tv1", written)

    media.sweep(storage(media_keep_s=3600), holds.at(NOW))
    assert media.left() == set()


def test_closed_occurrence_whose_clip_never_comes_is_not_waited_for_longer_than_a_day() -> None:
    holds, alarm = opened("tv1", NOW - timedelta(days=3))
    written = (NOW - timedelta(days=3)).timestamp()
    holds.take(alarm.closed(), NOW - timedelta(days=1, seconds=1))

    assert not holds.at(NOW).holds("tv1", written)


def test_uploads_go_after_their_own_time_and_not_for_the_quota(media: Media) -> None:
    young, old = media.put(UPLOAD, 0, 3500), media.put(UPLOAD, 1, 3700)
    live = media.put("tv1", 0, 3700)

    swept = media.sweep(storage(upload_keep_s=3600, quota_bytes=150))

    assert media.left() == {young, live}
    assert (swept.removed, swept.upload_bytes, swept.live_bytes) == (1, 100, 100)
    assert old not in media.left()


def test_upload_with_an_occurrence_that_has_no_clip_yet_stays(media: Media) -> None:
    holds, _ = opened(UPLOAD, NOW - timedelta(hours=3))
    kept = media.put(UPLOAD, 0, 3700)

    media.sweep(storage(upload_keep_s=3600), holds.at(NOW))

    assert media.left() == {kept}


def test_upload_stays_until_its_analysis_is_over_however_long_that_takes(media: Media) -> None:
    requested = AnalysisRequested(
        channel=UPLOAD,
        at=NOW - timedelta(hours=3),
        uri=f"media://{UPLOAD}/original",
        filename="a.mp4",
        size=100,
        contents=Contents(format="mov,mp4", duration_s=7200.0, video="h264"),
        fps=5.0,
        by="ana",
    )
    holds = Holds()
    holds.take(requested, requested.at)
    kept = media.put(UPLOAD, 0, 10_000)

    media.sweep(storage(upload_keep_s=900), holds.at(NOW))
    assert media.left() == {kept}

    holds.take(AnalysisFinished(channel=UPLOAD, at=NOW, judged={}), NOW)
    media.sweep(storage(upload_keep_s=900), holds.at(NOW))
    assert media.left() == set()


def test_emptied_epochs_go_and_young_folders_stay(media: Media) -> None:
    media.put("tv1", 0, 7200)
    folder = media.folder / "media" / "tv1" / EPOCH
    young = media.folder / "media" / "tv1" / "20261122T115900.000Z"
    young.mkdir()

    media.sweep(storage(media_keep_s=3600))
    assert folder.is_dir()
    for each in (folder, folder.parent):
        os.utime(each, (NOW.timestamp() - 7200,) * 2)
    os.utime(young, (NOW.timestamp() - 60,) * 2)
    media.sweep(storage(media_keep_s=3600))

    assert not folder.exists()
    assert young.is_dir()


def test_file_that_cannot_be_removed_is_counted_and_the_rest_goes(
    media: Media, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, other = media.put("tv1", 0, 7200), media.put("tv1", 1, 7100)
    remove = MediaStore.remove

    def refuse(store: MediaStore, uri: str) -> bool:
        if uri == stuck:
            raise PermissionError(1, "Operation not permitted")
        return remove(store, uri)

    monkeypatch.setattr(MediaStore, "remove", refuse)
    swept = media.sweep(storage(media_keep_s=3600))

    assert media.left() == {stuck}
    assert (swept.removed, swept.failed, swept.live_bytes) == (1, 1, 100)
    assert other not in media.left()


def test_links_in_the_store_are_neither_followed_nor_removed(media: Media) -> None:
    media.put("tv1", 0, 7200)
    outside = media.folder / "outside"
    outside.mkdir()
    (outside / "precious.ts").write_bytes(b"x")
    os.utime(outside / "precious.ts", (0, 0))
    (media.folder / "media" / "tv2").symlink_to(outside)

    media.sweep(storage(media_keep_s=3600))

    assert (outside / "precious.ts").exists()


def test_the_same_holds_behind_an_fsspec_url(tmp_path: Path) -> None:
    store = MediaStore(f"memory://{tmp_path}/media")
    uris = [segment_uri("tv1", EPOCH, seq) for seq in range(3)]
    for uri in uris:
        spooled = tmp_path / "spooled.ts"
        spooled.write_bytes(b"x" * 100)
        store.put(uri, spooled)
    for seq, uri in enumerate(uris):
        path = f"{tmp_path}/media/{uri.removeprefix('media://')}"
        MemoryFileSystem.store[path].created = NOW - timedelta(hours=3 - seq)

    swept = sweep(store, storage(quota_bytes=200), NOBODY, NOW.timestamp())

    assert (swept.removed, swept.live_bytes) == (1, 200)
    assert store.missing(uris) == {uris[0]}


def test_missing_names_are_told_of_a_folder_too(media: Media) -> None:
    there, gone = media.put("tv1", 0, 10), segment_uri("tv1", EPOCH, 1)

    assert media.store.missing([there, gone]) == {gone}


@given(
    ages=st.lists(st.floats(0, 14 * DAY_S), max_size=40),
    keep_s=st.floats(900, 7 * DAY_S),
    quota=st.none() | st.integers(0, 5000),
    held=st.integers(0, 2000),
)
def test_cutoff_meets_age_and_quota_and_takes_no_more_than_it_must(
    ages: list[float], keep_s: float, quota: int | None, held: int
) -> None:
    now = NOW.timestamp()
    usage: dict[int, int] = {}
    for age in ages:
        usage[bucket(now - age)] = usage.get(bucket(now - age), 0) + 100

    before = cutoff(usage, held, keep_s=keep_s, quota=quota, now=now)

    def left(moment: float) -> int:
        return held + 100 * sum(now - age >= moment for age in ages)

    assert before <= now - YOUNGEST_S
    assert before >= min(now - keep_s, now - YOUNGEST_S)
    if quota is not None and before < now - YOUNGEST_S:
        assert left(before) <= max(quota, held)
    if before > now - keep_s and before < now - YOUNGEST_S:
        # By the quota alone: without the last bucket that goes, it would not be met.
        assert quota is not None
        assert left(before - BUCKET_S) > quota
