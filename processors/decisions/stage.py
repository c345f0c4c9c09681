"""The decisions stage: measures and statuses in, occurrences out, state in the log."""

from infra.settings import Settings
from processors.decisions.channel import ChannelState, decide
from processors.decisions.rules import Rules
from processors.stage.work import Emitted
from schemas.envelope import Envelope
from schemas.topics import DECISIONS_STATE, DETECTIONS, OCORRENCIAS, STREAM_STATUS, Topic


class Decisions:
    """The fold of `processors.decisions.channel` as a stage."""

    name = "decisions"
    inputs: tuple[Topic, ...] = (DETECTIONS, STREAM_STATUS)
    state_topic = DECISIONS_STATE
    state_type = ChannelState

    def __init__(self, settings: Settings) -> None:
        """Decide by these settings."""
        self._rules = Rules(settings)

    def fold(self, state: ChannelState | None, envelope: Envelope) -> tuple[ChannelState, Emitted]:
        """Return the channel's next state and its occurrence events."""
        state, events = decide(state or ChannelState(), envelope.event, self._rules)
        return state, [(OCORRENCIAS, event) for event in events]
