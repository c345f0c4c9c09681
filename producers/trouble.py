"""What is wrong with a source: a pure judgement of one run of ffmpeg from what was heard of it."""

import msgspec

from producers.sources import CONNECT_TIMEOUT_S, LISTEN_TIMEOUT_S, READ_TIMEOUT_S
from producers.words import Said
from schemas.events.streams import Trouble

# Without a packet for so long the media stalls: the status is out before a signal counts as lost (3 s).
SILENCE_S = 2.5
# Sound this young is still coming: its packets are sent up to 0.4 s together, and may outlive the picture's
# last by as much when all stops.
SOUND_ALIVE_S = 1.0
# A source that has not shown media after this is suspected, whatever the reason turns out to be.
SUSPECT_S = 4.0
# libsrt takes a second to close before ffmpeg tells that its time ran out.
CLOSING_S = 1.0
# Between the end of "nobody called" (2.5 + 1 s) and that of "called, but silent" (4.5 + 1 s or later).
NOBODY_CALLED_S = LISTEN_TIMEOUT_S + CLOSING_S + 1.2
# Longer than every timeout of connecting and reading together: whoever lives on gets bytes, and no media.
NO_MEDIA_S = max(CONNECT_TIMEOUT_S, LISTEN_TIMEOUT_S + CLOSING_S) + READ_TIMEOUT_S + 1.0
# Key frames further apart than this, or than 2.5 of the longest segment so far, are missing.
NO_KEY_FRAME_S = 10.0
# ffmpeg ends by itself after READ_TIMEOUT_S and closing; past that it hangs.
HUNG_S = READ_TIMEOUT_S + CLOSING_S + 1.0


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One run of ffmpeg as far as it was heard of. Times are seconds of a monotonic clock."""

    started: float
    listens: bool = False
    hangs_up: bool = True
    """Whether the source has a connection whose end means something."""
    times_out: bool = True
    """Whether ffmpeg ends by itself when not a byte comes."""
    analyze_s: float = 0.0
    """How long it may look for headers beyond the usual time."""
    opened: float | None = None
    """When the input was open and its streams known."""
    picture: bool = False
    """A picture is among the streams."""
    packet: float | None = None
    """When a packet last came of the track by which segments are cut: the picture, else the sound."""
    sound: float | None = None
    """When a packet last came of a track that does not cut segments."""
    first: float | None = None
    """When the first packet came."""
    flowing: float | None = None
    """Since when packets have been coming without a stall."""
    cut: float | None = None
    """When a segment was last finished."""
    longest_s: float = 0.0
    """Longest segment so far."""
    bad_bytes: float | None = None
    """When ffmpeg last complained of bytes that make no sense."""
    failure: str | None = None
    """The last complaint that says what is wrong: a trouble, ``timeout`` or ``disk``."""
    words: str = ""
    """The line of that complaint, secrets masked."""
    ended: float | None = None
    """When the process was gone, or had written its last."""
    killed_by: int | None = None
    """The signal by which it died, when that was not ours."""


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong, and whether ffmpeg must go."""

    trouble: Trouble
    reason: str
    sure: bool = True
    """False for a first suspicion, which must not replace an earlier, better founded judgement."""
    restart: bool = False


def heard(run: Run, said: Said, now: float) -> Run:
    """Return the run after one more line of ffmpeg's log."""
    change: dict[str, object] = {}
    if said.opened and run.opened is None:
        change["opened"] = now
    if said.stream is not None and said.stream[0] == "Video":
        change["picture"] = True
    if said.over and run.ended is None:
        change["ended"] = now
    if said.bytes_seen:
        change["bad_bytes"] = now
    if said.failure is not None:
        change |= {"failure": said.failure, "words": said.text}
    return msgspec.structs.replace(run, **change) if change else run


def came(run: Run, now: float, *, cuts: bool) -> Run:
    """Return the run after packets came; ``cuts`` tells whether they are of the track that cuts segments."""
    if not cuts:
        return msgspec.structs.replace(run, sound=now)
    stalled = run.packet is None or run.flowing is None or now - run.packet > SILENCE_S
    return msgspec.structs.replace(
        run,
        packet=now,
        first=now if run.first is None else run.first,
        flowing=now if stalled else run.flowing,
    )


def cut(run: Run, now: float) -> Run:
    """Return the run after a segment was finished."""
    since = run.cut if run.cut is not None else run.first if run.first is not None else now
    return msgspec.structs.replace(run, cut=now, longest_s=max(run.longest_s, now - since))


