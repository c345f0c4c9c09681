"""A webhook's line: order, patience, dead letters, positions; without a network."""

import asyncio
import random
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.message import Message
from api.webhooks.attempt import Outcome
from api.webhooks.feed import Part
from api.webhooks.line import AT_ONCE, Line, Patience, delivery_id, wants
from api.webhooks.progress import Progress
from schemas.events import WebhookConfigured, WebhookGaveUp
from schemas.events.webhooks import WebhookFilter
from tests.unit.api.made import ocorrencia

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TAKEN = Outcome(status=204, reason="answered 204")
REFUSED = Outcome(status=500, reason="answered 500")


def first_refused(cursor: int) -> Outcome:
    return REFUSED if cursor == 0 else TAKEN


def webhook(**wanted: tuple[str, ...]) -> WebhookConfigured:
    return WebhookConfigured(
        by="test",
        at=NOW,
        webhook_id="aabbccddeeff",
        command_id="one",
        url="http://127.0.0.1/",
        sealed_secret="",
        wants=WebhookFilter(**wanted),
        since=-1,
        created_at=NOW,
    )


def messages(uids: Sequence[str]) -> list[Message]:
    return [Message(number, "nova_ocorrencia", ocorrencia(uid)) for number, uid in enumerate(uids)]


class Fixed:
    """A feed of what there is, that then waits for ever."""

    def __init__(self, told: Sequence[Message]) -> None:
        self._told = told

    async def follow(self, cursor: int) -> AsyncGenerator[Part]:
        left = [each for each in self._told if each.cursor > cursor]
        if left:
            yield left, left[-1].cursor
        await asyncio.Event().wait()


class Scene:
    """A line at work on some messages; what its target says is the test's choice."""

    def __init__(self, told: Sequence[Message], target: Callable[[int], Outcome], attempts: int = 3) -> None:
        self.told = told
        self.target = target
        self.tried: list[int] = []
        self.pauses: list[float] = []
        self.letters: list[WebhookGaveUp] = []
        self.under_way = self.most_under_way = 0
        self.by_delivery = {delivery_id("aabbccddeeff", each.cursor): each.cursor for each in told}
        self.attempts = attempts
        self.holds = True
        self.reached = -1

    async def post(self, delivery: str, body: bytes) -> Outcome:
        cursor = self.by_delivery[delivery]
        assert f'"cursor":{cursor}' in body.decode()
        self.tried.append(cursor)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await asyncio.sleep(0)
        self.under_way -= 1
        return self.target(cursor)

    async def give_up(self, letter: WebhookGaveUp) -> None:
        self.letters.append(letter)

    async def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        await asyncio.sleep(0)

    def until(self, reached: int, since: int = -1) -> None:
        """Run the line until it has got so far."""

        async def run() -> None:
            line = Line(
                webhook(),
                since,
                Fixed(self.told),
                self.post,
                Patience(attempts=self.attempts, backoff_s=1.0),
                self.give_up,
                now=lambda: NOW,
                holds=lambda: self.holds,
                sleep=self.pause,
            )
            running = asyncio.ensure_future(line.run())
            while line.reached < reached:
                line.moved.clear()
                await asyncio.wait_for(line.moved.wait(), 10)
            # What is ready to be sent has its turns.
            for _ in range(100):
                await asyncio.sleep(0)
            self.reached = line.reached
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

        asyncio.run(run())


def test_all_messages_of_one_occurrence_arrive_in_order_though_the_first_fails_twice() -> None:
    failures = iter([REFUSED, REFUSED])
    scene = Scene(messages(["a"] * 5), lambda cursor: next(failures, TAKEN))

    scene.until(4)

    assert scene.tried == [0, 0, 0, 1, 2, 3, 4]
    assert scene.letters == []


def test_webhook_that_was_changed_is_sent_to_no_more_and_its_position_stays_before_what_was_not_sent() -> (
    None
):
    def take_and_change(cursor: int) -> Outcome:
        scene.holds = cursor < 1
        return TAKEN

    scene = Scene(messages(["a", "a", "a", "a"]), take_and_change)

    scene.until(1)

    assert (scene.tried, scene.reached) == ([0, 1], 1)


def test_another_occurrence_does_not_wait_for_one_that_fails() -> None:
    scene = Scene(messages(["a", "a", "b", "c"]), first_refused, attempts=4)

    scene.until(3)

    assert scene.tried.index(2) < scene.tried.index(1)
    assert scene.tried.index(3) < scene.tried.index(1)


