"""Webhooks end to end: an API before real Kafka, and targets on loopback that the policy allows."""

import json
import signal
import threading
import time
from collections.abc import Iterator

import httpx
import msgspec
import pytest

from api.webhooks.sender import positions
from api.webhooks.signature import holds
from infra.follow import read_all
from infra.kafka import Publisher
from schemas.events import WebhookConfigured
from schemas.topics import ADMIN
from tests.alarms import Alarm
from tests.integration.api.conftest import Api, Installation, wait_until
from tests.unit.api.webhooks.target import Answer, Heard, Target, listening

SETTINGS = {
    "HORUS_WEBHOOK_HOSTS": "127.0.0.0/8",
    "HORUS_WEBHOOK_KEY": "of the tests of webhooks alone",
    "HORUS_WEBHOOK_ATTEMPTS": "3",
    "HORUS_WEBHOOK_BACKOFF_S": "0.02",
    "HORUS_WEBHOOK_TIMEOUT_S": "5",
}
REFUSE: Answer = (500, {}, b"no")
TAKE: Answer = (204, {}, b"")


@pytest.fixture(scope="module")
def sender(installation: Installation) -> Iterator[Api]:
    """An API that may send to loopback."""
    with installation.serving(**SETTINGS) as served:
        yield served


@pytest.fixture
def there() -> Iterator[Target]:
    with listening() as made:
        yield made


def made(api: Api, there: Target, channel: str, **given: object) -> dict[str, str]:
    with api.client() as http:
        body = {"url": there.url, "filters": {"channels": [channel]}, **given}
        answer = http.post("/api/v1/webhooks", json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())


def told(there: Target, uid: str) -> list[str]:
    bodies = [json.loads(heard.body) for heard in list(there.heard)]
    return [body["type"] for body in bodies if body["data"]["uid"] == uid]


def letters(http: httpx.Client, webhook_id: str) -> list[dict[str, object]]:
    return list(http.get(f"/api/v1/webhooks/{webhook_id}/dead-letters").json())


def test_token_in_an_address_is_in_no_record_and_the_target_gets_it(sender: Api, there: Target) -> None:
    token = "tok-5f1e9c77aa"
    with sender.client() as http:
        body = {"url": f"{there.url}/{token}?key={token}", "filters": {"channels": ["hook-token"]}}
        webhook = http.post("/api/v1/webhooks", json=body).json()
        again = http.put(f"/api/v1/webhooks/{webhook['id']}", json=body).json()
        written = [record.value() or b"" for _, record in read_all(sender.installation.kafka, ADMIN)]
        tried = http.post(f"/api/v1/webhooks/{webhook['id']}/test").json()
        http.delete(f"/api/v1/webhooks/{webhook['id']}")

    assert webhook["url"] == again["url"] == body["url"]
    mine = [each for each in written if webhook["id"].encode() in each]
    assert len(mine) == 2
    assert all(f"http://127.0.0.1:{there.port}/".encode() in each for each in mine)
    assert not any(token.encode() in each for each in written)
    assert tried["delivered"]
    assert [heard.path for heard in there.heard] == [f"/hook/{token}?key={token}"]


def test_webhook_of_an_older_event_is_sent_to_as_it_stands_there(sender: Api, there: Target) -> None:
    made(sender, there, "hook-older")
    newer = next(
        each.event
        for each, _ in read_all(sender.installation.kafka, ADMIN)
        if isinstance(each.event, WebhookConfigured) and each.event.wants.channels == ("hook-older",)
    )
    older = msgspec.structs.replace(newer, command_id="older", url=f"{there.url}/old", sealed_url="")
    Publisher(sender.installation.kafka, "test").publish(ADMIN, [older])
    with sender.client() as http:
        address = f"/api/v1/webhooks/{newer.webhook_id}"
        wait_until(lambda: http.get(address).json()["url"] == older.url)
        sender.publish(Alarm(channel="hook-older").life()[:1])
        wait_until(lambda: len(there.heard) == 1)
        http.delete(address)

    assert there.heard[0].path == "/hook/old"


def test_target_is_told_of_an_occurrence_in_order_signed_with_the_secret_given_once(
    sender: Api, there: Target
) -> None:
    webhook = made(sender, there, "hook-signed")
    alarm = Alarm(channel="hook-signed")
    sender.publish(alarm.life())
    wait_until(lambda: len(there.heard) >= 4)

    kinds = ["nova_ocorrencia", "ocorrencia_atualizada", "ocorrencia_atualizada", "ocorrencia_encerrada"]
    assert told(there, alarm.uid) == kinds
    for heard in there.heard:
        assert holds(
            webhook["secret"].encode(), heard.headers["horus-signature"], heard.body, int(time.time())
        )
    assert len({heard.headers["horus-delivery"] for heard in there.heard}) == 4
    cursors = [json.loads(heard.body)["cursor"] for heard in there.heard]
    assert cursors == sorted(cursors)
    with sender.client() as http:
        shown = http.get(f"/api/v1/webhooks/{webhook['id']}")
        assert webhook["secret"] not in shown.text + http.get("/api/v1/webhooks").text
        assert "secret" not in shown.json()


