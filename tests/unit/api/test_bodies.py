"""What may come in: sizes, depths, signs that nothing behind can hold, and senders that dawdle."""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from api import bodies
from api.bodies import BODY_MAX, DEPTH_MAX, FIELDS_MAX, Bodies, Unhurried, json_complaint

JSON = {"Content-Type": "application/json"}


async def told_back(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the length of the body that arrives, and of what follows it."""
    await PlainTextResponse(str(len(await Request(scope, receive).body())))(scope, receive, send)


client = TestClient(Bodies(told_back))


def nested(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


@pytest.mark.parametrize("body", [b"", b"{}", b'"\\ud83d\\ude00 \xd8\xb9"', nested(DEPTH_MAX), b"1e308"])
def test_fit_bodies_arrive_whole(body: bytes) -> None:
    answer = client.post("/x", content=body, headers=JSON)
    assert (answer.status_code, answer.text) == (200, str(len(body)))


@pytest.mark.parametrize(
    "body",
    [
        nested(DEPTH_MAX + 1),
        nested(10_000),
        b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
        b"NaN",
        b'{"x": Infinity}',
        b"1e400",
        b'"\\ud800"',
        b'"\xed\xa0\x80"',
        b'"\\u0000"',
        b'{"\\u0000": 1}',
        b'{"a": ["b", {"c": "\\u0000"}]}',
        b"\xff\xfe",
        b"{",
        b"\0",
    ],
    ids=lambda body: repr(body[:12]),
)
def test_json_that_nothing_behind_can_hold_is_refused(body: bytes) -> None:
    answer = client.post("/x", content=body, headers=JSON)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_json_complaint_is_not_fooled_by_depth_in_width() -> None:
    assert json_complaint(json.dumps([{"k": "v"}] * 10_000).encode()) is None


def test_body_over_the_limit_is_refused_by_what_it_says_and_by_what_it_is() -> None:
    too_much = b"x" * (BODY_MAX + 1)

    def in_pieces() -> Any:
        for _ in range(BODY_MAX // 65_536 + 1):
            yield b"x" * 65_536

    assert client.post("/x", content=too_much).status_code == 413
    assert client.post("/x", content=in_pieces()).status_code == 413
    assert client.post("/x", content=too_much[:BODY_MAX]).status_code == 200


def test_uploads_are_not_held_to_the_limit() -> None:
    assert client.post("/api/v1/analysis/upload", content=b"x" * (BODY_MAX + 1)).status_code == 200


@pytest.mark.parametrize(
    "path", ["/a%00b", "/x?q=%00", "/a%ff", "/x?q=%ed%a0%80", "/x?q=%c0%ae", "/x?" + "a&" * FIELDS_MAX]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_addresses_that_are_no_text_are_refused(method: str, path: str) -> None:
    assert client.request(method, path).status_code == 422


@pytest.mark.parametrize("path", ["/x?q=%F0%9F%93%BA", "/x?q=%D8%A8", "/%E2%80%AEx", "/x?q=%25%30%30"])
def test_any_script_of_the_world_may_stand_in_an_address(path: str) -> None:
    assert client.get(path).status_code == 200


def sent_by(said: Sequence[dict[str, Any]], app: Callable[..., Any], path: str = "/x") -> list[Message]:
    """Return what an app sends to a client that sends these messages and then nothing more."""
    messages, answers = list(said), list[Message]()
    scope: Scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [],
    }

    async def receive() -> Message:
        if messages:
            return messages.pop(0)
        await asyncio.Event().wait()
        raise AssertionError

    async def send(message: Message) -> None:
        answers.append(message)

    asyncio.run(app(scope, receive, send))
    return answers


def test_body_that_stops_coming_is_answered_and_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "BODY_S", 0.01)
    begun = [{"type": "http.request", "body": b"{", "more_body": True}]
    assert sent_by(begun, Bodies(told_back))[0]["status"] == 408


def test_sender_that_has_gone_is_not_answered() -> None:
    gone: list[dict[str, Any]] = [
        {"type": "http.request", "body": b"{", "more_body": True},
        {"type": "http.disconnect"},
    ]
    assert sent_by(gone, Bodies(told_back)) == []


def test_upload_that_stops_coming_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "IDLE_S", 0.01)
    begun = [{"type": "http.request", "body": b"x", "more_body": True}]
    with pytest.raises(HTTPException) as refused:
        sent_by(begun, Bodies(told_back), "/api/v1/analysis/upload")
    assert refused.value.status_code == 408


def test_upload_that_trickles_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    # Time as a byte a second makes it: each look at the clock is a second later.
    seconds = iter(range(10_000))
    monkeypatch.setattr(time, "monotonic", lambda: float(next(seconds)))

    async def byte() -> Message:
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def read() -> int:
        unhurried = Unhurried(byte)
        for count in range(1000):
            try:
                await unhurried.receive()
            except HTTPException as refused:
                assert refused.status_code == 408
                return count
        return 1000

    assert asyncio.run(read()) <= bodies.GRACE_S + 1
