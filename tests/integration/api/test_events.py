"""Server-sent events, the bound on clients, and what docs/push.md promises, on a real API."""

import json
import re
import shutil
import signal
import socket
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import sync_playwright
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from infra.local.ports import free_port
from tests.alarms import Alarm
from tests.integration.api.conftest import DEADLINE_S, KEY, ROOT, Api, Installation, wait_until

KEYS = {"Authorization": f"Bearer {KEY}"}
DOCS = Path(ROOT) / "docs" / "push.md"


def new_channel() -> str:
    return f"tv-{uuid.uuid4().hex[:12]}"


def told(lines: Iterator[str], count: int) -> list[tuple[int, dict[str, Any]]]:
    """Read events of a stream: (id, message)."""
    found: list[tuple[int, dict[str, Any]]] = []
    number = -1
    for line in lines:
        if line.startswith("id: "):
            number = int(line[4:])
        elif line.startswith("data: "):
            found.append((number, json.loads(line[6:])))
            if len(found) == count:
                break
    return found


def test_event_stream_tells_what_the_socket_tells_and_resumes_by_last_event_id(api: Api) -> None:
    alarm = Alarm(channel=new_channel())
    address = f"/api/v1/events?cursor=-1&channel={alarm.channel}"
    with api.client() as http, http.stream("GET", address) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        api.publish(alarm.life())
        events = told(answer.iter_lines(), 4)
    with connect(f"{api.socket}?cursor=-1&channel={alarm.channel}", additional_headers=KEYS) as ws:
        assert [message for _, message in events] == [json.loads(ws.recv(DEADLINE_S)) for _ in range(4)]
    assert [number for number, message in events] == [message["cursor"] for _, message in events]

    back = {"Last-Event-ID": str(events[1][0])}
    with api.client() as http, http.stream("GET", address, headers=back) as answer:
        assert told(answer.iter_lines(), 2) == events[2:]


def test_event_stream_without_a_cursor_gives_one_at_once_so_that_a_cut_loses_nothing(api: Api) -> None:
    alarm = Alarm(channel=new_channel())
    address = f"/api/v1/events?channel={alarm.channel}"
    with api.client() as http, http.stream("GET", address) as answer:
        first = next(line for line in answer.iter_lines() if line.startswith("id: "))
    api.publish([alarm.opened()])
    with api.client() as http, http.stream("GET", address, headers={"Last-Event-ID": first[4:]}) as answer:
        assert told(answer.iter_lines(), 1)[0][1]["data"]["uid"] == alarm.uid


@pytest.mark.parametrize("asked", ["cursor=-2", "cursor=x", "cursor=9223372036854775808"])
def test_bad_cursor_of_an_event_stream_is_a_problem_and_no_stream(api: Api, asked: str) -> None:
    with api.client() as http:
        answer = http.get(f"/api/v1/events?{asked}")
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


def test_clients_beyond_the_bound_are_told_to_try_again(installation: Installation) -> None:
    with (
        installation.serving(HORUS_PUSH_CLIENTS="1") as api,
        connect(api.socket, additional_headers=KEYS) as first,
    ):
        first.ping().wait(DEADLINE_S)
        wait_until(lambda: refused(api) == 1013)
        answer = httpx.get(f"{api.address}/api/v1/events", headers=KEYS)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert answer.headers["content-type"] == "application/problem+json"


def refused(api: Api) -> int | None:
    with connect(api.socket, additional_headers=KEYS) as ws:
        try:
            ws.recv(1)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None
        except TimeoutError:
            pass
    return None


def test_client_that_talks_a_lot_is_served_and_holds_nobody_up(api: Api) -> None:
    alarm = Alarm(channel=new_channel())
    address = f"{api.socket}?cursor=-1&channel={alarm.channel}"
    with (
        connect(address, additional_headers=KEYS) as loud,
        connect(address, additional_headers=KEYS) as quiet,
    ):
        for number in range(200):
            loud.send(f"word {number}")
        api.publish([alarm.opened()])
        heard = [json.loads(each.recv(DEADLINE_S))["data"]["uid"] for each in (quiet, loud)]
    assert heard == [alarm.uid, alarm.uid]


def test_message_larger_than_allowed_closes_its_client_alone(api: Api) -> None:
    with connect(api.socket, additional_headers=KEYS) as ws:
        ws.send("x" * 100_000)
        with pytest.raises(ConnectionClosed) as closed:
            ws.recv(DEADLINE_S)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", DOCS.read_text(), re.MULTILINE | re.DOTALL)


def test_the_python_client_of_the_docs_survives_a_kill_of_the_api(installation: Installation) -> None:
    (code,) = blocks("python")
    room: dict[str, Any] = {}
    exec(code, room)
    alarm, port = Alarm(channel=new_channel()), free_port()
    heard: list[dict[str, Any]] = []

    def listen() -> None:
        address = f"ws://127.0.0.1:{port}/ws/ocorrencias"
        for message in room["alarms"](address, KEY, -1):
            if message["data"]["channel"] == alarm.channel:
                heard.append(message)
                if len(heard) == 4:
                    return

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    with installation.running("api", HORUS_PORT=str(port)) as process:
        installation.publish([alarm.opened(), alarm.escalated()])
        wait_until(lambda: len(heard) == 2)
        process.send_signal(signal.SIGKILL)
        process.wait()
    installation.publish([alarm.attached()])
    with installation.running("api", HORUS_PORT=str(port)):
        wait_until(lambda: len(heard) == 3)
        installation.publish([alarm.closed()])
        listener.join(DEADLINE_S)
    assert [message["data"]["version"] for message in heard] == [1, 2, 3, 4]


def test_the_python_client_of_the_docs_gives_up_when_its_key_is_wrong(api: Api) -> None:
    (code,) = blocks("python")
    room: dict[str, Any] = {}
    exec(code, room)
    with pytest.raises(PermissionError):
        next(room["alarms"](api.socket, "wrong"))


def test_the_javascript_client_of_the_docs_survives_a_kill_of_the_api(installation: Installation) -> None:
    (code,) = blocks("js")
    alarm, port = Alarm(channel=new_channel()), free_port()
    more = {"HORUS_PORT": str(port), "HORUS_ANONYMOUS_ROLE": "viewer", "HORUS_CORS_ORIGINS": "null"}
    address = f"ws://127.0.0.1:{port}/ws/ocorrencias?channel={alarm.channel}"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        page.add_script_tag(content=code)
        page.evaluate(
            "address => { window.heard = []; follow(address, (each) => heard.push(each), -1); }", address
        )
        with installation.running("api", **more) as process:
            installation.publish([alarm.opened(), alarm.escalated()])
            page.wait_for_function("heard.length === 2", timeout=DEADLINE_S * 1000)
            process.send_signal(signal.SIGKILL)
            process.wait()
        installation.publish([alarm.attached(), alarm.closed()])
        with installation.running("api", **more):
            page.wait_for_function("heard.length === 4", timeout=DEADLINE_S * 1000)
        versions = page.evaluate("heard.map((each) => each.data.version)")
        browser.close()
    assert versions == [1, 2, 3, 4]


def test_raw_socket_that_says_nothing_after_its_handshake_is_served(api: Api) -> None:
    with socket.create_connection(("127.0.0.1", api.port)) as raw:
        raw.sendall(
            b"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nX-API-Key: " + KEY.encode() + b"\r\n\r\n"
        )
        raw.settimeout(DEADLINE_S)
        assert raw.recv(4096).startswith(b"HTTP/1.1 200")
