"""Commands on channels, without a log: who comes first, what is known, what is noted."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest
from fastapi import HTTPException

from api import stream_desk
from api.commands import LogAway
from api.stream_desk import StreamDesk
from api.stream_source import capture, devices, sealed
from api.versions import Match, Stale
from api.watched import Board, Watched
from infra.settings import load
from schemas.events import CommandDone, Event, StreamConfigured, StreamRemoved
from schemas.topics import ADMIN, Topic

NOW = datetime(2026, 11, 23, tzinfo=UTC)
URL = "srt://h:1?passphrase=hush-hush-hush"


class Log:
    """Takes events like the log does, and shows them to the board."""

    def __init__(self) -> None:
        self.board = Board("nowhere:1")
        self.board._known = True
        self.events: list[Event] = []
        self.away = False
        self.audit_away = False

    async def publish(self, topic: Topic, event: Event) -> int:
        if self.away or (self.audit_away and topic is ADMIN):
            raise LogAway
        # A delivery takes a moment, in which others get their turn.
        await asyncio.sleep(0)
        self.events.append(event)
        if topic is not ADMIN:
            self.board.take(event, len(self.events))
        return len(self.events)


def wish(**given: object) -> Callable[[StreamConfigured | None], StreamConfigured]:
    def made(_: StreamConfigured | None) -> StreamConfigured:
        return StreamConfigured(
            **{"channel": "tv1", "url": URL, "configured_at": NOW, "configured_by": "ana", **given}  # type: ignore[arg-type]
        )

    return made


def desk(log: Log, most: int = 10) -> StreamDesk:
    return StreamDesk(log.board, log.publish, most, lambda url: url.replace("hush-hush-hush", "sealed"))


def test_of_two_commands_at_once_on_one_version_only_one_is_done() -> None:
    log = Log()

    async def both() -> list[object]:
        at = desk(log)
        watched, _ = await at.configure("tv1", wish(), "streams.put")
        tag = f'"{watched.version}"'
        commands: list[Awaitable[object]] = [
            at.configure("tv1", wish(fps=fps), "streams.put", Match(tag)) for fps in (1.0, 2.0)
        ]
        return await asyncio.gather(*commands, return_exceptions=True)

    first, second = asyncio.run(both())
    assert not isinstance(first, Exception)
    assert isinstance(second, Stale)


def test_what_is_not_known_yet_is_not_commanded() -> None:
    log = Log()
    log.board._known = False
    with pytest.raises(HTTPException) as refused:
        asyncio.run(desk(log).configure("tv1", wish(), "streams.put"))
    assert (refused.value.status_code, log.events) == (503, [])


def test_while_the_log_is_away_nothing_is_done_and_nobody_waits_behind_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stream_desk, "TURN_S", 0.05)
    log = Log()
    held = asyncio.Event()

    async def hanging(_: Topic, __: Event) -> int:
        await held.wait()
        raise LogAway

    async def many() -> list[object]:
        at = StreamDesk(log.board, hanging, 10, str)
        commands = [asyncio.create_task(at.configure("tv1", wish(), "streams.put")) for _ in range(5)]
        await asyncio.wait(commands[1:])
        held.set()
        return await asyncio.gather(*commands, return_exceptions=True)

    assert all(isinstance(each, LogAway) for each in asyncio.run(many()))
    assert log.board.channels() == ()


def test_waiting_for_a_version_that_never_was_holds_up_no_other_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = Log()
    never, over = 999_999_999, threading.Event()
    monkeypatch.setattr(log.board, "wait", lambda offset: over.wait(60) if offset == never else True)

    async def both() -> tuple[tuple[Watched, bool], object]:
        at = desk(log)
        hopeless = asyncio.create_task(at.configure("tv1", wish(), "streams.put", Match(f'"{never}"')))
        # It has begun to wait.
        await asyncio.sleep(0)
        try:
            other = await at.configure("tv2", wish(channel="tv2"), "streams.put")
        finally:
            over.set()
        (refused,) = await asyncio.gather(hopeless, return_exceptions=True)
        return other, refused

    (watched, new), refused = asyncio.run(both())
    assert (watched.configured.channel, new) == ("tv2", True)
    assert isinstance(refused, HTTPException) and refused.status_code == 412


def test_a_command_that_is_done_is_done_even_if_the_audit_could_not_be_written() -> None:
    log = Log()
    log.audit_away = True
    asyncio.run(desk(log).configure("tv1", wish(), "streams.put"))
    assert len(log.board.channels()) == 1


def test_an_address_of_before_is_sealed_by_whatever_is_done_to_its_channel() -> None:
    log = Log()
    log.board.take(wish()(None), 1)
    asyncio.run(desk(log).stop("tv1", "ana"))
    (stopped,) = [each for each in log.events if isinstance(each, StreamConfigured)]
    assert (stopped.url, stopped.enabled) == ("srt://h:1?passphrase=sealed", False)


def test_without_a_key_an_address_goes_nowhere_and_one_line_says_why(tmp_path: Path) -> None:
    key = tmp_path / "secrets" / "seal-key"
    key.parent.mkdir()
    key.write_text("rubbish")
    settings = load({"HORUS_HOME": str(tmp_path)}, dotenv=None)
    log = Log()
    at = StreamDesk(log.board, log.publish, 10, partial(sealed, settings))
    with pytest.raises(HTTPException) as refused:
        asyncio.run(at.configure("tv1", wish(), "streams.put"))
    assert (refused.value.status_code, log.events) == (503, [])
    assert "<home>/secrets/seal-key" in refused.value.detail


def test_the_audit_tells_who_and_what_but_no_secret() -> None:
    log = Log()
    asyncio.run(desk(log).configure("tv1", wish(), "streams.put"))
    (done,) = [each for each in log.events if isinstance(each, CommandDone)]
    assert (done.by, done.action, done.target, done.detail) == ("ana", "streams.put", "tv1", "srt://h:1")


def test_no_more_channels_than_allowed_but_those_there_are_may_be_changed() -> None:
    log = Log()

    async def commands() -> None:
        at = desk(log, most=1)
        await at.configure("tv1", wish(), "streams.put")
        await at.configure("tv1", wish(fps=1.0), "streams.put")
        with pytest.raises(HTTPException, match="HORUS_CHANNELS_MAX"):
            await at.configure("tv2", wish(channel="tv2"), "streams.put")

    asyncio.run(commands())


def test_a_stop_keeps_the_rules_and_a_removal_forgets_them() -> None:
    log = Log()

    async def commands() -> None:
        at = desk(log)
        await at.configure("tv1", wish(thresholds={"fade": 0.9}), "streams.put")
        assert await at.stop("tv1", "ana")
        assert not await at.stop("tv1", "ana")
        stopped = log.board.channel("tv1")
        assert stopped is not None
        assert (stopped.configured.enabled, stopped.configured.thresholds) == (False, {"fade": 0.9})
        assert await at.remove("tv1", "ana")
        assert not await at.remove("tv1", "ana")

    asyncio.run(commands())
    assert log.board.channels() == ()


def test_a_board_that_reads_its_topic_again_shows_nothing_of_long_ago() -> None:
    board = Board("nowhere:1")
    old = StreamConfigured(channel="tv1", url=URL, configured_at=NOW, configured_by="ana")
    board.take(old, 3)
    board.take(StreamRemoved(channel="tv1", removed_at=NOW, removed_by="ana"), 4)
    board.take(old, 3)
    assert board.channels() == ()


def test_capture_devices_are_those_that_carry_a_picture(tmp_path: Path) -> None:
    for name, words in {
        "video10": {"name": "Card", "index": "0"},
        "video2": {"name": "Camera", "index": "0"},
        "video3": {"name": "Camera metadata", "index": "1"},
        "video4": {},
    }.items():
        (tmp_path / name).mkdir()
        for file, word in words.items():
            (tmp_path / name / file).write_text(f"{word}\n")
    assert [(each.name, each.value) for each in devices(tmp_path)] == [
        ("Camera", "/dev/video2"),
        ("video4", "/dev/video4"),
        ("Card", "/dev/video10"),
    ]
    assert capture(None, tmp_path) == "v4l2:///dev/video2"
    for word in ("10", "video10", "/dev/video10"):
        assert capture(word, tmp_path) == "v4l2:///dev/video10"
    for word in ("3", "/dev/../etc/passwd", "video10 -f lavfi"):
        with pytest.raises(HTTPException):
            capture(word, tmp_path)
