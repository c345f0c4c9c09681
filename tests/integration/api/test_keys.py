"""Keys and the audit of commands, over real Kafka and Postgres and two API processes at once."""

from collections.abc import Iterator

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from tests.integration.api.conftest import DEADLINE_S, KEY, Api, Installation, wait_until

KEYS = "/api/v1/admin/keys"
SESSION = "/api/v1/session"
AUDIT = "/api/v1/admin/audit"


@pytest.fixture(scope="module")
def other(installation: Installation) -> Iterator[Api]:
    """Yield a second API process of the same installation."""
    with installation.serving() as served:
        yield served


def made(api: Api, name: str, role: str) -> tuple[str, str]:
    """Make a key and return (id, key)."""
    with api.client() as admin:
        answer = admin.post(KEYS, json={"name": name, "role": role})
    assert answer.status_code == 201, answer.text
    return answer.json()["key_id"], answer.json()["key"]


def role_of(api: Api, key: str) -> str | int:
    answer = httpx.get(f"{api.address}{SESSION}", headers={"X-API-Key": key})
    role: str = answer.json()["role"] if answer.status_code == 200 else ""
    return role or answer.status_code


def test_key_opens_on_every_process_until_it_is_revoked_on_any(api: Api, other: Api) -> None:
    key_id, key = made(api, "control room", "operator")
    assert role_of(api, key) == "operator"
    wait_until(lambda: role_of(other, key) == "operator")

    with other.client() as admin:
        assert admin.delete(f"{KEYS}/{key_id}").status_code == 204
    assert role_of(other, key) == 401
    wait_until(lambda: role_of(api, key) == 401)


def test_key_is_told_once_and_kept_as_a_hash(api: Api) -> None:
    key_id, key = made(api, "told once", "viewer")
    with api.client() as admin:
        listed = admin.get(KEYS)
        assert [each["name"] for each in listed.json() if each["key_id"] == key_id] == ["told once"]
        assert key not in listed.text
        assert key.split(".")[2] not in listed.text
        assert "hash" not in listed.text


def test_key_outlives_every_process(installation: Installation, api: Api) -> None:
    _, key = made(api, "long lived", "viewer")
    with installation.serving() as restarted:
        wait_until(lambda: role_of(restarted, key) == "viewer")


def test_session_dies_with_its_key_on_every_process(api: Api, other: Api) -> None:
    key_id, key = made(api, "a browser", "viewer")
    with httpx.Client(base_url=api.address) as browser:
        assert browser.post(SESSION, json={"key": key}).status_code == 204
        cookies = dict(browser.cookies)
    wait_until(lambda: role_of(other, key) == "viewer")
    assert httpx.get(f"{other.address}{SESSION}", cookies=cookies).json()["name"] == "a browser"

    with api.client() as admin:
        admin.delete(f"{KEYS}/{key_id}")

    wait_until(lambda: httpx.get(f"{other.address}{SESSION}", cookies=cookies).status_code == 401)


def test_open_connection_is_closed_when_its_key_is_revoked(api: Api) -> None:
    key_id, key = made(api, "a wall of monitors", "viewer")
    with connect(api.socket, additional_headers={"X-API-Key": key}) as socket:
        with api.client() as admin:
            assert admin.delete(f"{KEYS}/{key_id}").status_code == 204
        with pytest.raises(ConnectionClosed) as closed:
            while True:
                socket.recv(DEADLINE_S)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4401


def test_key_of_the_installation_cannot_be_revoked(api: Api) -> None:
    with api.client() as admin:
        assert admin.delete(f"{KEYS}/admin").status_code == 409
        assert admin.get(KEYS).json()[0]["revocable"] is False
    assert role_of(api, KEY) == "admin"


@pytest.mark.parametrize(
    "body",
    [
        {"name": "", "role": "viewer"},
        {"name": "admin", "role": "viewer"},
        {"name": "Anonymous", "role": "viewer"},
        {"name": "x" * 81, "role": "viewer"},
        {"name": "a\u202eb", "role": "viewer"},
        {"name": "a\nb", "role": "viewer"},
        {"name": " a", "role": "viewer"},
        {"name": "a", "role": "none"},
        {"name": "a", "role": "root"},
        {"name": "a", "role": "viewer", "key": "mine"},
        {"name": 1, "role": "viewer"},
        [],
    ],
)
def test_keys_that_would_mislead_are_not_made(api: Api, body: object) -> None:
    with api.client() as admin:
        assert admin.post(KEYS, json=body).status_code == 422


def test_no_two_keys_have_one_name(api: Api) -> None:
    made(api, "Sala de controle 📺", "viewer")
    with api.client() as admin:
        again = admin.post(KEYS, json={"name": "sala de CONTROLE 📺", "role": "admin"})
    assert again.status_code == 409


@pytest.mark.parametrize("key_id", ["0" * 12, "nothing", "0" * 11, "..%2f..", "%00", "A" * 12])
def test_keys_that_are_not_there_are_not_revoked(api: Api, key_id: str) -> None:
    with api.client() as admin:
        assert admin.delete(f"{KEYS}/{key_id}").status_code in (404, 422)


def test_audit_tells_who_did_what_newest_first_in_stable_pages(api: Api) -> None:
    ids = [made(api, f"audited {number}", "viewer")[0] for number in range(5)]
    with api.client() as admin:
        admin.delete(f"{KEYS}/{ids[0]}")
        sought: dict[str, str | int] = {"who": "admin", "action": "keys.create", "limit": 2}
        wait_until(lambda: ids[4] in admin.get(AUDIT, params=sought).text)
        wait_until(lambda: ids[0] in admin.get(AUDIT, params={"action": "keys.revoke"}).text)
        first = admin.get(AUDIT, params=sought)
        # Rows that arrive between two pages move none of those that are still to come.
        made(api, "audited in between", "viewer")
        second = admin.get(AUDIT, params={**sought, "cursor": first.headers["x-next-cursor"]})
        everything = admin.get(AUDIT, params={"action": "keys", "limit": 1000}).json()

    assert [row["target"] for row in first.json() + second.json()] == [ids[4], ids[3], ids[2], ids[1]]
    assert {row["who"] for row in first.json()} == {"admin"}
    assert "audited 4, viewer" in first.text
    moments = [row["at"] for row in everything]
    assert moments == sorted(moments, reverse=True)
    assert {row["action"] for row in everything} == {"keys.create", "keys.revoke"}


@pytest.mark.parametrize(
    "params",
    [{"cursor": "x"}, {"cursor": "99999999999999999999_x"}, {"cursor": "1_" + "x" * 200}, {"limit": 0},
     {"limit": 1001}, {"from": "0000-01-01T00:00:00Z"}, {"from": "10000-01-01T00:00:00Z"}, {"to": "nan"},
     {"from": "2026-01-01T00:00:00"}, {"cursor": "-99999999999_x"}],
)  # fmt: skip
def test_audit_refuses_what_it_was_never_asked_in_earnest(api: Api, params: dict[str, str]) -> None:
    with api.client() as admin:
        assert admin.get(AUDIT, params=params).status_code == 422


def test_figures_are_told_to_those_who_may_see_them(api: Api) -> None:
    httpx.get(f"{api.address}{SESSION}", headers={"X-API-Key": "wrong"})
    with api.client() as admin:
        text = admin.get("/metrics").text
    assert "horus_tail_ready 1.0" in text
    assert "horus_push_clients" in text
    assert 'route="/api/v1/admin/keys"' in text
    wrong = next(line for line in text.splitlines() if line.startswith("horus_api_wrong_keys_total"))
    assert float(wrong.split()[1]) >= 1
