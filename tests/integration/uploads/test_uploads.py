"""Claims about files that are uploaded, with every stage at work: what is found, once, and what stays."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import av
import httpx
import pytest

from infra.follow import read_all
from processors.models.model import DEFAULT_MODELS, find_model, load_model
from schemas.events import CommandDone, Event
from schemas.names import analysis_channel, analysis_of
from schemas.topics import ADMIN, OCORRENCIAS
from tests.integration.analysis.clips import PROGRAMME, run
from tests.integration.uploads.conftest import Rig

DEADLINE_S = 240.0
# Samples lie 0.2 s (picture) and 0.25 s (sound) apart; the synthetic speech leaves some air about a silence.
WITHIN_S = {"fade": 0.3, "ausencia_audio": 0.6}

pytestmark = pytest.mark.timeout(600)


def send(rig: Rig, path: str, file: Path, name: str | None = None, **fields: str) -> httpx.Response:
    with rig.api.client() as client, file.open("rb") as opened:
        return client.post(path, files={"file": (name or file.name, opened)}, data=fields, timeout=DEADLINE_S)


def get(rig: Rig, path: str) -> Any:
    with rig.api.client() as client:
        return client.get(path).raise_for_status().json()


def wait_for(rig: Rig, job: str, condition: Callable[[Any], bool]) -> Any:
    deadline = time.monotonic() + DEADLINE_S
    while True:
        said = get(rig, f"/api/v1/analysis/{job}")
        if condition(said):
            return said
        assert time.monotonic() < deadline, said
        time.sleep(0.05)


def is_over(said: Any) -> bool:
    return said["status"] in ("finished", "failed")


def is_past(percent: int, said: Any) -> bool:
    return bool(said["percent"] >= percent or is_over(said))


def events_of(rig: Rig, channel: str) -> list[tuple[str, Event]]:
    found = {
        envelope.id: envelope.event
        for envelope, _ in read_all(rig.installation.kafka, OCORRENCIAS)
        if envelope.event.channel == channel
    }
    return list(found.items())


def test_small_upload_is_answered_with_its_occurrences_as_rows_with_clips(rig: Rig, clip: Path) -> None:
    answer = send(rig, "/api/v1/analysis/upload", clip, "notícias 📺.mp4", fps="5", debug="true")

    assert answer.status_code == 200, answer.text
    said = answer.json()
    by_type = {each["type"]: each for each in said["ocorrencias"]}
    assert by_type.keys() == {"fade", "ausencia_audio"}
    assert said["id"] in {each["id"] for each in said["ocorrencias"]}
    assert (by_type["fade"]["category"], by_type["ausencia_audio"]["category"]) == (
        "Video Arquivo",
        "Audio Arquivo",
    )
    for fault in PROGRAMME.faults:
        row = by_type[fault.type]
        evidence = row["evidence"]
        assert row["status"] == "encerrada"
        assert evidence["original_filename"] == "notícias 📺.mp4"
        assert evidence["model"]
        assert evidence["event_window"][0] == pytest.approx(fault.start_s, abs=WITHIN_S[fault.type])
        assert evidence["event_window"][1] == pytest.approx(fault.end_s, abs=WITHIN_S[fault.type])
        assert get(rig, f"/api/v1/ocorrencias/{row['id']}") == row
    assert said["debug"]["scores"]["fade"]["highest"] >= threshold_of("fade")
    plays(rig, by_type["fade"]["evidence"]["clip_path"])


def threshold_of(fault: str) -> float:
    """Return from which score on the committed picture model holds a fault for one."""
    card = load_model(find_model(DEFAULT_MODELS, "video")).card
    (threshold,) = [each.threshold for each in card.classes if each.name == fault]
    assert threshold is not None
    return threshold


def plays(rig: Rig, address: str) -> None:
    file = rig.installation.home / "played.mp4"
    with rig.api.client() as client:
        file.write_bytes(client.get(address).raise_for_status().content)
    with av.open(str(file)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        assert sum(1 for _ in container.decode(video=0)) > 25


def test_audit_tells_for_ever_who_gave_which_file(rig: Rig, clip: Path) -> None:
    kept = send(rig, "/api/v1/analysis/upload", clip, "notícias.mp4").json()["job_id"]
    send(rig, "/api/v1/analyze", clip, "ensaio.mp4")

    done = [each.event for each, _ in read_all(rig.installation.kafka, ADMIN)]
    commands = [each for each in done if isinstance(each, CommandDone) and each.by == "admin"]
    (upload,) = [each for each in commands if each.target == kept]
    assert (upload.action, upload.detail) == ("analysis.upload", "notícias.mp4")
    assert "analysis.analyze" in {each.action for each in commands}
    assert "ensaio.mp4" not in {each.detail for each in commands}


def test_uploaded_file_is_served_as_it_was_given(rig: Rig, clip: Path) -> None:
    said = send(rig, "/api/v1/analysis/upload", clip).json()

    with rig.api.client() as client:
        whole = client.get(f"/api/v1/analysis/{said['job_id']}/file")
        part = client.get(f"/api/v1/analysis/{said['job_id']}/file", headers={"Range": "bytes=4-7"})

    assert whole.content == clip.read_bytes()
    assert (part.status_code, part.content) == (206, b"ftyp")


def test_analysis_is_no_live_channel(rig: Rig, clip: Path) -> None:
    said = send(rig, "/api/v1/analysis/upload", clip).json()

    channels = get(rig, "/api/v1/streams/status")["channels"]
    assert said["channel"] not in [each["channel"] for each in channels]
    with rig.api.client() as client:
        assert said["channel"] not in client.get("/hls/stream.m3u8").text
        assert client.get(f"/hls/{said['channel']}/stream.m3u8").status_code == 200


def test_killed_again_and_again_each_occurrence_is_there_once(rig: Rig, long_clip: Path) -> None:
    answer = send(rig, "/api/v1/analysis/upload", long_clip)
    assert answer.status_code == 202, answer.text
    queued = answer.json()
    assert queued["status"] == "queued" and queued["duration_s"] == pytest.approx(48, abs=1)
    job = queued["job_id"]

    for percent in (15, 45, 75):
        reached = wait_for(rig, job, partial(is_past, percent))
        assert not is_over(reached), "it was over before it could be killed"
        rig.producer.kill()
        rig.producer.start()
    said = wait_for(rig, job, is_over)

    assert said["status"] == "finished", said
    blacks = [each["start_s"] for each in said["findings"] if each["type"] == "fade"]
    assert blacks == pytest.approx([1.6 + 8 * number for number in range(6)], abs=0.4)
    opened = [each for _, each in events_of(rig, analysis_channel(job)) if each.TYPE.endswith("Opened.v1")]
    assert len(opened) == len(said["findings"])
    said = wait_for(rig, job, lambda each: len(each["ocorrencias"]) == len(opened))
    assert len({each["uid"] for each in said["ocorrencias"]}) == len(opened)


def test_analyze_gives_predictions_and_keeps_nothing(rig: Rig, clip: Path) -> None:
    before = get(rig, "/api/v1/ocorrencias/count")

    answer = send(rig, "/api/v1/analyze", clip)

    assert answer.status_code == 200, answer.text
    said = answer.json()
    assert said["prediction"]["class"] == "ausencia_audio"
    assert said["predictions"]["fade"] >= threshold_of("fade")
    assert said["predictions"]["barras"] < threshold_of("barras")
    assert {each["type"] for each in said["findings"]} == {"fade", "ausencia_audio"}
    assert get(rig, "/api/v1/ocorrencias/count") == before
    deadline = time.monotonic() + DEADLINE_S
    while any(path.name.startswith("ensaio-") for path in rig.media.iterdir()):
        assert time.monotonic() < deadline, "its media is still there"
        time.sleep(0.05)
    assert not [
        each
        for each, _ in read_all(rig.installation.kafka, OCORRENCIAS)
        if analysis_of(each.event.channel) is not None and each.event.channel.startswith("ensaio-")
    ]


def test_sound_alone_is_analysed_and_its_clip_plays(rig: Rig, clip: Path, tmp_path: Path) -> None:
    sound = tmp_path / "rádio.wav"
    run("-i", str(clip), "-vn", "-c:a", "pcm_s16le", str(sound))

    said = send(rig, "/api/v1/analysis/upload", sound).json()

    assert [(each["type"], each["category"]) for each in said["ocorrencias"]] == [
        ("ausencia_audio", "Audio Arquivo")
    ]
    assert said["evidence"]["clip_path"].endswith(".mp4")


def test_file_without_a_fault_is_told_so(rig: Rig, clip: Path, tmp_path: Path) -> None:
    well = tmp_path / "well.mp4"
    run("-i", str(clip), "-t", "1.4", "-c", "copy", str(well))

    said = send(rig, "/api/v1/analysis/upload", well).json()

    assert (said["status"], said["prediction"]["class"]) == ("ok", "normal")
    assert said["prediction"]["confidence"] > 0.5