def healthy_s(run: Run, now: float) -> float:
    """Return for how many seconds media has been coming without a stall; 0 when it is not."""
    if run.ended is not None or run.flowing is None or run.packet is None or now - run.packet > SILENCE_S:
        return 0.0
    return now - run.flowing


def diagnose(run: Run, now: float) -> Diagnosis | None:
    """Return what is wrong with the source, None while nothing is (or nothing can be said yet)."""
    if run.ended is not None or (run.failure == "unreachable" and run.opened is None):
        return _why_it_ended(run, run.ended if run.ended is not None else now)
    if run.packet is None:
        return _no_media_yet(run, now)
    silent_s = now - run.packet
    if silent_s > SILENCE_S:
        return _stalled(run, now, silent_s)
    uncut_s = now - (run.cut if run.cut is not None else run.first if run.first is not None else now)
    limit_s = max(NO_KEY_FRAME_S, 2.5 * run.longest_s)
    if uncut_s > limit_s:
        # Twice as long without one: perhaps it is ffmpeg that waits for a clock which stepped back.
        return Diagnosis(
            trouble="undecodable", reason=f"no key frame for {uncut_s:.0f} s", restart=uncut_s > 2 * limit_s
        )
    return None


def _why_it_ended(run: Run, at: float) -> Diagnosis:
    said = f": {run.words}" if run.words else ""
    if run.killed_by is not None:
        # A crash, the kernel short of memory, an operator: the source may be well.
        return Diagnosis(
            trouble="no_data", reason=f"ffmpeg was killed by signal {run.killed_by}{said}", restart=True
        )
    if run.failure == "disk":
        # Not the source's fault, yet nobody watches it: that must be seen, with the reason.
        return Diagnosis(trouble="no_data", reason=f"Horus cannot write media{said}", restart=True)
    if run.failure == "timeout":
        if run.packet is not None:
            return Diagnosis(trouble="no_data", reason="the source went silent", restart=True)
        if run.listens and at - run.started < NOBODY_CALLED_S:
            return Diagnosis(trouble="unreachable", reason="nobody calls", restart=True)
        return Diagnosis(trouble="no_data", reason="connected, but not a byte comes", restart=True)
    if run.failure == "unreachable":
        return Diagnosis(trouble="unreachable", reason=f"no connection{said}", restart=True)
    if not run.hangs_up and run.failure is None and not _rubbish(run, at - READ_TIMEOUT_S):
        return Diagnosis(trouble="no_data", reason="no datagrams come", restart=True)
    if run.packet is not None:
        return Diagnosis(trouble="unreachable", reason="the source hung up", restart=True)
    if run.failure == "undecodable" or run.opened is not None or run.bad_bytes is not None:
        return Diagnosis(trouble="undecodable", reason=f"no media in the bytes{said}", restart=True)
    return Diagnosis(trouble="unreachable", reason="the source hung up before any media came", restart=True)


def _no_media_yet(run: Run, now: float) -> Diagnosis | None:
    age_s = now - run.started
    if age_s < SUSPECT_S:
        return None
    hung = age_s > NO_MEDIA_S + run.analyze_s + HUNG_S
    if run.opened is not None:
        if now - run.opened < SUSPECT_S:
            return None
        reason = "no key frame yet" if run.picture else "headers, but no packets"
        stuck = now - run.opened > NO_KEY_FRAME_S + HUNG_S and run.sound is None
        return Diagnosis(trouble="undecodable", reason=reason, restart=stuck)
    if _rubbish(run, now):
        return Diagnosis(trouble="undecodable", reason="bytes, but no media in them", restart=hung)
    if age_s > NO_MEDIA_S and run.times_out:
        return Diagnosis(trouble="undecodable", reason="bytes, but no headers of media in them", restart=hung)
    if run.listens and age_s < NOBODY_CALLED_S:
        return None
    return Diagnosis(trouble="no_data", reason="no media yet", sure=False, restart=hung)


def _stalled(run: Run, now: float, silent_s: float) -> Diagnosis:
    hung = silent_s > HUNG_S
    if run.sound is not None and now - run.sound < SOUND_ALIVE_S:
        return Diagnosis(trouble="undecodable", reason="sound, but no picture any more", restart=hung)
    if _rubbish(run, now):
        return Diagnosis(trouble="undecodable", reason="bytes, but no media in them any more", restart=hung)
    return Diagnosis(
        trouble="no_data", reason=f"nothing for {silent_s:.1f} s", sure=run.failure != "timeout", restart=hung
    )


def _rubbish(run: Run, at: float) -> bool:
    """Tell whether bytes without sense were coming at a moment; a few, long ago, are no sign of life."""
    return run.bad_bytes is not None and at - run.bad_bytes < SILENCE_S
