"""The oracle's eye for dead letters and for recordings of the WebSocket: each kind of wrong, staged."""

import msgspec
import pytest

from tests.soak.finding import Finding
from tests.soak.harvest import Record
from tests.soak.letters_judged import letters_judged
from tests.soak.poison import Poison
from tests.soak.recording import About, Message
from tests.soak.recordings_judged import resuming_judged, steady_judged

DROP = Poison(
    topic="horus.detections.v1",
    partition=3,
    offset=17,
    key=b"soak0",
    value=b"\x00\xff rubbish",
    headers=(("ce_type", b"\xff"), ("empty", None)),
)
LETTER = Record(
    topic="horus.detections.v1.dlq",
    partition=0,
    offset=0,
    key=DROP.key,
    value=DROP.value,
    headers=(
        *DROP.headers,
        ("horus_dlq_reason", b"no event"),
        ("horus_dlq_topic", b"horus.detections.v1"),
        ("horus_dlq_partition", b"3"),
        ("horus_dlq_offset", b"17"),
    ),
)
WANTED = [
    Message(
        type="nova_ocorrencia",
        cursor=3 * number,
        data=About(id=3 * number, uid=f"uid {number}", status="aberta", version=1),
    )
    for number in range(6)
]


def wrong(findings: list[Finding]) -> list[str]:
    return [each.asked for each in findings if each.breaches]


def test_a_letter_of_each_reader_is_right() -> None:
    assert wrong(letters_judged([DROP], [LETTER, LETTER])) == []


def test_a_drop_without_a_letter_is_missed() -> None:
    other = msgspec.structs.replace(DROP, offset=18)

    assert wrong(letters_judged([DROP, other], [LETTER])) == ["poison without a dead letter"]


@pytest.mark.parametrize(
    "change", [{"value": b"rubbish"}, {"key": None}, {"headers": LETTER.headers[1:]}], ids=str
)
def test_a_letter_in_other_bytes_is_seen(change: dict[str, object]) -> None:
    letter = msgspec.structs.replace(LETTER, **change)

    assert wrong(letters_judged([DROP], [letter])) == ["dead letters not byte for byte"]


def test_a_letter_of_a_good_event_is_seen() -> None:
    assert wrong(letters_judged([], [LETTER])) == ["dead letters of good events"]


def test_a_recording_in_pieces_that_join_is_whole() -> None:
    assert resuming_judged(WANTED, [WANTED[:2], [], WANTED[2:]]).held


@pytest.mark.parametrize(
    "pieces",
    [
        [WANTED[:2], WANTED[3:]],
        [WANTED[:3], WANTED[2:]],
        [WANTED[:5]],
        [[*WANTED[:4], WANTED[5], WANTED[4]]],
        [[*WANTED[:5], msgspec.structs.replace(WANTED[5], type="ocorrencia_encerrada")]],
    ],
    ids=["a gap", "a repeat", "the end missing", "out of order", "in other words"],
)
def test_a_recording_that_is_not_the_log_is_seen(pieces: list[list[Message]]) -> None:
    assert not resuming_judged(WANTED, pieces).held


def test_connections_without_a_cursor_may_miss_what_lies_between_them_and_nothing_within() -> None:
    assert steady_judged(WANTED, [WANTED[:2], WANTED[4:]]).held
    assert not steady_judged(WANTED, [[WANTED[0], WANTED[2]]]).held
    assert not steady_judged(WANTED, [[WANTED[0], WANTED[0]]]).held
