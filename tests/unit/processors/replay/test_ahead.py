"""Media is made ready ahead, a few segments at a time; the order of what is yielded stays."""

import threading
from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO

import pytest

from infra.media_store import MissingMedia
from processors.replay.ahead import LOOKED_OVER, Ahead

DEADLINE_S = 10.0


class Shelf:
    """Gives media by name, and notes what was asked for, and by which thread."""

    def __init__(self) -> None:
        self.loaded: list[str] = []
        self.threads: set[str] = set()
        self._lock = threading.Lock()

    def load(self, uri: str) -> BinaryIO:
        if uri == "gone":
            raise MissingMedia(uri)
        with self._lock:
            self.loaded.append(uri)
            self.threads.add(threading.current_thread().name.partition("_")[0])
        return BytesIO(uri.encode())


def named(item: str) -> str | None:
    return None if item.startswith("-") else item


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def ahead(shelf: Shelf) -> Iterator[Ahead[str]]:
    made = Ahead(named, shelf.load, 2)
    yield made
    made.close()


def test_items_keep_their_order_and_each_finds_its_media(ahead: Ahead[str], shelf: Shelf) -> None:
    items = ["a", "-", "b", "c", "-", "d", "e"]

    found = [(item, ahead.media(item).read() if named(item) else b"") for item in ahead.over(iter(items))]

    assert found == [(item, item.encode() if named(item) else b"") for item in items]
    assert sorted(shelf.loaded) == ["a", "b", "c", "d", "e"]
    assert shelf.threads == {"ahead"}


def test_two_segments_are_loaded_side_by_side() -> None:
    together = threading.Barrier(2)

    def load(uri: str) -> BinaryIO:
        together.wait(DEADLINE_S)
        return BytesIO(uri.encode())

    ahead = Ahead(named, load, 2)

    assert [ahead.media(item).read() for item in ahead.over(iter("abcd"))] == [b"a", b"b", b"c", b"d"]
    ahead.close()


def test_no_more_is_read_ahead_than_there_are_threads_and_one(ahead: Ahead[str]) -> None:
    read: list[str] = []

    def items() -> Iterator[str]:
        for number in range(50):
            read.append(str(number))
            yield str(number)

    for done, item in enumerate(ahead.over(items())):
        assert len(read) - done <= 3
        ahead.media(item)


def test_where_no_segment_comes_items_are_not_held_back_for_ever(ahead: Ahead[str]) -> None:
    read = 0

    def items() -> Iterator[str]:
        nonlocal read
        while True:
            read += 1
            yield "-"

    next(ahead.over(items()))
    assert read == LOOKED_OVER + 1


def test_segments_that_nobody_asks_for_hold_nothing_up(ahead: Ahead[str]) -> None:
    items = [str(number) for number in range(10)]
    assert list(ahead.over(iter(items))) == items


def test_media_that_is_gone_is_told_where_it_is_asked_for(ahead: Ahead[str]) -> None:
    for item in ahead.over(iter(["a", "gone", "b"])):
        if item == "gone":
            with pytest.raises(MissingMedia):
                ahead.media(item)
        else:
            assert ahead.media(item).read() == item.encode()


def test_media_that_was_not_expected_is_loaded_at_once(ahead: Ahead[str]) -> None:
    assert ahead.media("before").read() == b"before"
