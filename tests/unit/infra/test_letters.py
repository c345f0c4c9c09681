"""Dead letters as they are read back: what their headers tell, copies, marks, and what a command shows."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from infra.cli.dlq import LAST_WINS
from infra.cli.dlq_shown import dump, line, table, whole
from infra.cli.dlq_wanted import Wanted, lettered, wanted
from infra.cli.exits import BadUse
from infra.dead_letter import Rejection, dead_letter_headers
from infra.letter_box import Rejected
from infra.letters import LETTERED, Letter, Mark, folded, letter_or_mark, mark_headers, own_headers
from schemas.envelope import Headers
from schemas.topics import DETECTIONS, FRAMES, OCORRENCIAS

AT = datetime(2026, 11, 23, 3, 12, tzinfo=UTC)
OWN: Headers = [("ce_type", b"horus.VideoMeasured.v1"), ("odd", b"\xff\x00"), ("empty", None)]


def headers(own: Headers = OWN, *, stage: str = "decisions", offset: int = 1234) -> Headers:
    rejection = Rejection(
        topic=DETECTIONS.name,
        partition=3,
        offset=offset,
        key=b"tv1",
        value=b"rubbish",
        headers=own,
        reason="does not decode",
    )
    return dead_letter_headers(rejection, stage=stage, at=AT)


def letter(number: int = 7, *, stage: str = "decisions", offset: int = 1234) -> Letter:
    why = headers(stage=stage, offset=offset)
    read = letter_or_mark(DETECTIONS.name, number, b"tv1", b"rubbish", why, AT + timedelta(hours=1))
    assert isinstance(read, Letter)
    return read


def mark(number: int) -> Letter | Mark:
    return letter_or_mark(DETECTIONS.name, 99, None, None, mark_headers(number, "retried", AT), AT)


def test_a_letter_tells_what_its_headers_say() -> None:
    assert letter() == Letter(
        topic=DETECTIONS.name,
        number=7,
        stage="decisions",
        partition=3,
        offset=1234,
        reason="does not decode",
        at=AT,
        key=b"tv1",
        size=7,
    )


def test_a_record_that_somebody_else_put_there_is_a_letter_too() -> None:
    read = letter_or_mark(DETECTIONS.name, 8, None, b"x", [("horus_dlq_offset", b"minus one")], AT)

    assert isinstance(read, Letter)
    assert (read.stage, read.offset, read.reason, read.at) == ("?", -1, "no header says why", AT)


def test_the_record_gets_its_own_headers_back_even_if_it_had_been_rejected_before() -> None:
    once = headers()
    twice = headers(once)

    assert own_headers(once) == OWN
    assert own_headers(twice) == once
    assert own_headers(OWN) == OWN


def test_a_mark_settles_its_letter_and_no_other() -> None:
    found = folded([letter(7, offset=1), letter(8, offset=2), mark(7)])

    assert [(each.number, each.settled) for each in found] == [(7, "retried"), (8, None)]


def test_copies_of_a_letter_are_listed_once_and_settled_together() -> None:
    found = folded([letter(7), letter(8), mark(8)])

    assert [(each.number, each.settled) for each in found] == [(7, "retried")]


def test_two_stages_that_rejected_one_record_have_a_letter_each() -> None:
    found = folded([letter(7, stage="decisions"), letter(8, stage="projections-coverage")])

    assert len(found) == 2
    assert len({each.record for each in found}) == 1


def test_letters_that_no_stage_has_written_are_no_copies_of_each_other() -> None:
    strays = [letter_or_mark(DETECTIONS.name, number, None, b"x", [], AT) for number in (1, 2)]

    assert len(folded(strays)) == 2


@pytest.mark.parametrize(
    ("choice", "fits"),
    [
        (Wanted(), True),
        (Wanted(numbers=frozenset({7})), True),
        (Wanted(numbers=frozenset({8})), False),
        (Wanted(stage="video"), False),
        (Wanted(reason="DOES NOT"), True),
        (Wanted(reason="gone"), False),
        (Wanted(since=AT), True),
        (Wanted(until=AT), False),
        (Wanted(since=AT + timedelta(seconds=1)), False),
    ],
)
def test_a_choice_takes_what_it_names(choice: Wanted, fits: bool) -> None:
    assert choice.fits(letter()) is fits


def test_settled_letters_are_left_out_unless_asked_for() -> None:
    (settled,) = folded([letter(), mark(7)])

    assert not Wanted().fits(settled)
    assert Wanted(settled=True).fits(settled)


def test_a_topic_may_be_named_whole_short_or_by_its_dead_letters() -> None:
    assert lettered("media.frames") == lettered(FRAMES.name) == lettered(FRAMES.dlq) == FRAMES


def test_webhooks_dead_letters_are_said_to_lie_elsewhere() -> None:
    with pytest.raises(BadUse, match="/api/v1/webhooks"):
        lettered("webhooks")


def test_every_compacted_topic_with_dead_letters_lets_the_last_record_win() -> None:
    assert {topic.name for topic in LETTERED if topic.compacted} <= set(LAST_WINS)
    assert all(topic.partitions == 1 for topic in LETTERED if topic.name in LAST_WINS)


def test_a_choice_of_a_topic_is_not_everything() -> None:
    assert wanted(AT, None).everything
    assert not wanted(AT, "ocorrencias").everything
    assert wanted(AT, "ocorrencias").topics == (OCORRENCIAS,)


def test_a_line_of_the_table_begins_with_what_the_other_commands_take() -> None:
    (row,) = table([letter()])

    assert row == "detections 7  2026-11-23 03:12:00Z  decisions  tv1  does not decode"


def test_a_key_cannot_write_to_the_terminal() -> None:
    (row,) = table([msgspec.structs.replace(letter(), key=b"\x1b[2J\xff")])

    assert "\x1b" not in row
    assert r"\x1b[2J\xff" in row


def test_json_tells_where_the_record_lies() -> None:
    told = msgspec.json.decode(line(letter()))

    assert (told["topic"], told["letter"], told["partition"], told["offset"]) == (DETECTIONS.name, 7, 3, 1234)


def test_what_is_json_is_shown_as_json_and_the_rest_as_a_hexdump() -> None:
    as_json = whole(Rejected(letter=letter(), value=b'{"a":[1]}', headers=headers()))
    as_bytes = whole(Rejected(letter=letter(), value=b"\x00rubbish\xff", headers=headers()))

    assert '  "a": [' in as_json
    assert as_bytes[-1] == dump(b"\x00rubbish\xff")[0]
    assert as_bytes[-1].endswith("|.rubbish.|")


def test_only_the_records_own_headers_are_shown_as_such() -> None:
    shown = whole(Rejected(letter=letter(), value=None, headers=headers()))

    assert [each.split()[1] for each in shown if each.startswith("header")] == ["ce_type:", "odd:", "empty:"]