def test_body_is_the_message_of_the_websocket(sender: Api, there: Target) -> None:
    made(sender, there, "hook-body")
    alarm = Alarm(channel="hook-body")
    sender.publish([alarm.opened()])
    wait_until(lambda: bool(there.heard))

    body = json.loads(there.heard[0].body)
    with sender.client() as http:
        read = http.get(f"/api/v1/ocorrencias/{body['cursor']}").json()
    assert body == {"type": "nova_ocorrencia", "data": read, "cursor": read["id"]}


def test_filters_leave_out_what_is_not_wanted(sender: Api, there: Target) -> None:
    made(
        sender, there, "hook-filter",
        filters={"channels": ["hook-filter"], "types": ["freeze"], "kinds": ["ocorrencia_encerrada"]},
    )  # fmt: skip
    fade, freeze = Alarm(channel="hook-filter"), Alarm(channel="hook-filter", kind="freeze")
    sender.publish([*fade.life(), *Alarm(channel="hook-else", kind="freeze").life(), *freeze.life()])
    wait_until(lambda: bool(there.heard))

    assert told(there, freeze.uid) == ["ocorrencia_encerrada"]
    assert len(there.heard) == 1


def test_failing_delivery_is_retried_then_a_dead_letter_then_sent_again_with_its_own_name(
    sender: Api, there: Target
) -> None:
    there.answer = lambda _: REFUSE
    webhook = made(sender, there, "hook-dead")
    alarm = Alarm(channel="hook-dead")
    sender.publish([alarm.opened(), alarm.closed()])
    with sender.client() as http:
        wait_until(lambda: len(letters(http, webhook["id"])) == 2)
        assert len(there.heard) == 6
        assert [each["kind"] for each in letters(http, webhook["id"])] == [
            "nova_ocorrencia",
            "ocorrencia_encerrada",
        ]
        assert {(each["attempts"], each["reason"]) for each in letters(http, webhook["id"])} == {
            (3, "answered 500")
        }

        still = http.post(f"/api/v1/webhooks/{webhook['id']}/resend").json()
        assert (still["resent"], still["left"], still["failed"]["reason"]) == ([], 2, "answered 500")

        there.answer = lambda _: TAKE
        names = [str(each["delivery"]) for each in letters(http, webhook["id"])]
        again = http.post(f"/api/v1/webhooks/{webhook['id']}/resend").json()
        assert again == {"resent": names, "failed": None, "left": 0}
        assert letters(http, webhook["id"]) == []

    attempts = [heard for heard in there.heard if heard.headers["horus-delivery"] == names[0]]
    assert len(attempts) == 5
    assert len({heard.body for heard in attempts}) == 1
    assert [heard.headers["horus-delivery"] for heard in there.heard[-2:]] == names


def test_dead_letters_are_thrown_away_one_or_all(sender: Api, there: Target) -> None:
    there.answer = lambda _: REFUSE
    webhook = made(sender, there, "hook-drop")
    sender.publish([Alarm(channel="hook-drop").opened() for _ in range(3)])
    address = f"/api/v1/webhooks/{webhook['id']}/dead-letters"
    with sender.client() as http:
        wait_until(lambda: len(letters(http, webhook["id"])) == 3)
        one = letters(http, webhook["id"])[1]["delivery"]

        assert http.delete(address, params={"delivery": str(one)}).json() == {"dropped": [one]}
        assert http.delete(address, params={"delivery": str(one)}).status_code == 404
        assert len(http.delete(address).json()["dropped"]) == 2
        assert letters(http, webhook["id"]) == []
        assert http.get(f"/api/v1/webhooks/{webhook['id']}").json()["dead_letters"] == 0


def test_slow_target_does_not_hold_up_another(sender: Api) -> None:
    let_go = threading.Event()

    def hang(_: Heard) -> Answer:
        let_go.wait(30)
        return TAKE

    with listening() as slow, listening() as quick:
        slow.answer = hang
        made(sender, slow, "hook-slow")
        made(sender, quick, "hook-slow")
        try:
            sender.publish([Alarm(channel="hook-slow").opened() for _ in range(20)])
            wait_until(lambda: len(quick.heard) == 20 and bool(slow.heard))
            assert len(slow.heard) <= 8
        finally:
            let_go.set()


def test_webhook_that_was_off_is_told_of_what_comes_once_it_is_on_again(sender: Api, there: Target) -> None:
    webhook = made(sender, there, "hook-off", active=False)
    missed, heard = Alarm(channel="hook-off"), Alarm(channel="hook-off")
    with sender.client() as http:
        sender.publish([missed.opened()])
        wait_until(lambda: http.get("/api/v1/ocorrencias", params={"channel": "hook-off"}).json() != [])
        body = {"url": there.url, "filters": {"channels": ["hook-off"]}, "active": True}
        assert http.put(f"/api/v1/webhooks/{webhook['id']}", json=body).json()["active"]
        sender.publish([heard.opened()])
        wait_until(lambda: bool(there.heard))
    assert (told(there, missed.uid), told(there, heard.uid)) == ([], ["nova_ocorrencia"])


