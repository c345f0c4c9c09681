"""What leaves when nobody foresaw it."""

from pathlib import Path

import pytest
from starlette.responses import FileResponse, PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from api.failures import Failures


@pytest.fixture
def file(tmp_path: Path) -> TestClient:
    (tmp_path / "clip.mp4").write_bytes(b"0123456789")
    return TestClient(Failures(FileResponse(tmp_path / "clip.mp4")))


@pytest.mark.parametrize(("asked", "status"), [("bytes=99-", 416), ("bytes=x", 400), ("lines=1-2", 400)])
def test_range_that_cannot_be_is_a_problem(file: TestClient, asked: str, status: int) -> None:
    answer = file.get("/", headers={"Range": asked})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_size_is_told_with_a_range_beyond_it(file: TestClient) -> None:
    assert file.get("/", headers={"Range": "bytes=99-"}).headers["content-range"].endswith("/10")


def test_parts_and_plain_answers_pass_as_they_are(file: TestClient) -> None:
    assert file.get("/", headers={"Range": "bytes=2-4"}).content == b"234"
    assert TestClient(Failures(PlainTextResponse("fine"))).get("/").text == "fine"


def test_mistake_of_ours_tells_nothing_of_itself() -> None:
    async def mistaken(scope: Scope, receive: Receive, send: Send) -> None:
        raise RuntimeError("/etc/secret/path")

    answer = TestClient(Failures(mistaken)).get("/x")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
