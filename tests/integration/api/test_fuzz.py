"""`benchmarks.fuzz` in short, on servers of its own: what it makes is junk that no other test should see."""

import tempfile
from pathlib import Path

import pytest

from benchmarks.fuzz import fuzz, serving
from benchmarks.fuzz_verdict import Finding, Verdict
from benchmarks.push_place import servers

SEED = 7
REQUESTS = 200


@pytest.mark.timeout(900)
def test_no_operation_of_the_document_fails_or_says_what_the_document_does_not() -> None:
    with tempfile.TemporaryDirectory(prefix="horus-fuzz-") as folder:
        Path(folder).chmod(0o711)
        with servers(Path(folder)) as place, serving(place) as address:
            # Busy machines make fewer requests; that every operation is reached holds all the same.
            verdict = fuzz(address, REQUESTS, SEED, seconds=600.0)
    print(f"seed {SEED}\n{verdict}")
    assert verdict.holds, str(verdict)


def verdict() -> Verdict:
    made = Verdict(wanted=2, expected=frozenset({"GET /a", "GET /b"}))
    made.answered("GET /a", 200)
    made.answered("GET /b", 404)
    return made


def test_the_judge_is_content_when_all_was_asked_and_nothing_found() -> None:
    assert verdict().holds


def test_the_judge_sees_an_operation_that_was_not_reached() -> None:
    made = verdict()
    del made.answers["GET /b"]
    assert (made.holds, made.missed) == (False, ["GET /b"])


def test_the_judge_sees_too_few_requests() -> None:
    made = verdict()
    made.wanted = 3
    assert not made.holds


def test_the_judge_counts_findings_of_a_kind_and_shows_the_first() -> None:
    made = verdict()
    for each in ("first", "second"):
        made.found(Finding("GET /a", "Server error", f"503\n{each}", f"curl {each}"))
    assert not made.holds
    assert "2 times" in str(made) and "curl first" in str(made) and "curl second" not in str(made)
