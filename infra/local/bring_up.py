"""Bringing the stack up in order: servers, topics, tables, then everything that needs them."""

import time
from collections.abc import Callable

import httpx
from confluent_kafka import KafkaException

from infra import postgres as database
from infra.local import kafka, postgres
from infra.local.installation import api_url
from infra.local.logs import last_line
from infra.local.stack import Say, Stack
from infra.local.supervise import StartFailed
from infra.topics import complaint, create_missing

# A cold start of everything on two busy cores takes half a minute; past these something is wrong.
SERVERS_DEADLINE_S = 60.0
STAGES_DEADLINE_S = 90.0
# A server elsewhere is there or it is not; it gets the time of a network's hiccup.
ELSEWHERE_DEADLINE_S = 10.0
POLL_S = 0.1

Trouble = Callable[[], str | None]
"""What is still wrong, None when nothing is."""


def bring_up(stack: Stack, migrate: Callable[[], None], say: Say) -> None:
    """Start the servers, make topics and tables, start the rest, and return when all of it is ready.

    ``migrate`` brings the database to today's tables. Raises StartFailed with the reason, NotRunning when the
    supervisor goes away meanwhile.
    """
    settings = stack.settings
    for name in stack.names("servers"):
        stack.control.start("servers", name)
    brokers = settings.bootstrap_servers
    _wait(stack, "Kafka", lambda: kafka.trouble(brokers), _limit(settings.embedded_kafka))
    say("Kafka answers")
    url = database.database_url(settings)
    _wait(stack, "Postgres", lambda: postgres.trouble(url), _limit(settings.embedded_postgres))
    say("Postgres answers")
    try:
        made = create_missing(brokers)
    except KafkaException as error:
        raise StartFailed(complaint(error, brokers)) from error
    if made:
        say(f"{len(made)} topics made")
    migrate()
    say("the tables are of this version")
    for name in stack.names("horus"):
        stack.control.start("horus", name)
    _wait(stack, "the API", lambda: api_trouble(api_url(settings)), STAGES_DEADLINE_S)
    say("the API is ready")
    _wait(stack, "every process", lambda: not_running(stack) or None, STAGES_DEADLINE_S)
    say(f"running: {', '.join(stack.names('horus'))}")


def api_trouble(url: str) -> str | None:
    """Return why the API at ``url`` is not ready, None when it is."""
    try:
        answer = httpx.get(f"{url}/readyz", timeout=2.0)
    except httpx.HTTPError as error:
        return f"{url} does not answer ({type(error).__name__})"
    return None if answer.status_code == httpx.codes.OK else f"{url}/readyz: {answer.text[:300]}"


def not_running(stack: Stack) -> str:
    """Return a line for each process that does not run: its last word, and where to read more."""
    lines = []
    for each in stack.control.states():
        if each.state != "RUNNING":
            log = stack.installation.log(each.name)
            lines.append(f"{each.name} is {each.state.lower()}: {last_line(log)} (see {log})")
    return "\n".join(lines)


def _limit(embedded: bool) -> float:
    return SERVERS_DEADLINE_S if embedded else ELSEWHERE_DEADLINE_S


def _wait(stack: Stack, what: str, trouble: Trouble, limit_s: float) -> None:
    deadline = time.monotonic() + limit_s
    while (said := trouble()) is not None:
        # Raises when the supervisor is gone: then nothing will ever come up.
        stack.control.pid()
        if time.monotonic() > deadline:
            raise StartFailed(f"{what} did not get ready within {limit_s:g} s\n{said}")
        time.sleep(POLL_S)
