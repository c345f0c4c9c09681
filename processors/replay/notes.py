"""What a reader of a replay should know of what it could not know. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from processors.replay.again import Again
from processors.replay.asked import Asked
from processors.replay.configured import ConfiguredThen
from schemas.faults import Category

# A segment and the models' look-ahead: less than this between a window's edge and its measures is nothing.
EDGE = timedelta(seconds=15)
_WORDS = {Category.VIDEO: "picture", Category.AUDIO: "sound"}


def notes(
    asked: Asked,
    channels: Sequence[Again],
    rules: ConfiguredThen,
    changed: Mapping[str, str],
    undecodable: int,
) -> tuple[str, ...]:
    """Return what to know, a sentence each."""
    said: list[str] = []
    known = {each.channel for each in channels}
    said += [
        f"{name}: the log holds no measures of this window"
        for name in dict.fromkeys(asked.channels)
        if name not in known
    ]
    if not asked.channels and not channels:
        said.append("the log holds no measures of this window")
    since_s, until_s = asked.since.timestamp(), asked.until.timestamp()
    for each in channels:
        said += _of_measures(asked, each)
        said += rules.notes(each.channel, since_s, until_s, changed)
    if undecodable:
        said.append(f"{undecodable} records in the log are no events of the contract and were passed over")
    return tuple(said)


def _of_measures(asked: Asked, channel: Again) -> Iterable[str]:
    """Tell where the measures of a channel begin or end within the window."""
    alike: dict[str, list[str]] = {}
    for kind, word in _WORDS.items():
        if kind not in channel.reached:
            continue
        first, last = channel.first[kind], channel.reached[kind]
        bounds = []
        if first > asked.since + EDGE:
            bounds.append(f"begin at {_second(first)}")
        if last < asked.until - EDGE:
            bounds.append(f"end at {_second(last)}")
        if bounds:
            alike.setdefault(" and ".join(bounds), []).append(word)
    for bounds_told, words in alike.items():
        yield f"{channel.channel}: the measures of its {' and '.join(words)} {bounds_told}"


def _second(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
