"""HLS out of recorded segments, played by a real ffmpeg; clips; the status of channels."""

import subprocess
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import imageio_ffmpeg
import pytest

from infra import clock
from infra.kafka import Publisher
from infra.media_store import MediaStore, segment_uri, sha256_of
from infra.segment_log import SegmentLog
from schemas.events import SegmentRecorded, StreamConfigured, StreamRemoved, StreamStatusChanged
from schemas.events.media import AudioTrack, SegmentRef, VideoTrack
from schemas.topics import SEGMENTS, STREAM_STATUS, STREAMS
from tests.integration.api.conftest import KEY, Api, Installation, wait_until

FPS = 25
SECONDS = 3


@pytest.fixture(scope="session")
def clips_of_a_second(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Return segments of one second each, cut by ffmpeg as the ingest does."""
    folder = tmp_path_factory.mktemp("segments")
    subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error",
            "-f", "lavfi", "-i", f"testsrc2=size=320x180:rate={FPS}:duration={SECONDS}",
            "-f", "lavfi", "-i", f"sine=duration={SECONDS}",
            "-c:v", "libx264", "-preset", "ultrafast", "-g", str(FPS), "-bf", "0", "-c:a", "aac",
            "-f", "segment", "-segment_time", "1", "-segment_format", "mpegts", str(folder / "%d.ts"),
        ],
        check=True,
    )  # fmt: skip
    return [folder / f"{number}.ts" for number in range(SECONDS)]


def epoch_at(moment: datetime) -> str:
    return moment.strftime("%Y%m%dT%H%M%S.") + f"{moment.microsecond // 1000:03d}Z"


def record(
    installation: Installation, channel: str, start: datetime, files: list[Path], tmp_path: Path
) -> list[SegmentRecorded]:
    """Put an epoch of segments into the store and into the log."""
    store, events = MediaStore(str(installation.home / "media")), []
    for seq, file in enumerate(files):
        spooled = tmp_path / f"{uuid.uuid4()}.ts"
        spooled.write_bytes(file.read_bytes())
        reference = SegmentRef(
            channel=channel,
            epoch=epoch_at(start),
            seq=seq,
            uri=segment_uri(channel, epoch_at(start), seq),
            size=spooled.stat().st_size,
            sha256=sha256_of(spooled),
            start=start + timedelta(seconds=seq),
            start_pts=seq * 90_000,
            duration_s=1.0,
        )
        store.put(reference.uri, spooled)
        events.append(
            SegmentRecorded(
                channel=channel,
                segment=reference,
                recorded_at=reference.end,
                video=VideoTrack(codec="h264", width=320, height=180, fps=25.0),
                audio=(AudioTrack(codec="aac", sample_rate=44100, channels=1),),
            )
        )
    Publisher(installation.kafka, "test").publish(SEGMENTS, events)
    return events


def playlist(api: Api, address: str) -> list[str] | None:
    with api.client() as http:
        answer = http.get(address)
    return answer.text.splitlines() if answer.status_code == 200 else None


def frames_played(address: str, seconds: float) -> int:
    """Return how many video frames ffmpeg decodes of an HLS address."""
    done = subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-headers", f"X-API-Key: {KEY}\r\n",
            "-i", address, "-t", str(seconds), "-map", "0:v", "-f", "framemd5", "-",
        ],
        check=True, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return len([line for line in done.stdout.splitlines() if not line.startswith("#")])


@pytest.fixture
def channel() -> str:
    return f"tv-{uuid.uuid4().hex[:12]}"


def test_past_window_plays_whole_across_a_gap(
    api: Api, channel: str, clips_of_a_second: list[Path], tmp_path: Path
) -> None:
    start = clock.now() - timedelta(seconds=60)
    record(api.installation, channel, start, clips_of_a_second, tmp_path)
    record(api.installation, channel, start + timedelta(seconds=20), clips_of_a_second, tmp_path)
    after = (start + timedelta(seconds=40)).isoformat().replace("+", "%2B")
    before = (start - timedelta(seconds=1)).isoformat().replace("+", "%2B")
    address = f"/hls/{channel}/stream.m3u8?from={before}&to={after}"
    wait_until(lambda: len(playlist(api, f"/hls/{channel}/stream.m3u8") or []) > 20)

    lines = playlist(api, address)

    assert lines is not None
    assert lines[-1] == "#EXT-X-ENDLIST"
    assert lines.count("#EXT-X-DISCONTINUITY") == 1
    assert frames_played(api.address + address, 10) == 2 * SECONDS * FPS


def test_live_playlist_plays_and_its_numbers_only_grow(
    api: Api, channel: str, clips_of_a_second: list[Path], tmp_path: Path
) -> None:
    address = f"/hls/{channel}/stream.m3u8"
    start = clock.now() - timedelta(seconds=30)
    record(api.installation, channel, start, clips_of_a_second, tmp_path)
    wait_until(lambda: f"{epoch_at(start)}/2.ts" in (playlist(api, address) or []))
    first = playlist(api, address)
    second_epoch = start + timedelta(seconds=10)
    record(api.installation, channel, second_epoch, clips_of_a_second * 2, tmp_path)
    wait_until(lambda: f"{epoch_at(second_epoch)}/5.ts" in (playlist(api, address) or []))
    second = playlist(api, address)

    assert first is not None
    assert second is not None
    assert number(second, "MEDIA-SEQUENCE") == number(first, "MEDIA-SEQUENCE") + 3
    assert number(second, "DISCONTINUITY-SEQUENCE") == number(first, "DISCONTINUITY-SEQUENCE") + 1
    assert "#EXT-X-ENDLIST" not in second
    # A live edge three segments back leaves three to play before ffmpeg waits for more.
    assert frames_played(api.address + address, 2) >= FPS


def number(lines: list[str], tag: str) -> int:
    return next(int(line.partition(":")[2]) for line in lines if line.startswith(f"#EXT-X-{tag}:"))


def test_segment_is_served_in_parts_and_for_ever(
    api: Api, channel: str, clips_of_a_second: list[Path], tmp_path: Path
) -> None:
    start = clock.now() - timedelta(seconds=30)
    record(api.installation, channel, start, clips_of_a_second, tmp_path)
    with api.client() as http:
        whole = http.get(f"/hls/{channel}/{epoch_at(start)}/0.ts")
        part = http.get(f"/hls/{channel}/{epoch_at(start)}/0.ts", headers={"Range": "bytes=188-375"})
    assert whole.content == clips_of_a_second[0].read_bytes()
    assert whole.headers["content-type"] == "video/mp2t"
    assert "immutable" in whole.headers["cache-control"]
    assert (part.status_code, part.content) == (206, whole.content[188:376])


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/hls/nobody/stream.m3u8", 404),
        ("/hls/nobody/20260101T000000.000Z/0.ts", 404),
        ("/hls/..%2f..%2fetc/stream.m3u8", 404),
        ("/hls/nobody/%2e%2e/0.ts", 422),
        ("/hls/UPPER/stream.m3u8", 422),
        ("/hls/nobody/stream.m3u8?from=2026-01-01T00:00:00Z", 422),
        ("/hls/nobody/stream.m3u8?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", 422),
    ],
)
def test_what_is_not_there_is_refused(api: Api, path: str, status: int) -> None:
    with api.client() as http:
        assert http.get(path).status_code == status


def test_clip_is_served_with_ranges_and_nothing_beside_the_folder(api: Api) -> None:
    clips = api.installation.home / "clips"
    clips.mkdir(exist_ok=True)
    (clips / "one.mp4").write_bytes(bytes(range(256)))
    (clips / "notes.txt").write_text("not evidence")
    (clips / "link.mp4").symlink_to("/etc/hostname")
    (api.installation.home / "outside.mp4").write_bytes(b"secret")
    with api.client() as http:
        part = http.get("/clips/one.mp4", headers={"Range": "bytes=-16"})
        assert (part.status_code, part.content) == (206, bytes(range(240, 256)))
        assert part.headers["content-type"] == "video/mp4"
        for name in (
            "notes.txt",
            "link.mp4",
            "..%2foutside.mp4",
            "%2e%2e/outside.mp4",
            "none.mp4",
        ):
            assert http.get(f"/clips/{name}").status_code == 404, name
        # No path holds NUL: refused before any route sees it.
        assert http.get("/clips/a%00.mp4").status_code == 422


def test_status_tells_how_each_channel_fares_without_its_secrets(
    api: Api, channel: str, clips_of_a_second: list[Path], tmp_path: Path
) -> None:
    now = clock.now()
    publisher = Publisher(api.installation.kafka, "test")
    configured = StreamConfigured(
        channel=channel,
        url="srt://127.0.0.1:9?mode=caller&passphrase=hush-hush",
        title="Canal 1",
        configured_at=now,
        configured_by="test",
    )
    status = StreamStatusChanged(
        channel=channel, state="trouble", trouble="no_data", since=now, observed_at=now, reason="no bytes"
    )
    publisher.publish(STREAMS, [configured])
    publisher.publish(STREAM_STATUS, [status])
    record(api.installation, channel, now - timedelta(seconds=5), clips_of_a_second, tmp_path)

    def told() -> dict[str, object]:
        with api.client() as http:
            answer = http.get("/api/v1/streams/status")
        assert "hush-hush" not in answer.text
        return next((each for each in answer.json()["channels"] if each["channel"] == channel), {})

    wait_until(lambda: bool(told().get("trouble")) and bool(told().get("segment")))
    found = told()
    assert (found["state"], found["trouble"], found["title"]) == ("trouble", "no_data", "Canal 1")
    assert (found["resolution"], found["video_codec"], found["fps"]) == ("320x180", "h264", 25.0)
    assert found["audio"] == ["aac 44100 Hz, 1 ch"]
    # An ingest of another test reads the same topic: it shall call nobody for this one.
    publisher.publish(STREAMS, [StreamRemoved(channel=channel, removed_at=clock.now(), removed_by="test")])


def test_window_beyond_memory_is_read_from_the_log(
    topics: str, installation: Installation, channel: str, clips_of_a_second: list[Path], tmp_path: Path
) -> None:
    start = datetime.now(UTC) - timedelta(seconds=5)
    segments = SegmentLog(topics, keep=timedelta(seconds=1.5))
    segments.start()
    try:
        wait_until(lambda: segments.ready)
        record(installation, f"{channel}-other", start, clips_of_a_second, tmp_path)
        events = record(installation, channel, start, clips_of_a_second, tmp_path)
        wait_until(lambda: segments.latest(channel) == events[-1])
        end = start + timedelta(seconds=2)
        assert len(segments.recent(channel)) < SECONDS
        assert segments.window(channel, start, end) == events[:2]
        assert segments.window(channel, start - timedelta(days=1), start) == []
        assert channel in segments.channels()
    finally:
        segments.stop()
