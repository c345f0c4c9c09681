"""Events as the measuring stages and the ingest write them, for tests of what is decided from them."""

from datetime import UTC, datetime, timedelta

import msgspec

from schemas.events import AudioMeasured, StreamStatusChanged, VideoMeasured
from schemas.events.detections import ModelUsed
from schemas.events.media import SegmentRef
from schemas.events.streams import State, Trouble

T0 = datetime(2026, 11, 22, 12, tzinfo=UTC)
EPOCH = "20261122T120000.000Z"
MODEL = ModelUsed(name="picture", version="1", sha256="a" * 64)
FPS = 5
SCORES = {"#": 1.0, "?": 0.55, ".": 0.0}


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def segment(seq: int, epoch: str = EPOCH, channel: str = "tv1") -> SegmentRef:
    """One second of media; segment ``seq`` starts ``seq`` seconds after T0."""
    return SegmentRef(
        channel=channel,
        epoch=epoch,
        seq=seq,
        uri=f"media://{channel}/{epoch}/{seq:08d}.ts",
        size=1000,
        sha256="b" * 64,
        start=at(seq),
        start_pts=seq * 90_000,
        duration_s=1.0,
    )


def picture(
    seq: int, *, freeze: float = 0.0, fade: float = 0.0, decoded: int = 25, epoch: str = EPOCH
) -> VideoMeasured:
    """One second of picture: five looks at it, each in the middle of its fifth, of the same scores."""
    samples = FPS if decoded else 0
    return VideoMeasured(
        channel="tv1",
        segment=segment(seq, epoch),
        times_s=tuple((index + 0.5) / FPS for index in range(samples)),
        period_s=1 / FPS,
        scores={"freeze": (freeze,) * samples, "fade": (fade,) * samples},
        measures={},
        model=MODEL,
        expected=25,
        decoded=decoded,
    )


def pictures(**lines: str) -> list[VideoMeasured]:
    """Picture measured second by second: a line a class, a sign a sample (see SCORES)."""
    return [
        msgspec.structs.replace(
            picture(seq),
            times_s=tuple((index + 0.5) / FPS for index in range(len(part))),
            scores={
                name: tuple(SCORES[line[seq * FPS + index]] for index in part) for name, line in lines.items()
            },
        )
        for seq, part in _seconds(FPS, lines)
    ]


def sounds(**lines: str) -> list[AudioMeasured]:
    """Sound measured second by second, two samples each, written as in ``pictures``."""
    return [
        msgspec.structs.replace(
            sound(seq),
            times_s=tuple(index / 2 for index in range(len(part))),
            scores={
                name: tuple(SCORES[line[seq * 2 + index]] for index in part) for name, line in lines.items()
            },
        )
        for seq, part in _seconds(2, lines)
    ]


def _seconds(rate: int, lines: dict[str, str]) -> list[tuple[int, range]]:
    (length,) = {len(line) for line in lines.values()}
    return [(start // rate, range(min(rate, length - start))) for start in range(0, length, rate)]


def sound(seq: int, silence: float = 0.0) -> AudioMeasured:
    """One second of sound, two samples of the same score."""
    return AudioMeasured(
        channel="tv1",
        segment=segment(seq),
        times_s=(0.0, 0.5),
        period_s=0.5,
        scores={"ausencia_audio": (silence, silence)},
        measures={},
        model=MODEL,
        expected=47,
        decoded=47,
    )


def status(seconds: float, state: State, since: float, trouble: Trouble | None = None) -> StreamStatusChanged:
    return StreamStatusChanged(
        channel="tv1",
        state=state,
        trouble=trouble,
        since=at(since),
        observed_at=at(seconds),
        reason="connection refused" if trouble else "",
    )
