"""Files that are no media, or more than that, given to a running API: refused, and nobody else is called."""

import http.client
import struct
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path

import httpx
import pytest

from benchmarks.fuzz_cases import sound
from infra.follow import read_all
from infra.kafka import Publisher
from schemas.events import AnalysisFailed, AnalysisRequested
from schemas.topics import ANALYSES
from tests.integration.api.conftest import KEY, Api, Installation
from tests.integration.api.test_hostile import harmless
from tests.unit.infra.test_probe import TEXTS, listener

PATHS = ("/api/v1/analysis/upload", "/api/v1/analyze")
NAMES = ("clip.mp4", "../../../etc/passwd", "list.m3u8", "%2e%2e%2f\u202e4pm.exe", "📺 قناة.svg")


@pytest.fixture(scope="module")
def api(installation: Installation) -> Iterator[Api]:
    """An API that takes files of a megabyte and waits for none of them: no stage runs here."""
    with installation.serving(HORUS_UPLOAD_MAX_MB="1", HORUS_UPLOAD_WAIT_S="0") as served:
        yield served


@pytest.fixture
def client(api: Api) -> Iterator[httpx.Client]:
    with api.client() as made:
        yield made


def requested(api: Api) -> list[AnalysisRequested]:
    found = (envelope.event for envelope, _ in read_all(api.installation.kafka, ANALYSES))
    return [event for event in found if isinstance(event, AnalysisRequested)]


def left(api: Api) -> list[Path]:
    return list((api.installation.home / "uploads").iterdir())


def huge_picture() -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))


def archive(folder: Path) -> bytes:
    file = folder / "a.zip"
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("clip.wav", sound())
    return file.read_bytes()


@pytest.mark.parametrize("path", PATHS)
def test_what_names_other_files_or_hosts_is_refused_and_calls_nobody(
    api: Api, client: httpx.Client, path: str, tmp_path: Path
) -> None:
    before = len(requested(api))
    with listener() as (port, heard):
        contents = [text.replace("{port}", str(port)).encode() for text in TEXTS.values()]
        # Media in front of a playlist, and the other way round: what looks like two things.
        contents += [contents[0] + sound()[:40], sound()[:20] + contents[0]]
        every = (*contents, b"", huge_picture(), archive(tmp_path))
        for name, content in zip(cycle(NAMES), every, strict=False):
            answer = client.post(path, files={"file": (name, content)})
            assert answer.status_code == 400, (name, content[:40], answer.text)
            harmless(answer, (name, content[:40]))
            assert str(api.installation.home) not in answer.text
    assert heard == []
    assert (len(requested(api)), left(api)) == (before, [])


@pytest.mark.parametrize("path", PATHS)
def test_endless_chunked_upload_is_stopped_at_the_limit(api: Api, path: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", api.port, timeout=60)
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.ts"\r\n\r\n'

    def endless() -> Iterator[bytes]:
        yield head
        while True:
            yield bytes(65_536)

    headers = {"X-API-Key": KEY, "Content-Type": "multipart/form-data; boundary=x"}
    try:
        connection.request("POST", path, body=endless(), headers=headers, encode_chunked=True)
    except (BrokenPipeError, ConnectionResetError):
        # It hung up: what it said before may be lost with the connection.
        return
    finally:
        connection.close()
    pytest.fail("a body without an end came to its end")


def test_name_of_a_file_breaks_no_header_and_is_no_path(api: Api, client: httpx.Client) -> None:
    name = 'a"; filename="b\r\nX-Evil: 1\r\n/../\u202e📺 قناة\'%0d%0a.wav'
    answer = client.post(PATHS[0], files={"file": (name, sound())})
    assert answer.status_code == 202, answer.text
    job = answer.json()["job_id"]
    try:
        known = client.get(f"/api/v1/analysis/{job}")
        file = client.get(f"/api/v1/analysis/{job}/file")
        assert (known.status_code, file.status_code, file.content) == (200, 200, sound())
        assert "x-evil" not in file.headers
        assert "📺 قناة" in known.json()["filename"] and "/" not in known.json()["filename"]
    finally:
        # No other test's stages are to look for a file that only this installation has.
        gone = next(each for each in requested(api) if job in each.channel)
        failed = AnalysisFailed(channel=gone.channel, at=datetime.now(UTC), reason="of a test")
        Publisher(api.installation.kafka, "test").publish(ANALYSES, [failed])
