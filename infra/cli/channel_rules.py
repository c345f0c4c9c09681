"""The rules of one channel as they are written on a command line."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, get_args
from zoneinfo import available_timezones

import msgspec

from infra.cli.exits import BadUse
from schemas.events.streams import Day, Mute, MuteOnce, MuteWeekly
from schemas.faults import FAULTS, SEM_SINAL

if TYPE_CHECKING:
    from schemas.events import StreamConfigured

DAYS: tuple[Day, ...] = get_args(Day)
_WEEKLY = re.compile(
    r"(?P<days>daily|[a-z,]+) (?P<start>[0-9:]{5,8})-(?P<end>[0-9:]{5,8}) (?P<zone>[A-Za-z0-9_+/-]+)"
)
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?")
SCORED = frozenset(FAULTS) - {SEM_SINAL.name}
"""Fault types that a model scores: a lost signal has no threshold, and ends with the first media."""
# The bounds of the installation's own settings (infra/settings/chosen.py).
SHARE, DELAY = (0.0, 1.0), (0.2, 3600.0)
MUTE_FORMS = (
    "'mon,tue 23:30-05:00 America/Sao_Paulo', 'daily 02:00-03:00 UTC', or 'FROM/TO' in ISO 8601 with offset"
)


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """What a command line says of a channel's rules; None: nothing."""

    thresholds: list[str] | None = None
    onsets: list[str] | None = None
    clears: list[str] | None = None
    mutes: list[str] | None = None
    unmute: bool = False
    disable: list[str] | None = None
    enable: list[str] | None = None
    labels: list[str] | None = None


def wished(configured: "StreamConfigured", wishes: Wishes) -> "StreamConfigured":
    """Return a configuration with some rules changed; what is not spoken of stays. Raises BadUse.

    ``fade=`` takes a threshold or a delay away, so that the installation's holds again; ``--mute`` adds to
    the mutes that are there unless ``unmute`` removes them first; labels replace those that are there.
    """
    mutes = () if wishes.unmute else configured.mutes
    disabled = dict.fromkeys((*configured.disabled, *_faults(wishes.disable or [])))
    for name in _faults(wishes.enable or []):
        disabled.pop(name, None)
    return msgspec.structs.replace(
        configured,
        thresholds=_numbers(configured.thresholds, wishes.thresholds, SCORED, SHARE),
        onsets=_numbers(configured.onsets, wishes.onsets, frozenset(FAULTS), DELAY),
        clears=_numbers(configured.clears, wishes.clears, SCORED, DELAY),
        mutes=(*mutes, *map(mute, wishes.mutes or [])),
        disabled=tuple(disabled),
        labels=configured.labels if wishes.labels is None else tuple(dict.fromkeys(wishes.labels)),
    )


def mute(text: str) -> Mute:
    """Return the mute that a text means. Raises BadUse, which shows the forms there are."""
    weekly = _WEEKLY.fullmatch(text.strip())
    try:
        return _once(text) if weekly is None else _weekly(weekly)
    except ValueError as error:
        raise BadUse(f"--mute {text!r}: {error}; write {MUTE_FORMS}") from error


def _weekly(found: re.Match[str]) -> MuteWeekly:
    days = DAYS if found["days"] == "daily" else tuple(found["days"].split(","))
    known = tuple(day for day in DAYS if day in days)
    if set(known) != set(days):
        raise ValueError(f"days are {', '.join(DAYS)}")
    if not (_TIME.fullmatch(found["start"]) and _TIME.fullmatch(found["end"])):
        raise ValueError("times are HH:MM, from 00:00 to 23:59")
    if found["zone"] not in available_timezones():
        raise ValueError(f"{found['zone']} is no time zone")
    return MuteWeekly(days=known, start=found["start"], end=found["end"], zone=found["zone"])


def _once(text: str) -> MuteOnce:
    first, slash, last = text.partition("/")
    if not slash:
        raise ValueError("it is neither a weekly window nor a stretch of time")
    start, end = datetime.fromisoformat(first.strip()), datetime.fromisoformat(last.strip())
    if start.tzinfo is None or end.tzinfo is None:
        raise ValueError("a time without an offset says nothing")
    if start >= end:
        raise ValueError("it must end after it begins")
    return MuteOnce(start=start, end=end)


def _faults(names: Iterable[str]) -> list[str]:
    for name in names:
        if name not in FAULTS:
            raise BadUse(f"{name!r} is no fault type; there are {', '.join(FAULTS)}")
    return list(names)


def _numbers(
    present: dict[str, float], given: list[str] | None, names: frozenset[str], bounds: tuple[float, float]
) -> dict[str, float]:
    """Return numbers by fault type after some ``type=number`` were given."""
    after = dict(present)
    low, high = bounds
    for text in given or []:
        name, equals, number = text.partition("=")
        if name not in names or not equals:
            raise BadUse(f"{text!r}: write TYPE=NUMBER; types are {', '.join(sorted(names))}")
        if not number:
            after.pop(name, None)
            continue
        try:
            value = float(number)
        except ValueError as error:
            raise BadUse(f"{text!r}: {number!r} is no number") from error
        if not low <= value <= high:
            raise BadUse(f"{text!r}: the number must lie between {low:g} and {high:g}")
        after[name] = value
    return after
