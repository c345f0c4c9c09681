"""The stress of `benchmarks.push_stress` in short, on servers of its own."""

import random
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.push_follower import Follower
from benchmarks.push_log import Lives
from benchmarks.push_place import servers
from benchmarks.push_stress import plans, stress
from benchmarks.push_verdict import judge
from tests.unit.api.remembered import entries_of, folded_purely

SEED = 7


@pytest.mark.timeout(900)
def test_clients_that_come_and_go_while_apis_are_killed_miss_nothing_and_get_nothing_twice() -> None:
    with tempfile.TemporaryDirectory(prefix="horus-stress-") as folder:
        Path(folder).chmod(0o711)
        with servers(Path(folder)) as place:
            verdict = stress(place, clients=40, seconds=10.0, seed=SEED)
    print(f"seed {SEED}\n{verdict}")
    assert verdict.holds, str(verdict)
    assert verdict.kills >= 1


@pytest.mark.parametrize("wrong", ["missed", "doubled", "different", "none"])
def test_the_judge_sees_what_is_wrong(wrong: str) -> None:
    lives = Lives(SEED)
    messages = folded_purely(entries_of([lives.next() for _ in range(200)]))[0]
    rng = random.Random(SEED)
    followers = [Follower(plan, [1], "", rng) for plan in plans(10, 100, rng)]
    for follower in followers:
        wanted, first = follower.plan.wanted, follower.plan.cursor
        follower.heard.messages = [
            (each.cursor, hash(each.text.encode()))
            for each in messages
            if each.cursor > first and wanted.wants(each.state)
        ]
    heard = max((follower.heard.messages for follower in followers), key=len)
    if wrong == "missed":
        del heard[3]
    elif wrong == "doubled":
        heard.insert(3, heard[3])
    elif wrong == "different":
        heard[3] = (heard[3][0], 0)
    verdict = judge(followers, messages, {}, kills=0)
    counts = Counter(missed=verdict.missed, doubled=verdict.doubled, different=verdict.different)
    assert counts == Counter({} if wrong == "none" else {wrong: 1})
    assert verdict.holds == (wrong == "none")
