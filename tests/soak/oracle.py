"""The oracle: reads the whole log in the end, folds it purely, and compares with everything that was told."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Engine

from schemas.topics import (
    AUDIO_CHUNKS,
    DETECTIONS,
    FRAMES,
    OCORRENCIAS,
    SEGMENTS,
    TOPICS,
    dead_letters,
)
from tests.soak.finding import Finding
from tests.soak.harvest import Told, records, told
from tests.soak.letters_judged import letters_judged
from tests.soak.on_time_line import folded, judged
from tests.soak.poison import Poison
from tests.soak.recording import Client
from tests.soak.recordings_judged import expected, resuming_judged, steady_judged
from tests.soak.script import Script, injections
from tests.soak.stages_judged import decided_purely, decisions_judged, every_segment, evidence_judged
from tests.soak.system import System
from tests.soak.tables_judged import rows_judged, verified


class Log(msgspec.Struct, frozen=True, kw_only=True):
    """What of the log the oracle looks at."""

    media: list[Told]
    """Segments, frames and audio chunks."""
    measures: list[Told]
    occurrences: list[Told]


def read(bootstrap_servers: str) -> Log:
    """Read the log. Raises KafkaException when the broker is away."""

    def of(*topics: object) -> list[Told]:
        return [
            each for topic in TOPICS if topic in topics for each in told(records(bootstrap_servers, topic))
        ]

    return Log(
        media=of(SEGMENTS, FRAMES, AUDIO_CHUNKS),
        measures=of(DETECTIONS),
        occurrences=of(OCORRENCIAS),
    )


def judge_log(log: Log, script: Script, system: System) -> list[Finding]:
    """Return what the log itself says: every segment, every decision, every fault, every clip."""
    every = folded(log.occurrences)
    occurrences = {uid: each for uid, each in every.items() if each.channel in script.channels}
    return [
        *judged(injections(script), occurrences.values()),
        *every_segment(script, [*log.media, *log.measures]),
        *decisions_judged(decided_purely(script, log.measures, system.settings), log.occurrences, script),
        evidence_judged(occurrences, log.occurrences),
    ]


def judge_tables(log: Log, engine: Engine, system: System) -> list[Finding]:
    """Return whether the tables are the log's fold."""
    return [rows_judged(engine, folded(log.occurrences)), verified(system)]


def judge_letters(bootstrap_servers: str, poison: Sequence[Poison]) -> list[Finding]:
    """Return whether all poison, and nothing else, lies in the dead letters."""
    letters = [
        letter
        for topic in TOPICS
        if topic.has_dlq
        for letter in records(bootstrap_servers, dead_letters(topic))
    ]
    return letters_judged(poison, letters)


def judge_clients(log: Log, resuming: Client, steady: Client) -> list[Finding]:
    """Return whether the two clients heard what they should have."""
    wanted = expected(log.occurrences)
    return [resuming_judged(wanted, resuming.connections), steady_judged(wanted, steady.connections)]
