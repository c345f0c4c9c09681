"""How the server is started: what it believes and what it bounds."""

from pathlib import Path
from typing import Any

import pytest
import uvicorn

from api import __main__ as serving
from api.http_protocol import PromptH11
from infra import logs


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """What uvicorn is asked for, once `main` has run."""
    told: dict[str, Any] = {}
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HORUS_ADMIN_KEY", "the right key")
    monkeypatch.setattr(uvicorn, "run", lambda app, **named: told.update(named))
    monkeypatch.setattr(serving, "create_app", lambda settings: None)
    monkeypatch.setattr(logs, "configure", lambda *_: None)
    return told


def test_nobody_is_believed_about_who_asks_by_default(asked: dict[str, Any]) -> None:
    assert serving.main() == 0
    assert asked["proxy_headers"] is False
    assert not asked["forwarded_allow_ips"]


def test_proxies_that_are_named_are_believed(asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HORUS_TRUSTED_PROXIES", "10.0.0.1")
    serving.main()
    assert (asked["proxy_headers"], asked["forwarded_allow_ips"]) == (True, "10.0.0.1")


def test_heads_are_bounded_in_time_and_size_and_nothing_tells_the_server(asked: dict[str, Any]) -> None:
    serving.main()
    assert asked["http"] is PromptH11
    assert asked["h11_max_incomplete_event_size"] <= 65_536
    assert asked["server_header"] is False
