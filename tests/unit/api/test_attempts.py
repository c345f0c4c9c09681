"""How often an address may show a wrong key, in all and of one id; the clock is an argument."""

import pytest

from api.attempts import Attempts


def shown(attempts: Attempts, address: str, times: int, key_id: str = "") -> None:
    for _ in range(times):
        attempts.failed(address, key_id, 0.0)


def test_some_mistakes_are_free_and_then_there_is_a_wait() -> None:
    attempts = Attempts(free=3, each_s=6.0)
    shown(attempts, "10.0.0.1", 2)
    assert attempts.wait_s("10.0.0.1", "", 0.0) == 0.0
    shown(attempts, "10.0.0.1", 1)
    assert attempts.wait_s("10.0.0.1", "", 0.0) == 6.0


def test_wait_that_was_told_is_enough() -> None:
    attempts = Attempts(free=3, each_s=6.0)
    shown(attempts, "10.0.0.1", 5)
    wait = attempts.wait_s("10.0.0.1", "", 0.0)
    assert attempts.wait_s("10.0.0.1", "", wait - 0.1) > 0.0
    assert attempts.wait_s("10.0.0.1", "", wait) == 0.0


def test_other_addresses_are_not_hurt() -> None:
    attempts = Attempts(free=3)
    shown(attempts, "10.0.0.1", 100)
    assert attempts.wait_s("10.0.0.2", "", 0.0) == 0.0


def test_each_key_that_there_is_has_a_count_of_its_own_and_so_has_what_names_none() -> None:
    attempts = Attempts(free=3)
    shown(attempts, "10.0.0.1", 3, "a")
    waits = [attempts.wait_s("10.0.0.1", key_id, 0.0) > 0.0 for key_id in ("a", "b", "")]
    assert waits == [True, False, False]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
    ],
)
def test_network_that_one_person_chooses_from_counts_as_one(one: str, other: str, same: bool) -> None:
    attempts = Attempts(free=1)
    shown(attempts, one, 1)
    assert (attempts.wait_s(other, "", 0.0) > 0.0) is same


def test_memory_is_bounded_whoever_comes() -> None:
    attempts = Attempts(addresses=50)
    for number in range(1000):
        attempts.failed(f"10.0.{number // 256}.{number % 256}", "", float(number))
    assert len(attempts) == 50
