"""The occurrences of the log against the script: lost, doubled, invented, or told of another time. Pure."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from schemas.events.ocorrencias import OcorrenciaEvent
from schemas.ocorrencia import Ocorrencia, fold
from tests.soak.finding import Finding
from tests.soak.harvest import Told
from tests.soak.script import Injection

# How far from the script's moments an occurrence of the same type on its channel is still that fault: two of
# one type lie more than 10 s apart.
NEAR = timedelta(seconds=3)
# By how much a right start and end may differ from the script's. A picture is sampled five times a second,
# and the models need a look or two to be sure of a beginning; sound is judged by blocks of a second, every
# quarter of one. Undisturbed, this programme's faults are found within 0.55 s (`horus analyze`): so much is
# the model's, and twice as much is wrong.
TOLERANCE = timedelta(seconds=1)


def folded(events: Sequence[Told]) -> dict[str, Ocorrencia]:
    """Return every occurrence of the log by uid, by the fold of the contract alone."""
    states: dict[str, Ocorrencia] = {}
    for each in events:
        event = each.envelope.event
        if not isinstance(event, OcorrenciaEvent):
            continue
        after = fold(
            states.get(event.uid),
            event,
            event_id=each.envelope.id,
            offset=each.offset,
            time=each.envelope.time,
        )
        if after is not None:
            states[event.uid] = after
    return states


def judged(script: Iterable[Injection], occurrences: Iterable[Ocorrencia]) -> list[Finding]:
    """Return what became of every fault that was on air, and of everything that was told."""
    on_air = list(script)
    rest = list(occurrences)
    known: set[str] = set()
    lost, doubled, wrong, open_ones = [], [], [], []
    whole = [each for each in on_air if each.whole]
    for fault in on_air:
        mine = [each for each in rest if _same(each, fault)]
        known.update(each.uid for each in mine)
        if not fault.whole:
            continue
        if not mine:
            lost.append(_words(fault))
        elif len(mine) > 1:
            doubled.append(f"{_words(fault)}: {len(mine)} occurrences")
        else:
            wrong += _differences(fault, mine[0])
            if mine[0].status != "encerrada":
                open_ones.append(_words(fault))
    strangers = [f"{each.channel} {each.type} {each.start_ts}" for each in rest if each.uid not in known]
    return [
        Finding(asked="occurrences lost", looked_at=len(whole), breaches=tuple(lost)),
        Finding(asked="occurrences doubled or split", looked_at=len(whole), breaches=tuple(doubled)),
        Finding(asked="occurrences of nothing on air", looked_at=len(rest), breaches=tuple(strangers)),
        Finding(
            asked=f"wrong start or end (by {TOLERANCE.total_seconds():g} s or more)",
            looked_at=len(whole),
            breaches=tuple(wrong),
        ),
        Finding(asked="occurrences never closed", looked_at=len(whole), breaches=tuple(open_ones)),
    ]


def _same(each: Ocorrencia, fault: Injection) -> bool:
    return (
        (each.channel, each.type) == (fault.channel, fault.type)
        and each.start_ts <= fault.end + NEAR
        and each.end_ts >= fault.start - NEAR
    )


def _differences(fault: Injection, found: Ocorrencia) -> list[str]:
    sides = {"start": found.start_ts - fault.start, "end": found.end_ts - fault.end}
    return [
        f"{_words(fault)}: {side} off by {off.total_seconds():+.2f} s"
        for side, off in sides.items()
        if abs(off) >= TOLERANCE
    ]


def _words(fault: Injection) -> str:
    return f"{fault.channel} {fault.type} {fault.start.isoformat(timespec='milliseconds')}"
