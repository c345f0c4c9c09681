"""Reading what earlier versions wrote: an old event becomes today's, one version at a time. Pure."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

import msgspec

from schemas.events.admin import CommandDone
from schemas.events.earlier import CommandDoneV1
from schemas.events.event import Event

Old = TypeVar("Old", bound=Event)


class Upcaster(msgspec.Struct, Generic[Old], frozen=True, kw_only=True):
    """From one version of an event to the next. Total: whatever decodes as ``old`` has a successor."""

    old: type[Old]
    new: Callable[[Old], Event]


def _command_done(old: CommandDoneV1) -> CommandDone:
    return CommandDone.of(
        old.action, old.target, by=old.by, at=old.at, command_id=old.command_id, detail=old.detail
    )


UPCASTERS: tuple[Upcaster[Any], ...] = (Upcaster(old=CommandDoneV1, new=_command_done),)
EARLIER: dict[str, type[Event]] = {each.old.TYPE: each.old for each in UPCASTERS}
"""CloudEvents type -> struct, for every version that nobody writes any more."""

_NEXT: dict[str, Callable[[Any], Event]] = {each.old.TYPE: each.new for each in UPCASTERS}


def upgraded(event: Event) -> Event:
    """Return an event as today's code knows it: the same object, unless its version is an earlier one."""
    while (step := _NEXT.get(event.TYPE)) is not None:
        event = step(event)
    return event


def name_and_version(kind: str) -> tuple[str, int]:
    """Return ``("horus.CommandDone", 2)`` for ``horus.CommandDone.v2``. Raises ValueError for other forms."""
    name, _, version = kind.rpartition(".v")
    if not name or not version.isdecimal():
        raise ValueError(f"{kind!r} is not of the form horus.<Name>.v<number>")
    return name, int(version)
