"""The state that the log of administration gives, without a broker."""

from collections.abc import Sequence
from datetime import UTC, datetime

from api.admin_log import AdminLog, AdminState
from api.keys import mint
from schemas.events import Event, KeyCreated, KeyRevoked

AT = datetime(2026, 11, 22, 3, 12, tzinfo=UTC)


def created() -> KeyCreated:
    made = mint()
    return KeyCreated(key_id=made.key_id, name="x", role="viewer", hash=made.hash, by="admin", at=AT)


def revoked(key: KeyCreated) -> KeyRevoked:
    return KeyRevoked(key_id=key.key_id, by="admin", at=AT)


def followed(log: AdminLog, events: Sequence[Event]) -> AdminLog:
    for offset, event in enumerate(events):
        log.take(event, offset)
    return log


def test_key_opens_until_it_is_revoked() -> None:
    one, other = created(), created()
    log = followed(AdminLog("unused"), [one, other, revoked(one)])
    assert log.key(one.key_id) is None
    assert log.key(other.key_id) == other


def test_revoked_key_opens_at_no_moment_while_the_log_is_read_again() -> None:
    key = created()
    life = [key, revoked(key)]
    seen: list[AdminState] = []
    log = followed(AdminLog("unused", on_change=seen.append), life)
    before = len(seen)
    followed(log, life)
    assert log.key(key.key_id) is None
    assert len(seen) == before


def test_whoever_waits_for_an_offset_hears_of_it() -> None:
    log = followed(AdminLog("unused"), [created()])
    assert log.wait(0, timeout_s=0.0)
    assert not log.wait(1, timeout_s=0.0)
