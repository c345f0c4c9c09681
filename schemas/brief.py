"""Events for those who fold them into states: what an alarm rests on, and plain measures, are passed over.

They are most of an event's bytes, and kept for people and for looking into.
What is not read is not checked either, but for being there; all else is as strict as ever. Written by the
types of `schemas.events` alone.
"""

import msgspec

from schemas.events import (
    AudioMeasured,
    Event,
    OcorrenciaClosed,
    OcorrenciaEscalated,
    OcorrenciaOpened,
    VideoMeasured,
)


class _Named(msgspec.Struct, frozen=True, gc=False):
    """A model, of which the name is read."""

    name: str


class _Grounds(msgspec.Struct, frozen=True, gc=False):
    """What an alarm rests on, of which the model is read: an occurrence shows it."""

    model: _Named | None = None


class _Unread(msgspec.Struct, frozen=True, gc=False):
    """An object that is there, and not looked at."""


class _Opened(OcorrenciaOpened, frozen=True, kw_only=True):
    why: _Grounds  # type: ignore[assignment]  # the part of it that a fold asks for


class _Escalated(OcorrenciaEscalated, frozen=True, kw_only=True):
    why: _Unread  # type: ignore[assignment]  # no fold asks for it


class _Closed(OcorrenciaClosed, frozen=True, kw_only=True):
    why: _Unread  # type: ignore[assignment]  # no fold asks for it


class _Seen(VideoMeasured, frozen=True, kw_only=True):
    measures: _Unread  # type: ignore[assignment]  # decided is by scores


class _Heard(AudioMeasured, frozen=True, kw_only=True):
    measures: _Unread  # type: ignore[assignment]  # decided is by scores


BRIEF: dict[str, type[Event]] = {each.TYPE: each for each in (_Opened, _Escalated, _Closed, _Seen, _Heard)}
"""CloudEvents type -> struct, for those of which less is read."""
