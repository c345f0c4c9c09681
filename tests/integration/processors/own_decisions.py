"""The decisions stage on topics of its own: ``python -m tests.integration.processors.own_decisions NAME N``.

The stage, its loop and its settings are those of production; only the names of its topics are others, so that
a test begins with an empty log, an empty state and a group that nobody is in.
"""

import sys

import msgspec

from infra.settings import Settings, load
from processors.decisions.channel import ChannelState
from processors.decisions.stage import Decisions
from processors.stage.app import run_stage
from processors.stage.work import Emitted
from schemas.envelope import Envelope
from schemas.topics import DECISIONS_STATE, DETECTIONS, OCORRENCIAS, STREAM_STATUS, Topic, dead_letters

PARTITIONS = 4


class OwnTopics(msgspec.Struct, frozen=True):
    """What one run of the stage reads and writes."""

    detections: Topic
    status: Topic
    state: Topic
    ocorrencias: Topic

    def all(self) -> tuple[Topic, ...]:
        """Return every topic that must be there, dead letters included."""
        inputs = (self.detections, self.status)
        return (*inputs, *(dead_letters(each) for each in inputs), self.state, self.ocorrencias)


def own_topics(name: str) -> OwnTopics:
    """Return the topics of a run."""

    def own(topic: Topic, partitions: int) -> Topic:
        return msgspec.structs.replace(topic, name=f"{name}.{topic.name}", partitions=partitions)

    return OwnTopics(
        detections=own(DETECTIONS, PARTITIONS),
        status=own(STREAM_STATUS, PARTITIONS),
        state=own(DECISIONS_STATE, PARTITIONS),
        ocorrencias=own(OCORRENCIAS, 1),
    )


class OwnDecisions(Decisions):
    """The stage under a name of its own."""

    def __init__(self, settings: Settings, name: str) -> None:
        super().__init__(settings)
        topics = own_topics(name)
        self.name = name
        self.inputs = (topics.detections, topics.status)
        self.state_topic = topics.state
        self._ocorrencias = topics.ocorrencias

    def fold(self, state: ChannelState | None, envelope: Envelope) -> tuple[ChannelState, Emitted]:
        state, told = super().fold(state, envelope)
        return state, [(self._ocorrencias, event) for _, event in told]


if __name__ == "__main__":
    chosen = load()
    decisions = OwnDecisions(chosen, sys.argv[1])
    # Faust reads the rest of the command line itself.
    number, sys.argv[1:] = int(sys.argv[2]), []
    run_stage(decisions, chosen, number, on_start=decisions.rules.known)
