"""What the WebSocket clients wrote down against what the log says that they should have heard. Pure."""

from collections.abc import Sequence

from schemas.events.ocorrencias import OcorrenciaEvent
from schemas.ocorrencia import BEGINNINGS, Ocorrencia, fold
from tests.soak.finding import Finding
from tests.soak.harvest import Told
from tests.soak.recording import About, Message


def expected(events: Sequence[Told]) -> list[Message]:
    """Return one message for each event that changed an occurrence, in the order of the log."""
    states: dict[str, Ocorrencia] = {}
    messages = []
    for each in events:
        event = each.envelope.event
        if not isinstance(event, OcorrenciaEvent):
            continue
        before = states.get(event.uid)
        after = fold(before, event, event_id=each.envelope.id, offset=each.offset, time=each.envelope.time)
        if after is None or after is before:
            continue
        states[event.uid] = after
        if isinstance(event, BEGINNINGS):
            kind = "nova_ocorrencia"
        elif before is not None and before.status != after.status:
            kind = "ocorrencia_encerrada"
        else:
            kind = "ocorrencia_atualizada"
        about = About(id=after.id, uid=after.uid, status=after.status, version=after.version)
        messages.append(Message(type=kind, cursor=each.offset, data=about))
    return messages


def resuming_judged(wanted: Sequence[Message], connections: Sequence[Sequence[Message]]) -> Finding:
    """Return whether the client that goes on by its cursor has heard everything, once, in order."""
    heard = [message for connection in connections for message in connection]
    return Finding(
        asked=f"WebSocket, resumed {max(0, len(connections) - 1)} times: gaps, repeats, other words",
        looked_at=len(heard),
        breaches=tuple(_differences(wanted, heard)),
    )


def steady_judged(wanted: Sequence[Message], connections: Sequence[Sequence[Message]]) -> Finding:
    """Return whether the client without a cursor has heard, in each of its connections, all from the first
    message on that came."""
    places = {message.cursor: number for number, message in enumerate(wanted)}
    breaches = []
    for number, heard in enumerate(connections):
        if not heard:
            continue
        first = places.get(heard[0].cursor)
        if first is None:
            breaches.append(f"connection {number} begins with cursor {heard[0].cursor}, which tells nothing")
            continue
        breaches += _differences(wanted[first : first + len(heard)], heard)
    return Finding(
        asked=f"WebSocket, {len(connections)} connections without a cursor: gaps, repeats, other words",
        looked_at=sum(map(len, connections)),
        breaches=tuple(breaches),
    )


def _differences(wanted: Sequence[Message], heard: Sequence[Message]) -> list[str]:
    """Return the first place at which two recordings part, and by how much they differ in length."""
    for number, (one, other) in enumerate(zip(wanted, heard, strict=False)):
        if one != other:
            return [f"message {number}: {other} instead of {one}"]
    if len(wanted) != len(heard):
        return [f"{len(heard)} messages instead of {len(wanted)}"]
    return []
