"""Which analyses are worked on: from the log alone, short ones not behind long ones."""

from producers.analyses.book import Book, next_of
from schemas.events import AnalysisFailed, AnalysisFinished, AnalysisProgressed, Event
from tests.unit.producers.analyses.asked import T0, requested

SHORT_S = 30.0


def book_of(*events: Event) -> Book:
    book = Book()
    for event in events:
        book.take(event)
    return book


def test_requested_and_neither_finished_nor_failed_is_to_be_done() -> None:
    first, second, third = requested(1), requested(2), requested(3)
    book = book_of(
        first,
        second,
        third,
        AnalysisProgressed(channel=first.channel, at=T0, percent=40),
        AnalysisFinished(channel=second.channel, at=T0, judged={}),
        AnalysisFailed(channel=third.channel, at=T0, reason="no"),
    )

    assert list(book.pending) == [first]


def test_request_that_is_read_again_after_its_end_is_not_done_again() -> None:
    first = requested(1)
    book = book_of(first, AnalysisFinished(channel=first.channel, at=T0, judged={}), first)

    assert list(book.pending) == []


def test_media_goes_of_what_failed_and_of_what_stores_nothing() -> None:
    kept, trial, failed = requested(1), requested(2, stores=False), requested(3)
    book = book_of(
        *(kept, trial, failed),
        AnalysisFinished(channel=kept.channel, at=T0, judged={}),
        AnalysisFinished(channel=trial.channel, at=T0, judged={}),
        AnalysisFailed(channel=failed.channel, at=T0, reason="no"),
    )

    assert book.left == {trial.channel, failed.channel}


def test_short_file_does_not_wait_for_a_long_one() -> None:
    long, longer, short = requested(1, 3600), requested(2, 7200), requested(3)

    assert next_of([long, longer, short], [long], SHORT_S) == short


def test_second_long_file_waits_for_the_first() -> None:
    long, longer = requested(1, 3600), requested(2, 7200)

    assert next_of([long, longer], [], SHORT_S) == long
    assert next_of([long, longer], [long], SHORT_S) is None


def test_third_file_waits_for_two() -> None:
    files = [requested(number) for number in range(3)]

    assert next_of(files, files[:2], SHORT_S) is None
    assert next_of(files, files[1:2], SHORT_S) == files[0]
