"""A replay asked for over the API: begun, followed and read; a second one cancelled."""

import uuid
from typing import Any

import httpx

from tests.integration.api.conftest import Api, wait_until
from tests.integration.replay.log_of_hour import air, put_into_the_log


def begun(client: httpx.Client, body: dict[str, Any]) -> dict[str, Any]:
    """Begin a replay as soon as no other one runs (the fuzz test begins some too)."""
    answers: list[httpx.Response] = []

    def accepted() -> bool:
        answers.append(client.post("/api/v1/replays", json=body))
        return answers[-1].status_code == 202

    wait_until(accepted, "a replay is begun")
    told: dict[str, Any] = answers[-1].json()
    return told


def test_a_replay_is_begun_followed_and_read(api: Api) -> None:
    channel = f"replay-{uuid.uuid4().hex[:8]}"
    put_into_the_log(api.installation.kafka, channel)
    body = {
        "since": air(0).isoformat(),
        "until": air(600).isoformat(),
        "channels": [channel],
        "set": {"VIDEO_THRESH_FREEZE": "0.5"},
    }
    with api.client() as client:
        address = f"/api/v1/replays/{begun(client, body)['id']}"
        wait_until(lambda: client.get(address).json()["state"] != "running", "it ends")
        told = client.get(address).json()
        gone = client.delete(f"/api/v1/replays/{begun(client, body)['id']}").json()
        listed = client.get("/api/v1/replays").json()

    assert (told["state"], told["progress"], told["error"]) == ("done", 1.0, None)
    assert told["result"]["totals"] == {"same": 4, "new": 1, "lost": 0, "shifted": 0, "regraded": 0}
    assert [each["type"] for each in told["result"]["differences"]] == ["freeze"]
    assert gone["state"] == "cancelled"
    assert {told["id"], gone["id"]} <= {each["id"] for each in listed}
