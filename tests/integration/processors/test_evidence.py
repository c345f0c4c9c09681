"""Evidence cut by a real ffmpeg from real segments."""

import asyncio
import subprocess
from datetime import datetime, timedelta
from pathlib import Path

import av
import msgspec
import pytest

from infra import crash_point
from infra.media_store import MediaStore
from processors.evidence.stage import EvidenceStage
from schemas.envelope import Envelope, event_id
from schemas.events import EvidenceAttached, OcorrenciaClosed, OcorrenciaOpened, SegmentRecorded
from schemas.events.media import VideoTrack
from schemas.events.ocorrencias import Fault, OcorrenciaEvent, Why
from schemas.faults import Category
from schemas.severity import severity_of
from tests.integration.processors.television import FFMPEG, T0, on_air

WHY = Why(reason="test", onset_s=1.0, clear_s=1.0)


class Recorded:
    """The segment log, already read."""

    def __init__(self, segments: list[SegmentRecorded]) -> None:
        self._segments = segments

    def window(self, channel: str, start: datetime, end: datetime) -> list[SegmentRecorded]:
        return [
            each
            for each in self._segments
            if each.channel == channel and each.segment.start < end and each.segment.end > start
        ]


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return MediaStore(str(tmp_path / "media"))


@pytest.fixture
def segments(store: MediaStore, tmp_path: Path) -> list[SegmentRecorded]:
    return on_air(store, tmp_path / "spool", 18)


def closed(start_s: float, end_s: float) -> OcorrenciaClosed:
    return OcorrenciaClosed(channel="tv1", uid="u" * 36, fault=_fault(start_s, end_s), why=WHY)


def _fault(start_s: float, end_s: float) -> Fault:
    return Fault(
        type="freeze",
        category=Category.VIDEO,
        severity=severity_of(end_s - start_s),
        confidence=0.9,
        start_ts=T0 + timedelta(seconds=start_s),
        end_ts=T0 + timedelta(seconds=end_s),
        duration_s=end_s - start_s,
    )


def work(stage: EvidenceStage, event: OcorrenciaEvent) -> list[EvidenceAttached]:
    # Written long ago, as far as patience goes: what is not there yet will not come.
    envelope = Envelope(id=event_id(event), type=event.TYPE, source="decisions", time=T0, event=event)
    emitted = asyncio.run(stage.work(envelope))
    return [each for _, each in emitted if isinstance(each, EvidenceAttached)]


def test_clip_is_a_stream_copy_that_plays_from_the_pre_roll_to_the_post_roll(
    store: MediaStore, segments: list[SegmentRecorded], tmp_path: Path
) -> None:
    clips = tmp_path / "clips"
    stage = EvidenceStage(Recorded(segments), store, FFMPEG, clips)

    (attached,) = work(stage, closed(7.5, 10.5))

    assert attached.final
    evidence = attached.evidence
    assert evidence.clip_path is not None and evidence.thumbnail_path is not None
    # Whole segments from 2.5 s to 15.5 s: the third to the sixteenth.
    assert attached.clip_start == T0 + timedelta(seconds=2)
    assert evidence.clip_duration_s == 14.0
    assert evidence.event_window == (5.5, 8.5)
    with av.open(str(clips / evidence.clip_path)) as clip:
        pictures = sum(1 for _ in clip.decode(video=0))
        assert (clip.streams.video[0].codec_context.name, pictures) == ("h264", 14 * 25)
        assert clip.streams.audio[0].codec_context.name == "aac"
    with av.open(str(clips / evidence.thumbnail_path)) as picture:
        assert (picture.streams.video[0].width, picture.streams.video[0].height) == (480, 270)
    assert sorted(file.name for file in clips.iterdir()) == sorted(
        [evidence.clip_path, evidence.thumbnail_path]
    )


