"""The decisions stage: measures and statuses in, occurrences out, state in the log."""

from collections.abc import Mapping
from datetime import datetime

from infra.settings import Settings
from processors.decisions.channel import ChannelState, decide
from processors.decisions.configured import ChannelRules
from processors.decisions.file import decide_file
from processors.decisions.forgotten import remembered
from processors.stage.work import Emitted
from schemas.envelope import Envelope
from schemas.events import Event
from schemas.names import analysis_of, stores
from schemas.topics import ANALYSES, DECISIONS_STATE, DETECTIONS, OCORRENCIAS, STREAM_STATUS, Topic


class Decisions:
    """The fold of `processors.decisions.channel` as a stage."""

    name = "decisions"
    inputs: tuple[Topic, ...] = (DETECTIONS, STREAM_STATUS)
    state_topic = DECISIONS_STATE
    state_type = ChannelState

    def __init__(self, settings: Settings) -> None:
        """Decide by these settings, and by what is configured of each channel once `rules` are known."""
        self.rules = ChannelRules(settings)

    def fold(self, state: ChannelState | None, envelope: Envelope) -> tuple[ChannelState, Emitted]:
        """Return the channel's next state and its occurrence events; of a file also when it ends."""
        event = envelope.event
        if analysis_of(event.channel) is None:
            state, events = decide(state or ChannelState(), event, self.rules.of(event.channel))
            return state, [(OCORRENCIAS, each) for each in events]
        state, events, decided = decide_file(
            state or ChannelState(), event, self.rules.of(event.channel), envelope.time
        )
        told: list[tuple[Topic, Event]] = []
        if stores(event.channel):
            told += [(OCORRENCIAS, each) for each in events]
        if decided is not None:
            told.append((ANALYSES, decided))
        return state, told

    def kept(self, channels: Mapping[str, ChannelState], now: datetime) -> Mapping[str, ChannelState]:
        """Forget files that were over long ago."""
        return remembered(channels, now)
