"""Sending dead letters again."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from api.webhooks.attempt import Outcome
from api.webhooks.letters import Letter
from api.webhooks.resend import WITHIN_S, Again, resend

TAKEN = Outcome(status=200, reason="answered 200")
REFUSED = Outcome(status=503, reason="answered 503")


def letter(cursor: int) -> Letter:
    return Letter(
        webhook_id="aabbccddeeff",
        delivery=f"delivery-{cursor}",
        cursor=cursor,
        kind="nova_ocorrencia",
        reason="answered 500",
        attempts=3,
        gave_up_at=datetime(2026, 11, 22, tzinfo=UTC),
        offset=cursor,
    )


class Scene:
    """Letters sent again to a target that answers as told, by a clock that each post moves."""

    def __init__(self, count: int, outcome: Callable[[str], Outcome], seconds_each: float = 0.0) -> None:
        self.letters = [letter(number) for number in range(count)]
        self.outcome = outcome
        self.seconds_each = seconds_each
        self.now = 0.0
        self.posted: list[tuple[str, bytes]] = []
        self.settled: list[str] = []

    def run(self) -> Again:
        async def content(of: Letter) -> str:
            return f"body of {of.delivery}"

        async def post(delivery: str, body: bytes) -> Outcome:
            self.posted.append((delivery, body))
            self.now += self.seconds_each
            return self.outcome(delivery)

        async def settle(of: Letter) -> None:
            self.settled.append(of.delivery)

        return asyncio.run(resend(self.letters, content, post, settle, lambda: self.now))


def test_letters_go_in_order_each_with_its_name_and_body() -> None:
    scene = Scene(3, lambda _: TAKEN)

    assert scene.run() == Again(taken=tuple(scene.letters))
    assert scene.posted == [(f"delivery-{n}", f"body of delivery-{n}".encode()) for n in range(3)]
    assert scene.settled == ["delivery-0", "delivery-1", "delivery-2"]


def test_first_that_fails_ends_it_and_stays_unsettled() -> None:
    scene = Scene(4, lambda delivery: REFUSED if delivery == "delivery-1" else TAKEN)

    again = scene.run()

    assert (again.taken, again.stopped_at) == (tuple(scene.letters[:1]), scene.letters[1])
    assert again.reason == "answered 503"
    assert scene.settled == ["delivery-0"]
    assert len(scene.posted) == 2


def test_slow_target_is_asked_no_longer_than_somebody_waits() -> None:
    scene = Scene(100, lambda _: TAKEN, seconds_each=WITHIN_S / 4)

    assert len(scene.run().taken) == 4
