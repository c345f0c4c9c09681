"""A whole file judged: measured as live watching measures, decided as live watching decides."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from infra.media_file import MediaRefused
from infra.settings import Settings
from processors.analysis.batch import CHANNEL, ORIGIN
from processors.analysis.contents import Contents, contents_of
from processors.analysis.finding import Finding
from processors.analysis.picture import Picture
from processors.analysis.sound import Sound
from processors.analysis.verdict import Verdict, fold, tell
from processors.decisions.channel import ChannelState, decide, finish
from processors.decisions.rules import Rules
from processors.models.installed import installed_model
from processors.models.model import Model
from schemas.events import AudioMeasured, VideoMeasured
from schemas.events.detections import Measured
from schemas.faults import FAULTS, SEM_SINAL, Category

# A picture that decodes sooner than a loss of signal counts is the first of the file; before it nothing is
# missed.
_FIRST_WITHIN_S = SEM_SINAL.onset_s

Progress = Callable[[float], None]
"""Takes the seconds of the file that are judged so far."""
Models = Callable[[Category], Model]
"""Gives the model of the picture or of the sound."""


def models_of(settings: Settings) -> Models:
    """Return the models of an installation; asked for one that cannot be used, it raises ModelRefused."""
    return lambda category: installed_model(
        category.value, settings.horus_models, settings.horus_tflite_runtime
    )


@dataclass(frozen=True)
class Health:
    """How the decoder fared."""

    frames: int
    frames_failed: int
    """Refused by the decoder, or concealed."""
    chunks: int
    """Of sound."""
    chunks_failed: int
    blind: bool
    """A picture was to be judged, and none of it decoded."""
    deaf: bool
    """A sound was to be judged, and none of it decoded."""
    judged_s: float
    """How far on the file's timeline anything was seen or heard."""


class Analysis:
    """The analysis of one file: look at ``contents``, take the ``findings``, then ask for ``health``."""

    def __init__(
        self,
        media: Path,
        rules: Rules,
        model: Models,
        *,
        types: Collection[str] | None = None,
        track: int | None = None,
    ) -> None:
        """Look into the file and load the models that it needs.

        ``types``: the fault types to tell, None for all; what none of them needs is not decoded.
        ``track``: the sound track to judge, from 1; None for the file's default. Raises MediaRefused when
        the file cannot be read or has no such track, and what ``model`` raises.
        """
        self.contents: Contents = contents_of(media)
        self._types = FAULTS.keys() if types is None else types
        if track is not None and not 1 <= track <= self.contents.sound_tracks:
            raise MediaRefused(f"{media}: no sound track {track}; it has {self.contents.sound_tracks}")
        categories = {FAULTS[name].category for name in self._types}
        self._rules = rules
        self._picture = self._sound = None
        there = self.contents
        if there.has_picture and categories & {Category.VIDEO, Category.SINAL}:
            self._picture = Picture(
                media, model(Category.VIDEO), clock_jumps=there.clock_jumps, end_s=there.end_s
            )
        if there.sound_tracks and Category.AUDIO in categories:
            self._sound = Sound(media, model(Category.AUDIO), track, clock_jumps=there.clock_jumps)
        self._start_s: float | None = None
        self._reached_s = float("-inf")
        self._samples, self._suspicion = 0, 0.0

    @property
    def health(self) -> Health:
        """Return how the decoder has fared so far."""
        seen = self._picture.tally if self._picture is not None else None
        heard = self._sound.tally if self._sound is not None else None
        return Health(
            frames=seen.decoded if seen is not None else 0,
            frames_failed=seen.failed if seen is not None else 0,
            chunks=heard.decoded if heard is not None else 0,
            chunks_failed=heard.failed if heard is not None else 0,
            blind=seen is not None and not seen.decoded,
            deaf=heard is not None and not heard.decoded,
            judged_s=max(self._reached_s - self._zero, 0.0),
        )

    @property
    def suspicion(self) -> float:
        """Return the mean score of what was likeliest at each sample so far, 0..1; 1 without samples."""
        return self._suspicion / self._samples if self._samples else 1.0

    def findings(self, on_progress: Progress | None = None) -> Iterator[Finding]:
        """Yield the faults as soon as each is over, in the order of their start; at most once.

        Memory does not grow with the file. Never raises on damaged media.
        """
        state, verdict, known_s = ChannelState(), Verdict(), float("-inf")
        for event, known_s in self._events():
            self._note_start(event)
            self._reached_s = max(self._reached_s, (event.segment.end - ORIGIN).total_seconds())
            self._samples += len(event.times_s)
            self._suspicion += sum(map(max, zip(*event.scores.values(), strict=True)))
            state, events = decide(state, event, self._rules)
            verdict, ripe = tell(fold(verdict, events), known_s)
            yield from self._told(ripe)
            if on_progress is not None:
                on_progress(known_s - self._zero)
        _, events = finish(state, CHANNEL, self._rules)
        yield from self._told(tell(fold(verdict, events), float("inf"))[1])

    def _events(self) -> Iterator[tuple[Measured, float]]:
        """Yield what is seen and heard, whichever is behind first, and up to where both are known."""
        sources: list[Iterator[VideoMeasured] | Iterator[AudioMeasured]] = []
        if self._picture is not None:
            sources.append(self._picture.events())
        if self._sound is not None:
            sources.append(self._sound.events())
        reached_s = [float("-inf")] * len(sources)
        while any(each < float("inf") for each in reached_s):
            behind = reached_s.index(min(reached_s))
            event = next(sources[behind], None)
            reached_s[behind] = float("inf")
            if event is not None:
                reached_s[behind] = (event.segment.end - ORIGIN).total_seconds()
                yield event, min(reached_s)

    @property
    def _zero(self) -> float:
        return self.contents.start_s if self._start_s is None else self._start_s

    def _note_start(self, event: Measured) -> None:
        """Count from the first picture that decodes, if it comes as soon as the headers say."""
        if self._start_s is None and isinstance(event, VideoMeasured):
            first_s = (event.segment.start - ORIGIN).total_seconds()
            late = not 0.0 <= first_s - self.contents.start_s < _FIRST_WITHIN_S
            self._start_s = self.contents.start_s if late else first_s

    def _told(self, findings: list[Finding]) -> Iterator[Finding]:
        """Yield what was asked for on the file's own timeline; what was over before its zero is not in it."""
        for each in findings:
            start_s, end_s = max(each.start_s - self._zero, 0.0), each.end_s - self._zero
            if each.type in self._types and end_s > start_s:
                yield msgspec.structs.replace(each, start_s=round(start_s, 3), end_s=round(end_s, 3))
