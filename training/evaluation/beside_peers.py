"""Horus and ffmpeg's filters side by side, on the same sample of programmes."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import msgspec

from training.evaluation.figures import Case, Figures, by_type
from training.evaluation.kept import kept, key_of
from training.evaluation.match import judge
from training.evaluation.peer_alarms import NUMBERED, BestCase, best_case
from training.evaluation.peers import PICTURE_FILTERS, SOUND_FILTERS, PeerRun, run_peers
from training.evaluation.programmes import Programme

FILTER_OF = {
    "freeze": "freezedetect",
    "fade": "blackdetect",
    "borrado": "blurdetect",
    "bloco": "blockdetect",
    "ausencia_audio": "silencedetect",
}
"""The filter that looks for a fault type; there is none for the others."""


class BesidePeers(msgspec.Struct, frozen=True, kw_only=True):
    """Both on one sample of programmes."""

    programmes: int
    hours: float
    ours: tuple[Figures, ...]
    """By type, ``all`` at the end, as are theirs."""
    theirs: tuple[Figures, ...]
    our_cpu_s: float
    their_cpu_s: float
    thresholds: dict[str, float]
    """Of blurdetect and blockdetect by fault type, chosen with the truth of this sample in hand."""


def sample(programmes: Sequence[Programme], minutes: float) -> list[Programme]:
    """Return programmes of so many minutes in all: half of it faulted, half healthy.

    Drawn by a hash of their names: always the same ones, and mostly the same while a set still grows.
    """
    drawn = sorted(programmes, key=lambda each: hashlib.sha256(each.media.name.encode()).digest())
    chosen: list[Programme] = []
    for healthy in (False, True):
        room_s = minutes * 60 / 2
        for programme in drawn:
            if programme.truth.healthy is healthy and room_s > 0:
                chosen.append(programme)
                room_s -= programme.truth.duration_s
    return chosen


def ask_peers(ffmpeg: Path, programme: Programme, cache: Path) -> PeerRun:
    """Run ffmpeg's filters on a programme, or return what they said before. Raises PeerFailed, OSError."""
    key = key_of(programme.media, str(ffmpeg), PICTURE_FILTERS, SOUND_FILTERS)
    return kept(cache / "peers", key, PeerRun, lambda: run_peers(ffmpeg, programme.media, programme.truth))


def compare(ours: Sequence[Case], our_cpu_s: float, runs: Sequence[PeerRun]) -> BesidePeers:
    """Return the figures of both; ``runs`` are of the programmes of ``ours``, in the same order."""
    truths = [case.truth for case in ours]
    best = [best_case(type_, runs, truths) for type_ in NUMBERED]
    theirs = [_their_case(case, index, runs[index], best) for index, case in enumerate(ours)]
    return BesidePeers(
        programmes=len(ours),
        hours=sum(truth.duration_s for truth in truths) / 3600,
        ours=tuple(by_type(ours)),
        theirs=tuple(by_type(theirs)),
        our_cpu_s=our_cpu_s,
        their_cpu_s=sum(run.cpu_s for run in runs),
        thresholds={each.type: each.threshold for each in best},
    )


def _their_case(case: Case, index: int, run: PeerRun, best: Sequence[BestCase]) -> Case:
    alarms = [*run.alarms, *(alarm for each in best for alarm in each.alarms[index])]
    return Case(
        file=case.file,
        truth=case.truth,
        types=case.types,
        verdict=judge(case.truth, alarms, case.types),
    )
