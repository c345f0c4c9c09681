"""The dead letters against the poison that was given: each drop byte for byte, and nothing else. Pure."""

from collections.abc import Sequence

from tests.soak.finding import Finding
from tests.soak.harvest import Record
from tests.soak.poison import Poison

PREFIX = "horus_dlq_"

Place = tuple[str, int, int]


def letters_judged(poison: Sequence[Poison], letters: Sequence[Record]) -> list[Finding]:
    """Return whether every drop became a letter as it was, and every letter is of a drop."""
    given: dict[Place, Poison] = {(each.topic, each.partition, each.offset): each for each in poison}
    buried: dict[Place, list[Record]] = {}
    for letter in letters:
        buried.setdefault(place_of(letter), []).append(letter)
    missing, changed = [], []
    for place, drop in given.items():
        found = buried.get(place, [])
        if not found:
            missing.append(_words(place))
        # Each reader of a topic writes a letter of its own, and again after a crash: all must be whole.
        changed += [_words(place) for letter in found if not _whole(letter, drop)]
    innocent = [_words(place) for place in buried.keys() - given.keys()]
    return [
        Finding(asked="poison without a dead letter", looked_at=len(given), breaches=tuple(missing)),
        Finding(asked="dead letters not byte for byte", looked_at=len(letters), breaches=tuple(changed)),
        Finding(asked="dead letters of good events", looked_at=len(letters), breaches=tuple(innocent)),
    ]


def place_of(letter: Record) -> Place:
    """Return where the rejected record lies, as the letter's headers say."""
    said = {name: value.decode() for name, value in letter.headers if value and name.startswith(PREFIX)}
    return said[f"{PREFIX}topic"], int(said[f"{PREFIX}partition"]), int(said[f"{PREFIX}offset"])


def _whole(letter: Record, drop: Poison) -> bool:
    own = tuple((name, value) for name, value in letter.headers if not name.startswith(PREFIX))
    return (letter.key, letter.value, own) == (drop.key, drop.value, drop.headers)


def _words(place: Place) -> str:
    topic, partition, offset = place
    return f"{topic}[{partition}]@{offset}"