def test_delivery_is_given_up_after_its_attempts_and_the_next_one_follows() -> None:
    scene = Scene(messages(["a", "a"]), first_refused, attempts=4)

    scene.until(1)

    assert scene.tried == [0, 0, 0, 0, 1]
    (letter,) = scene.letters
    assert (letter.cursor, letter.attempts, letter.reason) == (0, 4, "answered 500")
    assert letter.body == scene.told[0].text
    assert letter.delivery == delivery_id("aabbccddeeff", 0)


def test_pauses_between_attempts_grow_up_to_a_bound() -> None:
    random.seed(1)
    scene = Scene(messages(["a"]), lambda _: REFUSED, attempts=20)

    scene.until(0)

    assert len(scene.pauses) == 19
    assert all(0 <= pause <= min(2.0**number, 60.0) for number, pause in enumerate(scene.pauses))
    assert sum(scene.pauses[8:]) > sum(scene.pauses[:8])


def test_so_many_requests_at_once_and_no_more() -> None:
    scene = Scene(messages([str(number) for number in range(50)]), lambda _: TAKEN)

    scene.until(49)

    assert 1 < scene.most_under_way <= AT_ONCE


def test_position_stays_before_what_is_under_way_until_the_letter_is_safe() -> None:
    """Killed before the dead letter is confirmed, the next sender begins with the same message."""
    told = messages(["a", "b"])
    scene = Scene(told, first_refused, attempts=1)
    confirmed = asyncio.Event()

    async def run() -> tuple[int, int]:
        asked = asyncio.Event()

        async def give_up(_: WebhookGaveUp) -> None:
            asked.set()
            await confirmed.wait()

        patience = Patience(attempts=1, backoff_s=1.0)
        line = Line(webhook(), -1, Fixed(told), scene.post, patience, give_up, now=lambda: NOW)
        running = asyncio.ensure_future(line.run())
        await asyncio.wait_for(asked.wait(), 10)
        while 1 not in scene.tried:
            await asyncio.sleep(0)
        before = line.reached
        confirmed.set()
        while line.reached < 1:
            line.moved.clear()
            await asyncio.wait_for(line.moved.wait(), 10)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return before, line.reached

    assert asyncio.run(run()) == (-1, 1)


def test_sender_that_takes_over_sends_what_is_behind_the_position_and_nothing_before() -> None:
    scene = Scene(messages(["a", "b", "c", "d"]), lambda _: TAKEN)

    scene.until(3, since=1)

    assert sorted(scene.tried) == [2, 3]


def test_delivery_has_one_id_in_all_attempts_and_from_all_processes() -> None:
    assert delivery_id("aabbccddeeff", 7) == delivery_id("aabbccddeeff", 7)
    others = {delivery_id(hook, cursor) for hook in ("aabbccddeeff", "ffeeddccbbaa") for cursor in range(3)}
    assert len(others) == 6


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ({}, True),
        ({"channels": ("tv1",)}, True),
        ({"channels": ("tv2",)}, False),
        ({"types": ("fade",)}, True),
        ({"types": ("freeze",)}, False),
        ({"kinds": ("nova_ocorrencia",)}, True),
        ({"kinds": ("ocorrencia_encerrada",)}, False),
        ({"channels": ("tv1",), "kinds": ("ocorrencia_encerrada",)}, False),
    ],
)
def test_filters_all_have_to_let_it_through(wanted: dict[str, tuple[str, ...]], told: bool) -> None:
    state = ocorrencia("one", channel="tv1")
    assert state.type == "fade"

    assert wants(webhook(**wanted), Message(3, "nova_ocorrencia", state)) is told


@given(st.data())
def test_nothing_before_the_position_is_ever_unsettled(data: st.DataObject) -> None:
    """Whatever the order of settling: a restart from `reached` misses nothing that was taken."""
    progress = Progress(-1)
    unsettled: set[int] = set()
    at = -1
    for _ in range(data.draw(st.integers(0, 30))):
        step = data.draw(st.sampled_from(["take", "pass", "settle"]))
        if step == "settle" and unsettled:
            cursor = data.draw(st.sampled_from(sorted(unsettled)))
            unsettled.discard(cursor)
            progress.settle(cursor)
        else:
            at += data.draw(st.integers(1, 3))
            if step == "take":
                unsettled.add(at)
                progress.take(at)
            else:
                progress.pass_to(at)
        assert all(cursor > progress.reached for cursor in unsettled)
        assert unsettled or progress.reached == at


def test_progress_refuses_to_go_back() -> None:
    progress = Progress(5)
    with pytest.raises(ValueError, match="not past"):
        progress.take(5)