def test_removed_webhook_hears_no_more(sender: Api, there: Target) -> None:
    with listening() as other:
        webhook = made(sender, there, "hook-gone")
        made(sender, other, "hook-gone")
        with sender.client() as http:
            assert http.delete(f"/api/v1/webhooks/{webhook['id']}").status_code == 204
            assert http.get(f"/api/v1/webhooks/{webhook['id']}").status_code == 404
            assert http.delete(f"/api/v1/webhooks/{webhook['id']}").status_code == 404
        last = Alarm(channel="hook-gone")
        sender.publish(last.life())
        wait_until(lambda: len(told(other, last.uid)) == 4)
        assert told(there, last.uid) == []


def test_sample_is_of_a_type_of_its_own_and_its_outcome_is_told(sender: Api, there: Target) -> None:
    webhook = made(sender, there, "hook-test")
    with sender.client() as http:
        address = f"/api/v1/webhooks/{webhook['id']}/test"
        assert http.post(address).json() == {"delivered": True, "status": 204, "reason": "answered 204"}
        there.answer = lambda _: (302, {"Location": "http://127.0.0.1:9/"}, b"")
        refused = http.post(address).json()
    assert refused == {
        "delivered": False,
        "status": 302,
        "reason": "answered 302: redirects are not followed",
    }
    assert json.loads(there.heard[0].body)["type"] == "teste"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"url": "http://10.0.0.1/"}, "HORUS_WEBHOOK_HOSTS"),
        ({"url": "http://169.254.169.254/latest/meta-data"}, "HORUS_WEBHOOK_HOSTS"),
        ({"url": "http://[::1]/"}, "HORUS_WEBHOOK_HOSTS"),
        ({"url": "http://noc.example/"}, "HORUS_WEBHOOK_HOSTS"),
        ({"url": "ftp://127.0.0.1/"}, "begins with"),
        ({"url": "http://127.0.0.1/" + "x" * 3000}, "2048"),
        ({"url": "http://me:too@127.0.0.1/"}, "no user"),
        ({"secret": "short"}, "secret"),
        ({"filters": {"kinds": ["nonsense"]}}, "kinds"),
        ({"filters": {"channels": ["../x"]}}, "channels"),
        ({"filters": {"types": ["x"] * 10_000}}, "types"),
        ({"nonsense": 1}, "nonsense"),
    ],
)
def test_webhook_that_cannot_be_is_refused_by_reason(
    sender: Api, there: Target, change: dict[str, object], why: str
) -> None:
    with sender.client() as http:
        answer = http.post("/api/v1/webhooks", json={"url": there.url, **change})
    assert answer.status_code == 422
    assert why in answer.json()["detail"]


def test_sender_killed_in_the_middle_and_started_again_loses_nothing(installation: Installation) -> None:
    """Some may arrive twice, under the same name; the first arrivals of each occurrence are in order."""
    own = {**SETTINGS, "HORUS_WEBHOOK_KEY": "of the test that kills"}
    early, *alarms = [Alarm(channel="hook-kill") for _ in range(31)]
    enough = threading.Event()

    with listening() as there:

        def answer(_: Heard) -> Answer:
            if len(there.heard) >= 40:
                enough.set()
            return TAKE

        there.answer = answer
        with installation.serving(**own) as first:
            webhook_id = made(first, there, "hook-kill")["id"]
            first.publish(early.life())
            wait_until(lambda: len(_firsts(there, early.uid)) == 4)
            settled = _firsts(there, early.uid)[-1]
            wait_until(lambda: positions(installation.kafka).get(webhook_id, -1) >= settled)
            first.publish([event for alarm in alarms[:20] for event in alarm.life()])
            assert enough.wait(60)
            first.process.send_signal(signal.SIGKILL)
            first.process.wait()
        installation.publish([event for alarm in alarms[20:] for event in alarm.life()])
        with installation.serving(**own):
            wait_until(lambda: all(len(_firsts(there, alarm.uid)) == 4 for alarm in alarms))
        for alarm in alarms:
            assert _firsts(there, alarm.uid) == sorted(_firsts(there, alarm.uid))
        # What was settled before the kill is not sent anew: the position is kept, not guessed.
        assert len(told(there, early.uid)) == 4


def test_two_instances_send_each_message_once(installation: Installation) -> None:
    own = {**SETTINGS, "HORUS_WEBHOOK_KEY": "of the two instances"}
    alarms = [Alarm(channel="hook-two") for _ in range(10)]
    with listening() as there, installation.serving(**own) as one, installation.serving(**own) as other:
        made(one, there, "hook-two")
        for number, alarm in enumerate(alarms):
            (one, other)[number % 2].publish(alarm.life())
        wait_until(lambda: all(len(_firsts(there, alarm.uid)) == 4 for alarm in alarms))
        assert len(there.heard) == 40


def _firsts(there: Target, uid: str) -> list[int]:
    """Return the cursors that were heard of an occurrence, in the order in which each came first."""
    bodies = [json.loads(heard.body) for heard in list(there.heard)]
    return list(dict.fromkeys(body["cursor"] for body in bodies if body["data"]["uid"] == uid))
