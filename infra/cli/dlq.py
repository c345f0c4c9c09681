"""``horus dlq``: the records that stages rejected, looked at, sent back or given up."""

import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from infra.cli.broker import broker
from infra.cli.dlq_options import (
    Again,
    All,
    Json,
    Numbers,
    OneNumber,
    OneWhere,
    Raw,
    Reason,
    Settled,
    Since,
    Stage,
    Until,
    Where,
    Yes,
)
from infra.cli.exits import BadUse
from infra.clock import now

if TYPE_CHECKING:
    from infra.cli.dlq_wanted import Wanted
    from infra.letters import Letter
    from schemas.topics import Topic

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="List, show, retry and drop the records that were rejected (dead letters).",
)

# Of what these tell of, what was told last holds: a configuration since changed, a key since revoked.
LAST_WINS = ("horus.streams.v1", "horus.admin.v1")
# What takes longer says how far it is.
SAY_EVERY_S = 2.0


@app.command("list")
def list_(
    topic: Where = None,
    since: Since = None,
    until: Until = None,
    stage: Stage = None,
    reason: Reason = None,
    settled: Settled = False,
    as_json: Json = False,
) -> None:
    """List dead letters, oldest first: what each is called, when, who rejected it, its key, and why.

    \b
    horus dlq list                                all that nobody has settled
    horus dlq list detections --since -2h         rejected from horus.detections.v1 in two hours
    horus dlq list --stage decisions --settled    also what was retried or dropped
    horus dlq list --reason 'does not decode' --json | jq .offset
    """
    from infra.cli.dlq_shown import line, table
    from infra.cli.dlq_wanted import wanted

    choice = wanted(now(), topic, since=since, until=until, stage=stage, reason=reason, settled=settled)
    servers = broker()
    found = [letter for each in choice.topics for letter in _chosen(servers, each, choice)]
    if as_json:
        for letter in found:
            print(line(letter))
    elif not found:
        print("No dead letters." if choice.everything else "No such dead letters.")
    else:
        print("\n".join(table(found)))


@app.command("show")
def show(topic: OneWhere, offset: OneNumber, raw: Raw = False) -> None:
    """Show one dead letter: why it was rejected, its headers, and its value as JSON or as a hexdump.

    \b
    horus dlq show detections 12
    horus dlq show detections 12 --raw > rejected.bin     the value, byte for byte
    """
    import msgspec

    from infra.cli.dlq_shown import whole
    from infra.cli.dlq_wanted import Wanted, lettered
    from infra.letter_box import rejected

    where = lettered(topic)
    servers = broker()
    found = next(rejected(servers, where, {offset}), None)
    if found is None:
        raise BadUse(f"{topic} has no dead letter {offset}; `horus dlq list {topic} --settled` lists them")
    if raw:
        sys.stdout.buffer.write(found.value or b"")
        return
    # What became of it is told behind it.
    for letter in _chosen(servers, where, Wanted(numbers=frozenset({offset}), settled=True)):
        found = msgspec.structs.replace(found, letter=letter)
    print("\n".join(whole(found)))


@app.command("retry")
def retry(
    topic: Where = None,
    offset: Numbers = None,
    since: Since = None,
    until: Until = None,
    stage: Stage = None,
    reason: Reason = None,
    everything: All = False,
    again: Again = False,
) -> None:
    """Write rejected records to their topic again, with key, headers and bytes as they were.

    \b
    horus dlq retry detections 12 13              these two
    horus dlq retry --stage video --since -2h     what the video stage rejected in two hours
    horus dlq retry --all                         all that nobody has settled

    A letter is retried once, unless --again. The record goes to the end of its topic: every reader sees it
    there, drops it if it had it before, and takes it as late if it is late (docs/operations.md).
    """
    from infra.cli.dlq_wanted import wanted
    from infra.letter_box import rejected
    from infra.letter_settling import Settler

    choice = wanted(
        now(), topic, numbers=offset, since=since, until=until, stage=stage, reason=reason, settled=again
    )
    _check(choice, everything)
    servers = broker()
    for where in choice.topics:
        found = _chosen(servers, where, choice)
        if where.name in LAST_WINS and not choice.numbers:
            found = _not_overtaken(servers, where, found)
        if found:
            by_record: dict[tuple[int, int], list[Letter]] = {}
            for letter in found:
                by_record.setdefault(letter.record, []).append(letter)
            firsts = {letters[0].number for letters in by_record.values()}
            Settler(servers, where, _Count(len(found))).retry(rejected(servers, where, firsts), by_record)
        _say(where, found, "retried")


@app.command("drop")
def drop(
    topic: Where = None,
    offset: Numbers = None,
    since: Since = None,
    until: Until = None,
    stage: Stage = None,
    reason: Reason = None,
    everything: All = False,
    yes: Yes = False,
) -> None:
    """Give dead letters up. They stay in the log for its thirty days, and are not listed any more.

    \b
    horus dlq drop detections 12
    horus dlq drop --stage video --reason 'no such segment' --yes
    """
    from infra.cli.dlq_wanted import wanted
    from infra.letter_settling import Settler

    choice = wanted(now(), topic, numbers=offset, since=since, until=until, stage=stage, reason=reason)
    _check(choice, everything)
    servers = broker()
    found = [(where, _chosen(servers, where, choice)) for where in choice.topics]
    count = sum(len(letters) for _, letters in found)
    if count and not yes:
        if not sys.stdin.isatty():
            raise BadUse(f"{count} to be dropped: say --yes where nobody can be asked")
        typer.confirm(f"Dead letters to be dropped: {count}. Drop them?", abort=True)
    for where, letters in found:
        if letters:
            Settler(servers, where, _Count(len(letters))).drop(letters)
        _say(where, letters, "dropped")


def _check(choice: "Wanted", everything: bool) -> None:
    if choice.numbers and len(choice.topics) > 1:
        raise BadUse("an offset says nothing without its topic; `horus dlq list` prints both")
    if choice.everything and not everything:
        raise BadUse("say which: a topic, --since, --until, --stage, --reason, or --all")


def _chosen(servers: str, where: "Topic", choice: "Wanted") -> "list[Letter]":
    from infra.letter_box import letters
    from infra.letters import folded

    return [letter for letter in folded(letters(servers, where)) if choice.fits(letter)]


def _not_overtaken(servers: str, where: "Topic", found: "Sequence[Letter]") -> "list[Letter]":
    """Leave out letters whose key has a newer record: a retried one would be the last, and win."""
    from infra.letter_box import newest_by_key

    newest = newest_by_key(servers, where) if found else {}
    fresh = [letter for letter in found if newest.get(letter.key or b"", -1) <= letter.offset]
    if len(fresh) < len(found):
        print(
            f"{where.name}: {len(found) - len(fresh)} left alone: what they are about has a newer record. "
            "Drop them, or retry each by its offset.",
            file=sys.stderr,
        )
    return fresh


class _Count:
    """Says on standard error how far a command is, when it takes long."""

    def __init__(self, whole: int) -> None:
        self._whole, self._done, self._said = whole, 0, time.monotonic()

    def __call__(self, settled: int) -> None:
        self._done += settled
        if time.monotonic() - self._said > SAY_EVERY_S:
            self._said = time.monotonic()
            print(f"{self._done} of {self._whole}", file=sys.stderr)


def _say(where: "Topic", found: "Sequence[Letter]", fate: str) -> None:
    if found:
        print(f"{where.name}: {len(found)} {fate}")
