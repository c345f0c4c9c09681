"""The plan of a soak: as many kills as asked, everything struck, and the same again for the same seed."""

from collections import Counter

from schemas.topics import TOPICS
from tests.soak.plan import LONG, PROCESSES, SHORT, planned
from tests.soak.poison import POISONED

NAMES = [topic.name for topic in POISONED]


def test_a_seed_names_one_plan() -> None:
    assert planned(7, 50, LONG, NAMES) == planned(7, 50, LONG, NAMES)
    assert planned(7, 50, LONG, NAMES) != planned(8, 50, LONG, NAMES)


def test_there_are_as_many_kills_as_asked_for() -> None:
    for kills in (1, 20, 333):
        plan = planned(7, kills, SHORT, NAMES)
        assert sum(trouble.kind == "kill" for trouble in plan) == kills


def test_the_short_form_kills_every_process_and_deals_every_other_blow() -> None:
    plan = planned(7, 22, SHORT, NAMES)

    killed = {trouble.target for trouble in plan if trouble.kind == "kill"}
    assert killed == set(PROCESSES)
    assert {trouble.kind for trouble in plan} >= {"kill", "stop", "poison"}


def test_blows_come_one_after_the_other() -> None:
    at = [trouble.at_s for trouble in planned(7, 200, LONG, NAMES)]

    assert at == sorted(at)


def test_the_long_form_kills_the_supervisor_as_often_as_any_process() -> None:
    plan = planned(7, 130, LONG, NAMES)

    killed = Counter(trouble.target for trouble in plan if trouble.kind == "kill")
    assert killed["supervisor"] == 10


def test_every_topic_with_dead_letters_is_poisoned() -> None:
    assert {topic.name for topic in TOPICS if topic.has_dlq} == set(NAMES)
