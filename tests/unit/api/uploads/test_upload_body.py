"""Bodies streamed to disk: bounded, and nothing of them left unless somebody takes the file."""

import asyncio
import fcntl
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from fastapi import HTTPException
from starlette.requests import Request
from starlette.types import Message

from api.upload_body import AROUND, Upload, received, sweep
from tests.unit.api.uploads.forms import FORM, form, part

LIMIT = 1 << 20
Receive = Callable[[], Awaitable[Message]]


def request(messages: Iterator[Message], **headers: str) -> Request:
    async def receive() -> Message:
        return next(messages)

    sent = {"content-type": FORM, **{name.replace("_", "-"): value for name, value in headers.items()}}
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/",
        "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
    }
    return Request(scope, receive)


def pieces(*bodies: bytes, whole: bool = True) -> Iterator[Message]:
    for place, body in enumerate(bodies):
        yield {"type": "http.request", "body": body, "more_body": not whole or place < len(bodies) - 1}
    if not whole:
        yield {"type": "http.disconnect"}


def take(asked: Request, folder: Path, then: Callable[[Upload], None] = lambda _: None) -> Upload:
    async def run() -> Upload:
        async with received(asked, folder, LIMIT) as upload:
            then(upload)
            return upload

    return asyncio.run(run())


def refused(asked: Request, folder: Path) -> int:
    with pytest.raises(HTTPException) as raised:
        take(asked, folder)
    assert list(folder.iterdir()) == []
    return raised.value.status_code


def test_file_lies_on_disk_while_it_is_looked_at_and_is_gone_after(tmp_path: Path) -> None:
    seen: list[bytes] = []
    content = os.urandom(300_000)
    body = form(part("file", content, "a.mp4"))

    upload = take(
        request(pieces(*[body[start : start + 65_536] for start in range(0, len(body), 65_536)])),
        tmp_path,
        lambda each: seen.append(each.file.read_bytes()),
    )

    assert (seen, upload.size) == ([content], len(content))
    assert list(tmp_path.iterdir()) == []


def test_file_that_was_moved_away_stays(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    asked = request(pieces(form(part("file", b"content", "a.mp4"))))

    def move(upload: Upload) -> None:
        upload.file.rename(tmp_path / "kept")

    take(asked, tmp_path / "in", move)

    assert (tmp_path / "kept").read_bytes() == b"content"


def test_empty_file_is_400(tmp_path: Path) -> None:
    assert refused(request(pieces(form(part("file", b"", "a.mp4")))), tmp_path) == 400


def test_missing_part_is_422(tmp_path: Path) -> None:
    assert refused(request(pieces(form(part("fps", b"1")))), tmp_path) == 422


def test_told_length_above_the_limit_is_413_before_a_byte_is_read(tmp_path: Path) -> None:
    unread = pieces()

    assert refused(request(unread, content_length=str(LIMIT + AROUND + 1)), tmp_path) == 413


def test_endless_body_is_stopped_at_the_limit(tmp_path: Path) -> None:
    read = 0

    def endless() -> Iterator[Message]:
        nonlocal read
        yield {"type": "http.request", "body": part("file", b"", "a.mp4")[:-2], "more_body": True}
        while True:
            read += 65_536
            yield {"type": "http.request", "body": bytes(65_536), "more_body": True}

    assert refused(request(endless()), tmp_path) == 413
    assert read <= LIMIT + 2 * 65_536


def test_endless_words_around_the_file_are_stopped_too(tmp_path: Path) -> None:
    def endless() -> Iterator[Message]:
        yield {"type": "http.request", "body": form(part("file", b"x", "a.mp4")), "more_body": True}
        while True:
            yield {"type": "http.request", "body": b"\r\n" * 1000, "more_body": True}

    assert refused(request(endless()), tmp_path) == 422


def test_upload_that_is_cut_off_leaves_no_file(tmp_path: Path) -> None:
    body = form(part("file", bytes(200_000), "a.mp4"))

    assert refused(request(pieces(body[:100_000], whole=False)), tmp_path) == 400


def test_what_a_dead_process_left_is_removed_and_what_a_living_one_holds_is_not(tmp_path: Path) -> None:
    for name in ("left", "held", "young"):
        (tmp_path / name).write_bytes(b"half")
    long_ago = (tmp_path / "young").stat().st_mtime - 3600
    for name in ("left", "held"):
        os.utime(tmp_path / name, (long_ago, long_ago))

    with (tmp_path / "held").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        sweep(tmp_path)

    assert sorted(each.name for each in tmp_path.iterdir()) == ["held", "young"]
