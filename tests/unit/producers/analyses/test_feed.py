"""What the stages are given of a file: two segments at most, each once, whatever was done before."""

import random
from pathlib import Path

import pytest

from producers.analyses.feed import IN_FLIGHT, Feed
from producers.analyses.pieces import Piece, with_ends
from schemas.events.analyses import Judged, Kind

BOTH: frozenset[Kind] = frozenset({"video", "audio"})
NEITHER: frozenset[Kind] = frozenset()


def pieces(*kinds: frozenset[Kind]) -> list[Piece]:
    return with_ends(
        [
            Piece(seq=seq, file=Path(f"{seq}.ts"), start=seq * 90_000, duration=90_000, kinds=each)
            for seq, each in enumerate(kinds)
        ]
    )


def taken(feed: Feed) -> list[int]:
    found = []
    while (piece := feed.take()) is not None:
        found.append(piece.seq)
    return found


def test_no_more_than_two_segments_are_in_flight_whatever_comes_back_first() -> None:
    rng = random.Random(20261123)
    feed = Feed(pieces(*[BOTH] * 40))
    waiting: list[tuple[Kind, int]] = []
    given: list[int] = []
    while len(given) < 40 or waiting:
        for seq in taken(feed):
            given.append(seq)
            waiting += [("video", seq), ("audio", seq)]
        assert feed.in_flight <= IN_FLIGHT == 2
        feed.measured(*waiting.pop(rng.randrange(len(waiting))))

    assert given == list(range(40))
    assert (feed.in_flight, feed.share) == (0, 1.0)


def test_segment_is_in_flight_until_picture_and_sound_are_measured() -> None:
    feed = Feed(pieces(BOTH, BOTH, BOTH))
    assert taken(feed) == [0, 1]

    feed.measured("video", 0)
    assert taken(feed) == []
    feed.measured("audio", 0)
    assert taken(feed) == [2]


def test_what_a_killed_process_had_measured_is_not_given_again() -> None:
    feed = Feed(pieces(BOTH, BOTH, BOTH, BOTH))
    for kind, seq in (("video", 0), ("audio", 0), ("video", 1)):
        feed.measured(kind, seq)  # type: ignore[arg-type]

    assert taken(feed) == [1, 2]


def test_segment_in_which_nothing_is_measured_holds_nothing_up() -> None:
    feed = Feed(pieces(BOTH, NEITHER, NEITHER, BOTH))

    assert taken(feed) == [0, 1, 2, 3]


def test_it_is_decided_when_both_picture_and_sound_are() -> None:
    feed = Feed(pieces(BOTH, frozenset({"video"})))

    feed.judged["audio"] = Judged()
    assert not feed.decided
    feed.judged["video"] = Judged()
    assert feed.decided


@pytest.mark.parametrize("seq", [-1, 2, 99])
def test_words_on_segments_that_the_file_has_not_are_ignored(seq: int) -> None:
    feed = Feed(pieces(BOTH, BOTH))

    feed.measured("video", seq)

    assert feed.share == 0.0


def test_ends_are_marked_where_picture_and_sound_end() -> None:
    laid = pieces(BOTH, frozenset({"video"}), NEITHER)

    assert [(piece.last_of, piece.last) for piece in laid] == [
        (frozenset({"audio"}), False),
        (frozenset({"video"}), False),
        (NEITHER, True),
    ]
