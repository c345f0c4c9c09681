"""Which dead letters a command means: the choice that its arguments and options make."""

from datetime import datetime

import msgspec

from infra.cli.exits import BadUse
from infra.cli.moments import moment
from infra.letters import LETTERED, Letter
from schemas.topics import WEBHOOK_DLQ, Topic

_WEBHOOKS = (
    "webhooks' dead letters belong to their webhooks: GET /api/v1/webhooks/{id}/dead-letters lists them, "
    "POST /api/v1/webhooks/{id}/resend sends them again (docs/webhooks.md)"
)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A choice of letters."""

    topics: tuple[Topic, ...] = LETTERED
    numbers: frozenset[int] = frozenset()
    """None given: any."""
    since: datetime | None = None
    until: datetime | None = None
    stage: str | None = None
    reason: str | None = None
    settled: bool = False
    """Settled ones too."""

    @property
    def everything(self) -> bool:
        """Tell whether nothing narrows the choice."""
        return self.topics == LETTERED and not any((self.since, self.until, self.stage, self.reason))

    def fits(self, letter: Letter) -> bool:
        """Tell whether a letter is meant."""
        return (
            (not self.numbers or letter.number in self.numbers)
            and (self.since is None or letter.at >= self.since)
            and (self.until is None or letter.at < self.until)
            and (self.stage is None or letter.stage == self.stage)
            and (self.reason is None or self.reason.casefold() in letter.reason.casefold())
            and (self.settled or letter.settled is None)
        )


def wanted(
    now: datetime,
    topic: str | None,
    *,
    numbers: list[int] | None = None,
    since: str | None = None,
    until: str | None = None,
    stage: str | None = None,
    reason: str | None = None,
    settled: bool = False,
) -> Wanted:
    """Return the choice that the options of a command make. Raises BadUse."""
    return Wanted(
        topics=LETTERED if topic is None else (lettered(topic),),
        numbers=frozenset(numbers or ()),
        since=None if since is None else moment("--since", since, now),
        until=None if until is None else moment("--until", until, now),
        stage=stage,
        reason=reason,
        settled=settled,
    )


def lettered(name: str) -> Topic:
    """Return the topic that a name means: whole, short, or that of its dead letters. Raises BadUse."""
    if name in (WEBHOOK_DLQ.name, "webhooks", "webhooks.dlq"):
        raise BadUse(_WEBHOOKS)
    for topic in LETTERED:
        if name in (topic.name, topic.dlq, short(topic)):
            return topic
    raise BadUse(
        f"no topic with dead letters is called {name!r}; there are: {', '.join(map(short, LETTERED))}"
    )


def short(topic: Topic) -> str:
    """Return what comes between ``horus.`` and ``.v1``."""
    return topic.name.removeprefix("horus.").removesuffix(".v1")
