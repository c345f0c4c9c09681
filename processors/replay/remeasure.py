"""Measuring again with another model: the stored media through the live stage's own code."""

import asyncio
from pathlib import Path
from types import TracebackType
from typing import Any

from infra.media_store import MediaStore
from infra.settings import Settings
from processors.audio.stage import audio_stage
from processors.measuring import MeasuringStage
from processors.models.card import ModelRefused
from processors.models.check import check
from processors.models.folder import DEFAULT_MODELS, models_in
from processors.models.layouts import LAYOUTS
from processors.models.model import Model, load_model
from processors.stage.work import Permanent
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
        self.topic: Topic = FRAMES if picture else AUDIO_CHUNKS
        self._index = FramesIndexed if picture else AudioIndexed
        self._logged = VideoMeasured if picture else AudioMeasured
        self._stage: MeasuringStage[Any, Any] = (
            video_stage(model, store) if picture else audio_stage(model, store)
        )
        self._runner = asyncio.Runner()

    def __enter__(self) -> "Remeasure":
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the loop in which segments are measured."""
        self._runner.close()

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
            ((_, measured),) = self._runner.run(self._stage.work(envelope))
        except Permanent:
            self.missing += 1
            return None
        self.measured += 1
        return measured


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
