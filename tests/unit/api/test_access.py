"""Who asks, without a server: keys, sessions, and pages of other sites."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from starlette.datastructures import Headers

from api.access import ADMINISTRATOR, Access, Asking, ForeignPage, KeysUnknown, Who, WrongKey
from api.keys import NewKey, admin_key, mint
from api.sessions import COOKIE, SESSION_LASTS
from infra.settings import Settings
from schemas.events import KeyCreated
from schemas.events.admin import KeyRole

NOW = datetime(2026, 11, 22, 3, 12, tzinfo=UTC)
KEY = "the right key"

Make = Callable[..., Settings]


class Ring(msgspec.Struct):
    """The keys of a test."""

    keys: dict[str, KeyCreated] = {}
    known: bool = True

    def key(self, key_id: str) -> KeyCreated | None:
        return self.keys.get(key_id)

    def make(self, role: KeyRole) -> NewKey:
        made = mint()
        self.keys[made.key_id] = KeyCreated(
            key_id=made.key_id, name=f"a {role}", role=role, hash=made.hash, by="admin", at=NOW
        )
        return made


def rules(ring: Ring | None = None, **named: object) -> Access:
    return msgspec.structs.replace(Access(admin_key=KEY, ring=ring or Ring()), **named)


def asking(method: str = "GET", **headers: str) -> Asking:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return Asking(headers=Headers({"host": "horus:8000", **given}), method=method, now=NOW)


def cookie(access: Access, key: str = KEY) -> str:
    return f"{COOKIE}={access.begin_session(access.holder(key), NOW)}"


@pytest.mark.parametrize(
    "headers", [{"authorization": f"Bearer {KEY}"}, {"authorization": f"bearer {KEY}"}, {"x_api_key": KEY}]
)
def test_key_opens_by_either_header(headers: dict[str, str]) -> None:
    assert rules().who(asking(**headers)).role == "admin"


@pytest.mark.parametrize("key", ["the right", "the right key ", "the wrong key", "schlüssel", "\udc80"])
def test_wrong_keys_open_nothing(key: str) -> None:
    with pytest.raises(WrongKey):
        rules().holder(key)


def test_made_key_opens_with_its_name_and_role() -> None:
    ring = Ring()
    who = rules(ring).who(asking(x_api_key=ring.make("operator").key))
    assert (who.name, who.role) == ("a operator", "operator")


def test_made_key_with_one_sign_changed_opens_nothing() -> None:
    ring = Ring()
    key = ring.make("admin").key
    for at in (20, len(key) - 2):
        other = key[:at] + ("A" if key[at] != "A" else "B") + key[at + 1 :]
        with pytest.raises(WrongKey):
            rules(ring).holder(other)


def test_id_of_a_key_alone_opens_nothing() -> None:
    ring = Ring()
    made = ring.make("admin")
    for given in (made.key_id, f"hrs.{made.key_id}.", f"hrs.{made.key_id}.{made.hash}", made.hash):
        with pytest.raises(WrongKey):
            rules(ring).holder(given)


def test_wrong_key_is_not_let_in_as_anonymous() -> None:
    open_to_all = rules(anonymous="viewer")
    assert open_to_all.who(asking()).role == "viewer"
    with pytest.raises(WrongKey):
        open_to_all.who(asking(x_api_key="wrong"))


def test_made_key_is_not_called_wrong_before_the_log_of_keys_was_read() -> None:
    ring = Ring(known=False)
    with pytest.raises(KeysUnknown):
        rules(ring).who(asking(x_api_key=mint().key))
    with pytest.raises(WrongKey):
        rules(ring).who(asking(x_api_key="not of our form"))
    assert rules(ring).who(asking(x_api_key=KEY)).role == "admin"


def test_session_holds_until_its_end() -> None:
    access = rules()
    held = cookie(access)
    end = NOW + SESSION_LASTS
    shown = asking(cookie=held)
    before = msgspec.structs.replace(shown, now=end - timedelta(seconds=1))
    assert access.who(before).role == "admin"
    assert access.who(msgspec.structs.replace(shown, now=end)).role == "none"


def test_session_dies_with_the_administrators_key() -> None:
    assert rules(admin_key="another").who(asking(cookie=cookie(rules()))).role == "none"


def test_session_has_the_role_of_its_key_and_dies_with_it() -> None:
    ring = Ring()
    access, made = rules(ring), ring.make("viewer")
    held = cookie(access, made.key)
    who = access.who(asking(cookie=held))
    assert (who.name, who.role) == ("a viewer", "viewer")
    assert access.still_holds(who, NOW)

    ring.keys.clear()

    assert access.who(asking(cookie=held)).role == "none"
    assert not access.still_holds(who, NOW)


def test_open_connection_ends_with_its_session() -> None:
    who = Who(name="x", role="admin", key_id=ADMINISTRATOR, until=NOW)
    assert rules().still_holds(who, NOW - timedelta(seconds=1))
    assert not rules().still_holds(who, NOW)


@pytest.mark.parametrize(
    "token", ["", ".", "admin.99999999999.", "admin.99999999999.00", "x.y.z", "ü.ü.ü", "admin.1e9.x"]
)
def test_forged_sessions_do_not_hold(token: str) -> None:
    assert rules().who(asking(cookie=f"{COOKIE}={token}")).role == "none"


def test_session_of_a_viewer_cannot_be_made_an_administrators() -> None:
    ring = Ring()
    access = rules(ring)
    key_id, until, signature = access.begin_session(access.holder(ring.make("viewer").key), NOW).split(".")
    forged = f"{COOKIE}={ADMINISTRATOR}.{until}.{signature}"
    assert key_id in ring.keys
    assert access.who(asking(cookie=forged)).role == "none"


@pytest.mark.parametrize(
    ("origin", "role"),
    [
        (None, "admin"),
        ("http://horus:8000", "admin"),
        ("http://horus:9000", "none"),
        ("http://evil.example", "none"),
        ("null", "none"),
        ("http://[", "none"),
    ],
)
def test_cookie_counts_only_for_our_own_page(origin: str | None, role: str) -> None:
    access = rules()
    headers = {"cookie": cookie(access)} | ({"origin": origin} if origin else {})
    assert access.who(asking(**headers)).role == role


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "WS"])
@pytest.mark.parametrize(
    "headers", [{"origin": "http://evil.example"}, {"sec_fetch_site": "cross-site"}, {"origin": "null"}]
)
def test_page_of_another_site_cannot_act_by_the_cookie(method: str, headers: dict[str, str]) -> None:
    access = rules()
    with pytest.raises(ForeignPage):
        access.who(asking(method, cookie=cookie(access), **headers))


@pytest.mark.parametrize("method", ["POST", "DELETE", "WS"])
def test_page_of_another_site_cannot_act_by_what_anybody_may(method: str) -> None:
    access = rules(anonymous="operator")
    with pytest.raises(ForeignPage):
        access.who(asking(method, origin="http://evil.example"))
    assert access.who(asking(method)).role == "operator"


def test_page_of_a_named_origin_acts_like_our_own() -> None:
    access = rules(origins=frozenset({"https://noc.example"}))
    assert access.who(asking("POST", cookie=cookie(access), origin="https://noc.example")).role == "admin"


@pytest.mark.parametrize("method", ["POST", "DELETE", "WS"])
def test_where_any_origin_is_named_a_page_acts_as_anybody_and_never_by_the_cookie(method: str) -> None:
    access = rules(anonymous="viewer", origins=frozenset({"*"}))
    other = {"origin": "http://elsewhere.example"}
    assert access.who(asking(method, **other)).role == "viewer"
    assert access.who(asking(method, cookie=cookie(access), **other)).role == "viewer"
    assert access.who(asking(method, cookie=cookie(access))).role == "admin"


def test_key_in_a_header_counts_whoever_the_page_is() -> None:
    assert rules().who(asking("POST", x_api_key=KEY, origin="http://evil.example")).role == "admin"


def test_admin_key_is_made_once_and_only_its_owner_reads_it(settings: Make) -> None:
    chosen = settings()
    key = admin_key(chosen)
    file = chosen.home / "secrets" / "admin-key"
    assert admin_key(chosen) == key
    assert len(key) >= 32
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["admin-key"]


def test_given_admin_key_is_not_written_down(settings: Make, tmp_path: Path) -> None:
    assert admin_key(settings(HORUS_ADMIN_KEY=KEY)) == KEY
    assert list(tmp_path.rglob("admin-key")) == []


def test_made_keys_carry_256_random_bits_and_their_hash_does_not_tell_them() -> None:
    made = [mint() for _ in range(100)]
    assert len({each.key for each in made}) == len({each.key_id for each in made}) == 100
    assert all(len(each.key.split(".")[2]) == 43 for each in made)
    assert all(each.hash not in each.key for each in made)
