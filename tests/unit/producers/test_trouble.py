"""What is wrong with a source, judged from what was heard of ffmpeg."""

import msgspec

from producers.trouble import (
    HUNG_S,
    NO_KEY_FRAME_S,
    NO_MEDIA_S,
    NOBODY_CALLED_S,
    SILENCE_S,
    SUSPECT_S,
    Diagnosis,
    Run,
    came,
    cut,
    diagnose,
    healthy_s,
    heard,
)
from producers.words import said

REFUSED = said("[tcp @ 0x5b] [error] Connection to tcp://h:1 failed: Connection refused")
TIMED_OUT = said("[in#0 @ 0x5b] [error] Error opening input: Connection timed out")
RUBBISH = said("[in#0 @ 0x5b] [warning] changing packet size to 192")
OPENED = said("[info] Input #0, mpegts, from 'srt://h:1':")
PICTURE = said("[info]   Stream #0:0[0x100]: Video: h264 (High), yuv420p")
OVER = said("[out#0/segment @ 0x5b] [info] video:846KiB audio:31KiB")


def flowing(start: float, end: float, gop: float = 1.0, *, run: Run | None = None) -> Run:
    """A run in which pictures came from ``start`` to ``end``, 25 a second, cut each ``gop`` seconds."""
    run = heard(heard(run or Run(started=start), OPENED, start), PICTURE, start)
    for frame in range(round((end - start) * 25) + 1):
        now = start + frame / 25
        run = came(run, now, cuts=True)
        if frame and frame % round(gop * 25) == 0:
            run = cut(run, now)
    return run


def told(run: Run, now: float) -> str | None:
    diagnosis = diagnose(run, now)
    return diagnosis.trouble if diagnosis else None


def found(run: Run, now: float) -> Diagnosis:
    diagnosis = diagnose(run, now)
    assert diagnosis is not None
    return diagnosis


def test_nothing_is_wrong_while_media_comes() -> None:
    run = flowing(0, 20)
    assert told(run, 20.1) is None
    assert healthy_s(run, 20.1) > 20


def test_connecting_is_no_trouble_yet() -> None:
    assert told(Run(started=0), SUSPECT_S - 0.1) is None


def test_a_refused_connection_is_told_at_once() -> None:
    diagnosis = found(heard(Run(started=0), REFUSED, 0.1), 0.1)
    assert (diagnosis.trouble, diagnosis.restart) == ("unreachable", True)
    assert "Connection refused" in diagnosis.reason


def test_a_listener_that_nobody_calls_differs_from_a_silent_caller_by_when_it_ends() -> None:
    run = heard(Run(started=0, listens=True), TIMED_OUT, 3.6)
    assert told(heard(run, OVER, 3.6), 3.7) == "unreachable"
    late = heard(Run(started=0, listens=True), TIMED_OUT, NOBODY_CALLED_S + 0.7)
    assert told(heard(late, OVER, NOBODY_CALLED_S + 0.7), NOBODY_CALLED_S + 0.8) == "no_data"


def test_a_caller_whose_reading_timed_out_was_connected() -> None:
    run = heard(heard(Run(started=0), TIMED_OUT, 5.0), OVER, 5.0)
    assert told(run, 5.0) == "no_data"


def test_before_it_is_known_what_is_wrong_it_is_only_a_suspicion() -> None:
    assert not found(Run(started=0), SUSPECT_S + 0.1).sure


def test_rubbish_is_undecodable_as_long_as_it_comes() -> None:
    run = Run(started=0)
    for tenth in range(60):
        run = heard(run, RUBBISH, tenth / 10)
    assert told(run, 6.0) == "undecodable"
    assert told(run, 5.9 + SILENCE_S + 0.1) == "no_data"


def test_outliving_every_timeout_means_bytes_without_media() -> None:
    diagnosis = found(Run(started=0), NO_MEDIA_S + 0.1)
    assert (diagnosis.trouble, diagnosis.sure, diagnosis.restart) == ("undecodable", True, False)
    assert NO_MEDIA_S < 10


