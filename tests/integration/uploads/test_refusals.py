"""Claims about what is refused at the door of uploads, by a running API: with which word, and what stays."""

import http.client
import socket
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from infra.follow import read_all
from schemas.events import AnalysisRequested
from schemas.topics import ANALYSES
from tests.integration.analysis.clips import run
from tests.integration.api.conftest import KEY
from tests.integration.uploads.conftest import Rig
from tests.integration.uploads.test_uploads import send

pytestmark = pytest.mark.timeout(300)
PATHS = ("/api/v1/analysis/upload", "/api/v1/analyze")


def asked(rig: Rig) -> int:
    return sum(
        isinstance(envelope.event, AnalysisRequested)
        for envelope, _ in read_all(rig.installation.kafka, ANALYSES)
    )


def left(rig: Rig) -> list[Path]:
    return list((rig.installation.home / "uploads").iterdir())


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    ("name", "content", "status"),
    [
        ("empty.mp4", b"", 400),
        ("list.mp4", b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n", 400),
        ("script.mp4", b"ffconcat version 1.0\nfile '/etc/passwd'\n", 400),
        ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>', 400),
        ("../../../etc/passwd", b"root:x:0:0:", 400),
    ],
)
def test_what_is_no_media_is_refused_with_a_reason(
    rig: Rig, tmp_path: Path, path: str, name: str, content: bytes, status: int
) -> None:
    before = asked(rig)
    file = tmp_path / "content"
    file.write_bytes(content)

    answer = send(rig, path, file, name)

    assert answer.status_code == status
    problem = answer.json()
    assert problem["status"] == status and problem["detail"]
    assert str(rig.installation.home) not in answer.text and "/" not in problem["detail"].partition(":")[0]
    assert (asked(rig), left(rig)) == (before, [])


def test_archive_named_mp4_is_refused(rig: Rig, clip: Path, tmp_path: Path) -> None:
    file = tmp_path / "clip.mp4"
    with zipfile.ZipFile(file, "w") as archive:
        archive.write(clip, "clip.mp4")

    assert send(rig, PATHS[0], file).status_code == 400


def test_media_that_lasts_too_long_is_413(rig: Rig, tmp_path: Path) -> None:
    long = tmp_path / "long.mp3"
    run("-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono", "-t", "700", "-b:a", "8k", str(long))

    answer = send(rig, PATHS[0], long)

    assert answer.status_code == 413
    assert "700 s" in answer.json()["detail"] and "600 s" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"fps": "nan"}, "fps"),
        ({"fps": "1e400"}, "fps"),
        ({"fps": "0"}, "fps"),
        ({"debug": "perhaps"}, "debug"),
    ],
)
def test_fields_out_of_range_are_422(rig: Rig, clip: Path, fields: dict[str, Any], word: str) -> None:
    before = asked(rig)

    answer = send(rig, PATHS[0], clip, **fields)

    assert (answer.status_code, answer.json()["detail"].startswith(word)) == (422, True)
    assert asked(rig) == before


def test_form_without_a_file_is_422(rig: Rig) -> None:
    with rig.api.client() as client:
        assert client.post(PATHS[0], data={"fps": "1"}).status_code == 422
        assert client.post(PATHS[0], json={}).status_code == 422
        assert client.post(PATHS[0], files={"other": b"x"}).status_code == 422


def test_file_told_to_be_too_large_is_413_before_it_is_sent(rig: Rig) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", rig.api.port, timeout=60)
    connection.putrequest("POST", PATHS[0])
    connection.putheader("X-API-Key", KEY)
    connection.putheader("Content-Type", "multipart/form-data; boundary=x")
    connection.putheader("Content-Length", str(1 << 40))
    connection.endheaders()

    assert connection.getresponse().status == 413


def test_upload_that_is_cut_off_leaves_no_file(rig: Rig) -> None:
    with socket.create_connection(("127.0.0.1", rig.api.port)) as connection:
        head = (
            f"POST {PATHS[0]} HTTP/1.1\r\nHost: localhost\r\nX-API-Key: {KEY}\r\n"
            "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 9000000\r\n\r\n"
        )
        part = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
        connection.sendall((head + part).encode() + bytes(3_000_000))
        wait_until_there(rig, 1)
    wait_until_there(rig, 0)


def wait_until_there(rig: Rig, count: int) -> None:
    deadline = time.monotonic() + 60
    while len(left(rig)) != count:
        assert time.monotonic() < deadline, f"{left(rig)} in the folder of uploads"
        time.sleep(0.02)


def test_analysis_that_is_unknown_is_404_and_one_that_is_no_id_422(rig: Rig) -> None:
    with rig.api.client() as client:
        assert client.get(f"/api/v1/analysis/{'0' * 32}").status_code == 404
        assert client.get(f"/api/v1/analysis/{'0' * 32}/file").status_code == 404
        assert client.get("/api/v1/analysis/..%2f..%2fetc").status_code in (404, 422)
        assert client.get("/api/v1/analysis/not-an-id").status_code == 422
