"""A rebuild by its command, beside an API that is asked all the while and a projector that goes on."""

import subprocess
import sys
import threading
import uuid

import httpx

from schemas.events import Event
from tests.alarms import Alarm
from tests.integration.api.conftest import DEADLINE_S, Api, wait_until

REST = "/api/v1/ocorrencias"


def horus(api: Api, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "infra.cli.main", *words],
        env=api.installation.environment,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )


def ids(http: httpx.Client, channel: str) -> list[int]:
    answer = http.get(REST, params={"channel": channel, "limit": 100})
    assert answer.status_code == 200
    return [each["id"] for each in answer.json()]


def test_api_answers_through_a_rebuild_and_shows_the_same(api: Api) -> None:
    channel = f"rebuilt-{uuid.uuid4().hex[:8]}"
    events: list[Event] = [
        event for number in range(20) for event in Alarm(channel=channel, number=number).life()
    ]
    api.publish(events)
    with api.client() as http:
        wait_until(lambda: len(ids(http, channel)) == 20)
        before = ids(http, channel)
        seen: list[list[int]] = []
        over = threading.Event()

        def ask() -> None:
            with api.client() as other:
                while not over.is_set():
                    seen.append(ids(other, channel))

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            rebuilt = horus(api, "rebuild", "ocorrencias")
        finally:
            over.set()
            asking.join()

        assert rebuilt.returncode == 0, rebuilt.stderr
        assert " 0 different" in rebuilt.stdout
        assert "readers see ocorrencias_v2 now" in rebuilt.stdout
        assert seen
        assert all(each == before for each in seen)
        api.publish(Alarm(channel=channel).life())
        wait_until(lambda: len(ids(http, channel)) == 21)
        verified = horus(api, "verify", "ocorrencias")
        assert verified.returncode == 0, verified.stdout + verified.stderr
        assert verified.stdout.startswith("ocorrencias_v2 at ")
        assert horus(api, "rebuild", "ocorrencias", "--drop-old").stdout == "dropped ocorrencias_v1\n"
        assert len(ids(http, channel)) == 21


def test_projection_that_there_is_not_is_refused_in_one_line(api: Api) -> None:
    for command in ("rebuild", "verify"):
        refused = horus(api, command, "nothing")
        assert refused.returncode == 2
        assert refused.stderr.startswith("horus: no projection is called 'nothing'; there are: ocorrencias")
        assert refused.stderr.count("\n") == 1