def test_ffmpeg_that_hangs_is_restarted() -> None:
    assert found(Run(started=0), NO_MEDIA_S + HUNG_S + 0.1).restart
    stalled = flowing(0, 5)
    assert not found(stalled, 5 + SILENCE_S + 0.1).restart
    assert found(stalled, 5 + HUNG_S + 0.1).restart


def test_sound_without_a_key_frame_is_undecodable() -> None:
    run = heard(heard(Run(started=0), OPENED, 0.2), PICTURE, 0.2)
    for second in range(6):
        run = came(run, float(second), cuts=False)
    assert told(run, 5.1) == "undecodable"


def test_a_stall_is_told_before_a_signal_counts_as_lost() -> None:
    run = flowing(0, 5)
    assert told(run, 5 + SILENCE_S - 0.1) is None
    assert told(run, 5 + SILENCE_S + 0.1) == "no_data"
    assert SILENCE_S < 3


def test_sound_packets_that_outlive_the_picture_by_a_breath_are_no_sound() -> None:
    run = came(flowing(0, 5), 5.4, cuts=False)
    assert told(run, 5 + SILENCE_S + 0.1) == "no_data"


def test_picture_lost_while_sound_goes_on_is_undecodable() -> None:
    run = came(flowing(0, 5), 7.5, cuts=False)
    assert told(run, 7.6) == "undecodable"


def test_media_that_turns_into_rubbish_is_undecodable() -> None:
    run = heard(flowing(0, 5), RUBBISH, 7.5)
    assert told(run, 7.7) == "undecodable"


def test_a_source_that_hangs_up_is_unreachable() -> None:
    assert told(heard(flowing(0, 5), OVER, 5.1), 5.1) == "unreachable"


def test_ffmpeg_that_was_killed_is_not_taken_for_a_source_that_hung_up() -> None:
    run = msgspec.structs.replace(flowing(0, 5), ended=5.1, killed_by=9)

    diagnosis = found(run, 5.1)

    assert diagnosis.trouble == "no_data"
    assert "killed by signal 9" in diagnosis.reason
    assert diagnosis.restart


def test_datagrams_cannot_hang_up() -> None:
    run = flowing(0, 5, run=Run(started=0, hangs_up=False))
    assert told(heard(run, OVER, 9.5), 9.5) == "no_data"
    assert told(heard(Run(started=0, hangs_up=False), OVER, 4.5), 4.5) == "no_data"


def test_where_ffmpeg_has_no_timeout_a_long_silence_is_not_taken_for_bytes() -> None:
    assert told(Run(started=0, hangs_up=False, times_out=False), NO_MEDIA_S + 1) == "no_data"


def test_a_full_disk_is_told_as_such() -> None:
    run = heard(flowing(0, 5), said("[segment @ 0x5b] [error] x.ts: No space left on device"), 5.1)
    diagnosis = found(heard(run, OVER, 5.2), 5.2)
    assert "No space left" in diagnosis.reason
    assert diagnosis.restart


def test_key_frames_may_be_as_far_apart_as_they_were() -> None:
    run = flowing(0, 24, gop=8.0)
    assert told(came(run, 40.0, cuts=True), 40.0) is None
    assert told(came(run, 24 + 20.5, cuts=True), 24 + 20.5) == "undecodable"
    usual = flowing(0, 5)
    assert told(came(usual, 5 + NO_KEY_FRAME_S + 1, cuts=True), 5 + NO_KEY_FRAME_S + 1) == "undecodable"


def test_what_a_dying_run_flushes_is_no_recovery() -> None:
    run = came(flowing(0, 5), 9.0, cuts=True)
    assert healthy_s(run, 9.1) < 0.5
    assert healthy_s(heard(run, OVER, 9.2), 9.2) == 0.0