def test_opening_gives_a_first_clip_of_what_is_there(
    store: MediaStore, segments: list[SegmentRecorded], tmp_path: Path
) -> None:
    stage = EvidenceStage(Recorded(segments[:9]), store, FFMPEG, tmp_path / "clips")
    opened = OcorrenciaOpened(channel="tv1", uid="u" * 36, fault=_fault(7.5, 8.6), why=WHY)

    (attached,) = work(stage, opened)

    assert not attached.final
    assert attached.evidence.clip_duration_s == 7.0


def test_segments_that_retention_took_are_left_out_and_the_rest_still_plays(
    store: MediaStore, segments: list[SegmentRecorded], tmp_path: Path
) -> None:
    gone = store.local_path(segments[5].segment.uri)
    assert gone is not None
    gone.unlink()
    clips = tmp_path / "clips"
    stage = EvidenceStage(Recorded(segments), store, FFMPEG, clips)

    (attached,) = work(stage, closed(7.5, 10.5))

    assert attached.evidence.clip_path is not None
    with av.open(str(clips / attached.evidence.clip_path)) as clip:
        assert sum(1 for _ in clip.decode(video=0)) == 13 * 25
    assert (attached.evidence.clip_duration_s, attached.evidence.event_window) == (13.0, (4.5, 7.5))


def test_without_any_media_no_evidence_is_claimed(store: MediaStore, tmp_path: Path) -> None:
    stage = EvidenceStage(Recorded([]), store, FFMPEG, tmp_path / "clips")

    assert work(stage, closed(7.5, 10.5)) == []


def test_clip_of_what_no_browser_plays_is_made_h264(
    store: MediaStore, segments: list[SegmentRecorded], tmp_path: Path
) -> None:
    of_mpeg2 = [as_mpeg2(store, each, tmp_path) for each in segments[6:10]]
    clips = tmp_path / "clips"
    stage = EvidenceStage(Recorded(of_mpeg2), store, FFMPEG, clips)

    (attached,) = work(stage, closed(7.0, 9.0))

    assert attached.evidence.clip_path is not None
    with av.open(str(clips / attached.evidence.clip_path)) as clip:
        assert clip.streams.video[0].codec_context.name == "h264"
        assert sum(1 for _ in clip.decode(video=0)) == 4 * 25


def as_mpeg2(store: MediaStore, event: SegmentRecorded, scratch: Path) -> SegmentRecorded:
    """Put the same picture into the store as MPEG-2, as broadcasters still send it."""
    file, made = store.local_path(event.segment.uri), scratch / "mpeg2.ts"
    subprocess.run(
        [
            *(str(FFMPEG), "-v", "error", "-nostdin", "-y", "-copyts", "-i", str(file)),
            *("-c:v", "mpeg2video", "-b:v", "2M", "-c:a", "copy", "-muxdelay", "0", "-muxpreload", "0"),
            *("-mpegts_copyts", "1", str(made)),
        ],
        check=True,
    )
    store.put(event.segment.uri, made)
    track = VideoTrack(codec="mpeg2video", width=320, height=180, fps=25.0)
    return msgspec.structs.replace(event, video=track)


def test_the_same_occurrence_cut_again_after_a_crash_gives_the_same_event(
    store: MediaStore, segments: list[SegmentRecorded], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Crash(BaseException):
        """The process died here."""

    def die(point: str) -> None:
        assert point == "evidence.after-clip"
        raise Crash

    killed = EvidenceStage(Recorded(segments), store, FFMPEG, tmp_path / "clips")
    whole = EvidenceStage(Recorded(segments), store, FFMPEG, tmp_path / "elsewhere")
    with monkeypatch.context() as armed:
        armed.setattr(crash_point, "reached", die)
        with pytest.raises(Crash):
            work(killed, closed(7.5, 10.5))

    (again,) = work(killed, closed(7.5, 10.5))

    assert [again] == work(whole, closed(7.5, 10.5))
    names = {again.evidence.clip_path, again.evidence.thumbnail_path}
    assert {file.name for file in (tmp_path / "clips").iterdir()} == names
