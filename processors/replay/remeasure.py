"""Measuring again with another model: the stored media through the live stage's own code."""

import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from infra.media_store import MediaStore
from infra.settings import Settings
from processors.audio.stage import audio_stage
from processors.measuring import MeasuringStage, stored
from processors.models.card import ModelRefused
from processors.models.check import check
from processors.models.folder import DEFAULT_MODELS, models_in
from processors.models.layouts import LAYOUTS
from processors.models.model import Model, load_model
from processors.replay.ahead import Ahead
from processors.replay.records import Read
from processors.stage.work import Permanent
from processors.video.decoded import Decoded
from processors.video.stage import video_stage
from schemas.envelope import Envelope
from schemas.events import AudioIndexed, AudioMeasured, Event, FramesIndexed, VideoMeasured
from schemas.topics import AUDIO_CHUNKS, FRAMES, Topic


class Remeasure:
    """Stands in for the live picture or sound stage; use it as a context."""

    def __init__(self, model: Model, store: MediaStore) -> None:
        """Measure with ``model`` what lies in ``store``."""
        self.model = model
        self.measured, self.missing = 0, 0
        picture = model.card.category == "video"
        # Sound is fetched ahead only: what its decoder makes of a segment depends on the one before.
        load = (lambda uri: Decoded(store.read(uri))) if picture else stored(store)
        self._ahead = Ahead[Read](self._segment, load, os.cpu_count() or 1)
        self.topic: Topic = FRAMES if picture else AUDIO_CHUNKS
        self._index = FramesIndexed if picture else AudioIndexed
        self._logged = VideoMeasured if picture else AudioMeasured
        self._stage: MeasuringStage[Any, Any] = (
            video_stage(model, self._ahead.media) if picture else audio_stage(model, self._ahead.media)
        )

    def __enter__(self) -> "Remeasure":
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the threads in which segments are decoded."""
        self._ahead.close()

    def ahead_of(self, reads: Iterator[Read]) -> Iterator[Read]:
        """Yield what is read, while the media of what comes next is fetched and decoded."""
        return self._ahead.over(reads)

    def instead_of(self, envelope: Envelope) -> Event | None:
        """Return what is decided: new measures for an index, nothing for the logged ones, else the event.

        A segment whose media is gone is counted, and nothing comes of it.
        """
        event = envelope.event
        if isinstance(event, self._logged):
            return None
        if not isinstance(event, self._index):
            return event
        try:
            # In this thread, and not in the stage's pool: Ctrl-C while a pool starts its first thread leaves
            # that one waiting for ever, and Python waiting for it.
            measured = self._stage.measured(event)
        except Permanent:
            self.missing += 1
            return None
        self.measured += 1
        return measured

    def _segment(self, read: Read) -> str | None:
        event = read.envelope.event
        return event.segment.uri if isinstance(event, self._index) else None


def checked_model(named: str, settings: Settings) -> Model:
    """Load a model by its file, or an installed one by the name of its file without ``.tflite``.

    A word without a slash and without a suffix is such a name. Raises ModelRefused with everything that does
    not fit, NoRuntime.
    """
    path = Path(named)
    if "/" not in named and not path.suffix:
        path = _installed(named, settings)
    found = check(path, LAYOUTS, settings.horus_tflite_runtime)
    if not found.fits:
        told = "; ".join(f"{each.what}: {each.text}" for each in found.findings)
        raise ModelRefused(f"{path}: {told}")
    return load_model(path, settings.horus_tflite_runtime)


def _installed(name: str, settings: Settings) -> Path:
    folders = [folder for folder in (settings.horus_models, DEFAULT_MODELS) if folder is not None]
    paths = [each.path for folder in folders for each in models_in(folder)]
    for path in paths:
        if path.stem == name:
            return path
    there = ", ".join(sorted({path.stem for path in paths}))
    raise ModelRefused(f"no installed model is called {name!r}; there are: {there}")
