"""A programme measured as `horus analyze` measures it: scores of picture and sound, and what they cost."""

import threading
import time
from pathlib import Path

import msgspec
import numpy as np

import processors
from processors.analysis.batch import ORIGIN
from processors.analysis.contents import contents_of
from processors.analysis.picture import Picture
from processors.analysis.sound import Sound
from processors.models.installed import installed_model
from processors.models.model import Model
from training.evaluation.kept import code_digest, kept, key_of
from training.evaluation.programmes import Programme
from training.evaluation.scores import KINDS, Kind, Scores

_CODE = Path(processors.__file__).parent


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """The samples of picture or sound of one file; columns have equal length."""

    starts_s: float
    """Media clock (PTS) of what the file's own timeline counts from, as far as this pass knows it."""
    times_s: tuple[float, ...]
    """Start of each sample on the media clock."""
    period_s: float
    scores: dict[str, tuple[float, ...]]
    cpu_s: float
    """User and system time of demuxing, decoding, features and model."""

    def as_scores(self, kind: Kind, zero_s: float) -> Scores:
        """Return the samples as arrays, on the timeline that begins at ``zero_s`` of the media clock."""
        by_class = {name: np.array(column, np.float32) for name, column in self.scores.items()}
        return Scores(kind, np.array(self.times_s, np.float64) - zero_s, self.period_s, by_class)


class Measuring:
    """The models of one evaluation, and the folder of what was measured before."""

    def __init__(self, models: Path | None, cache: Path, kinds: tuple[Kind, ...] = KINDS) -> None:
        """Use the models of a folder (None: the committed ones) for ``kinds``, loaded when needed."""
        self.used: dict[Kind, Model] = {}
        self._kinds = kinds
        self._folder = models
        self._cache = cache
        self._loading = threading.Lock()
        # What can change a score is in these; processors/analysis only carries it.
        opening = _CODE.parent / "infra" / "media_file.py"
        self._code = {kind: code_digest([opening, *(_CODE / kind).glob("*.py")]) for kind in kinds}

    def kinds(self, programme: Programme) -> list[Kind]:
        """Return what of a programme there is to measure."""
        has: dict[Kind, bool] = {"video": programme.truth.has_picture, "audio": programme.truth.has_sound}
        return [kind for kind in self._kinds if has[kind]]

    def model(self, kind: Kind) -> Model:
        """Return the model of a kind. Raises ModelRefused."""
        with self._loading:
            if kind not in self.used:
                self.used[kind] = installed_model(kind, self._folder)
            return self.used[kind]

    def measure(self, programme: Programme, kind: Kind) -> Measured:
        """Return the samples of a programme's picture or sound, measured unless kept from the same before.

        Raises OSError when the file is gone, MediaRefused when it is no media, ModelRefused.
        """
        model = self.model(kind)
        key = key_of(programme.media, kind, model.card.sha256, self._code[kind])
        return kept(self._cache / "scores", key, Measured, lambda: measure_now(programme.media, kind, model))


def measure_now(media: Path, kind: Kind, model: Model) -> Measured:
    """Measure the picture or the default sound of a file. Raises MediaRefused when it cannot be read."""
    # Of this thread: others measure other programmes meanwhile, and no decoder here has threads of its own.
    before = time.thread_time()
    contents = contents_of(media)
    jumps = contents.clock_jumps
    seen = (
        Picture(media, model, clock_jumps=jumps, end_s=contents.end_s)
        if kind == "video"
        else Sound(media, model, None, clock_jumps=jumps)
    )
    # An event without samples tells of a lost signal, which no programme here is about.
    events = [event for event in seen.events() if event.times_s]
    cpu_s = time.thread_time() - before
    begins_s = [(event.segment.start - ORIGIN).total_seconds() for event in events]
    return Measured(
        # The first picture that decodes: the headers' may be one that refers to what is not in the file.
        starts_s=begins_s[0] if kind == "video" and events else contents.start_s,
        times_s=tuple(
            begin_s + time_s
            for begin_s, event in zip(begins_s, events, strict=True)
            for time_s in event.times_s
        ),
        period_s=events[0].period_s if events else 1.0,
        scores={
            each.name: tuple(score for event in events for score in event.scores[each.name])
            for each in model.card.classes
        },
        cpu_s=cpu_s,
    )
