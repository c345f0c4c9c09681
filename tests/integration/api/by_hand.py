"""Occurrences entered by hand over REST."""

import uuid
from typing import Any

import httpx

from tests.alarms import Alarm
from tests.integration.api.conftest import Api, wait_until

REST = "/api/v1/ocorrencias"
START = "2026-11-22T03:12:00+00:00"


def new_channel() -> str:
    return f"tv-{uuid.uuid4().hex[:12]}"


def body(channel: str, **fields: Any) -> dict[str, Any]:
    return {"channel": channel, "type": "fade", "start_ts": START, "duration_s": 7.5, **fields}


def made(http: httpx.Client, channel: str, **fields: Any) -> dict[str, Any]:
    answer = http.post(REST, json=body(channel, **fields))
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def opened(api: Api, http: httpx.Client, alarm: Alarm) -> int:
    """Let a stage open an occurrence; returns its id."""
    api.publish([alarm.opened()])
    wait_until(lambda: bool(http.get(REST, params={"channel": alarm.channel}).json()))
    return int(http.get(REST, params={"channel": alarm.channel}).json()[0]["id"])
