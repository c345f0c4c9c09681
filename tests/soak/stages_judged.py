"""What each stage made of its input, by doing it again purely: nothing left out, nothing of its own. Pure."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from infra.settings import Settings
from processors.decisions.channel import ChannelState, decide
from processors.decisions.rules import Rules
from schemas.envelope import event_id
from schemas.events import (
    AudioIndexed,
    AudioMeasured,
    Event,
    EvidenceAttached,
    FramesIndexed,
    OcorrenciaClosed,
    OcorrenciaEscalated,
    OcorrenciaOpened,
    SegmentRecorded,
    VideoMeasured,
)
from schemas.ocorrencia import Ocorrencia
from tests.soak.finding import Finding
from tests.soak.harvest import Told
from tests.soak.script import Script

DECIDED = (OcorrenciaOpened, OcorrenciaEscalated, OcorrenciaClosed)
OF_SEGMENTS = (SegmentRecorded, FramesIndexed, AudioIndexed, VideoMeasured, AudioMeasured)


def every_segment(script: Script, events: Sequence[Told]) -> list[Finding]:
    """Return whether the log has every segment of the script, and what each stage says of it."""
    seen: dict[tuple[type[Event], str], set[int]] = defaultdict(set)
    for each in events:
        event = each.envelope.event
        if isinstance(event, OF_SEGMENTS) and event.channel in script.channels:
            seen[type(event), event.channel].add(event.segment.seq)
    wanted = set(range(script.lasts_s))
    findings = []
    for kind in OF_SEGMENTS:
        breaches = [
            f"{channel}: {_numbers(missing)}"
            for channel in script.channels
            if (missing := wanted - seen[kind, channel])
        ]
        findings.append(
            Finding(
                asked=f"segments without {kind.__name__}",
                looked_at=script.lasts_s * len(script.channels),
                breaches=tuple(breaches),
            )
        )
    return findings


def decided_purely(script: Script, measures: Sequence[Told], settings: Settings) -> dict[str, Event]:
    """Return the occurrence events that follow from the measures of the log, by id: the fold of the stage."""
    rules = Rules(settings)
    states: dict[str, ChannelState] = {}
    found: dict[str, Event] = {}
    for each in measures:
        event = each.envelope.event
        if event.channel not in script.channels:
            continue
        state = states.get(event.channel, ChannelState())
        states[event.channel], emitted = decide(state, event, rules)
        found.update({event_id(one): one for one in emitted})
    return found


def decisions_judged(expected: Mapping[str, Event], events: Sequence[Told], script: Script) -> list[Finding]:
    """Return whether the decisions of the log are those, each told in the same words however often."""
    told: dict[str, Event] = {}
    different = []
    for each in events:
        event = each.envelope.event
        if not isinstance(event, DECIDED) or event.channel not in script.channels:
            continue
        if told.setdefault(each.envelope.id, event) != event:
            different.append(f"{event.TYPE} {event.channel} {event.fault.type} @{each.offset}")
    for name in expected.keys() & told.keys():
        if expected[name] != told[name]:
            different.append(f"{_named(told[name])}: not as the fold has it")
    return [
        Finding(
            asked="decisions that the log's measures ask for, missing",
            looked_at=len(expected),
            breaches=tuple(_named(expected[name]) for name in expected.keys() - told.keys()),
        ),
        Finding(
            asked="decisions that nothing asks for",
            looked_at=len(told),
            breaches=tuple(_named(told[name]) for name in told.keys() - expected.keys()),
        ),
        Finding(
            asked="decisions in other words than the fold's",
            looked_at=len(told),
            breaches=tuple(different),
        ),
    ]


def evidence_judged(occurrences: Mapping[str, Ocorrencia], events: Sequence[Told]) -> Finding:
    """Return whether every occurrence that closed got its whole clip, and the same one however often."""
    clips: dict[str, str | None] = {}
    breaches = []
    for each in events:
        event = each.envelope.event
        if isinstance(event, EvidenceAttached) and event.final:
            clip = event.evidence.clip_path
            if clips.setdefault(event.uid, clip) != clip:
                breaches.append(f"{event.channel} {event.uid}: two clips")
    closed = [each for each in occurrences.values() if each.status == "encerrada"]
    breaches += [f"{each.channel} {each.type} {each.start_ts}" for each in closed if not clips.get(each.uid)]
    return Finding(asked="closed occurrences without a clip", looked_at=len(closed), breaches=tuple(breaches))


def _named(event: Event) -> str:
    fault = f" {event.fault.type} {event.fault.start_ts}" if isinstance(event, DECIDED) else ""
    return f"{event.TYPE} {event.channel}{fault}"


def _numbers(missing: set[int]) -> str:
    some = ", ".join(map(str, sorted(missing)[:8]))
    return f"{len(missing)} missing ({some}{', ...' if len(missing) > 8 else ''})"
