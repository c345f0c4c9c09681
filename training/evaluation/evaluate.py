"""The evaluation itself: every programme measured, decided and judged; the peers on a sample of them."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from rich.console import Console
from rich.progress import track

from processors.columns import thresholds
from training.evaluation.alarms import Alarm, alarms_of
from training.evaluation.beside_peers import BesidePeers, ask_peers, compare, sample
from training.evaluation.figures import Case
from training.evaluation.match import judge
from training.evaluation.measuring import Measuring
from training.evaluation.programmes import Programme, types_in

# Into a pipe a line now and then: programmes take a second or so each, ffmpeg's filters five.
_TELL_EVERY = 25

Result = TypeVar("Result")


@dataclass(frozen=True)
class Judged:
    """A programme, its verdict and what measuring it cost."""

    programme: Programme
    case: Case
    cpu_s: float


def judge_all(programmes: Sequence[Programme], measuring: Measuring, jobs: int) -> list[Judged]:
    """Measure and judge each programme, ``jobs`` at a time, with progress on stderr.

    Raises OSError when a file is gone, MediaRefused when it is no media, ModelRefused.
    """
    with ThreadPoolExecutor(jobs, thread_name_prefix="measuring") as pool:
        judged = pool.map(lambda programme: judge_one(programme, measuring), programmes)
        return list(_with_progress(judged, len(programmes), "measuring"))


def judge_one(programme: Programme, measuring: Measuring) -> Judged:
    """Measure and judge one programme, for the types that its models know."""
    measured = {kind: measuring.measure(programme, kind) for kind in measuring.kinds(programme)}
    alarms: list[Alarm] = []
    known: set[str] = set()
    for kind, samples in measured.items():
        # The picture, where there is one, is first: both count from its first frame.
        zero_s = next(iter(measured.values())).starts_s
        alarms += alarms_of(samples.as_scores(kind, zero_s), thresholds(measuring.model(kind)))
        known |= samples.scores.keys()
    types = tuple(name for name in types_in(programme.truth) if name in known)
    verdict = judge(programme.truth, alarms, types)
    case = Case(file=programme.media.name, truth=programme.truth, types=types, verdict=verdict)
    return Judged(programme, case, sum(each.cpu_s for each in measured.values()))


def set_beside_peers(judged: Sequence[Judged], ffmpeg: Path, cache: Path, minutes: float) -> BesidePeers:
    """Run ffmpeg's filters on a sample of the programmes, and compare. Raises PeerFailed, OSError."""
    of_file = {each.programme.media: each for each in judged}
    drawn = [of_file[each.media] for each in sample([one.programme for one in judged], minutes)]
    runs = (ask_peers(ffmpeg, each.programme, cache) for each in drawn)
    told = list(_with_progress(runs, len(drawn), "ffmpeg's filters"))
    return compare([each.case for each in drawn], sum(each.cpu_s for each in drawn), told)


def _with_progress(results: Iterable[Result], count: int, what: str) -> Iterator[Result]:
    """Yield results, telling on stderr how far it is: a bar on a terminal, lines elsewhere."""
    console = Console(stderr=True)
    if console.is_terminal:
        yield from track(results, what, total=count, console=console)
        return
    for number, result in enumerate(results):
        if number % _TELL_EVERY == 0:
            console.print(f"{what}: {number + 1} of {count} programmes")
        yield result
