"""``horus topics``: the topics on the broker beside the contract."""

import sys
from collections import defaultdict
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from infra.cli.broker import broker
from infra.cli.exits import FAILED, BadUse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from infra.topic_drift import Difference
    from infra.topics import OnBroker
    from schemas.topics import Topic

PREFIX = "horus."
PARTITIONS = "partitions"
Json = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
Reconcile = Annotated[
    bool, typer.Option("--reconcile", help="Create what is missing and set what differs; deletes nothing.")
]
Yes = Annotated[
    bool, typer.Option("--yes", help="Do not ask, even where the broker may then drop records that it keeps.")
]


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A topic, as ``--json`` prints it."""

    name: str
    contract: dict[str, str] | None
    """Settings and partitions that it should have; None: the contract does not know it."""
    broker: dict[str, str] | None
    """The same ones as the broker has them; None: it is missing."""
    differences: tuple[str, ...] = ()


def topics(as_json: Json = False, reconcile: Reconcile = False, yes: Yes = False) -> None:
    """Print every topic of Horus: what the contract wants of it, and how the broker has it.

    \b
    horus topics                     a table; exit code 1 when something differs
    horus topics --json              the same for programs
    horus topics --reconcile         create what is missing, set what differs; asks before records may go
    horus topics --reconcile --yes   without asking

    Nothing is ever deleted, and partitions are left alone: what to do about them is printed.
    """
    from infra.topic_drift import differences, unknown
    from infra.topics import on_broker
    from schemas.topics import all_topics

    servers, contract = broker(), all_topics()
    if reconcile:
        _reconcile(servers, contract, yes)
    present = on_broker(servers, PREFIX)
    found = differences(contract, present)
    listed = rows(contract, present, found, unknown(contract, present))
    if as_json:
        print(msgspec.json.encode(listed).decode())
    else:
        print("\n".join(table(listed)))
    for each in found:
        if each.advice:
            print(f"horus: {each.topic}: {each.words}; {each.advice}", file=sys.stderr)
    if found:
        if not reconcile:
            print(f"horus: {len(found)} differences: `horus topics --reconcile`", file=sys.stderr)
        raise typer.Exit(FAILED)


def _reconcile(servers: str, contract: "Sequence[Topic]", yes: bool) -> None:
    """Make the broker agree, but for what is to be done by hand. Says each step on standard error."""
    from infra.topic_drift import Repair, differences
    from infra.topics import create_missing, on_broker, set_config

    found = differences(contract, on_broker(servers, PREFIX))
    lossy = [each for each in found if each.repair is Repair.LOSE]
    if lossy and not yes:
        _ask(lossy)
    for name in create_missing(servers, topics=tuple(contract)):
        print(f"created {name}", file=sys.stderr)
    wanted: dict[str, dict[str, str]] = defaultdict(dict)
    for each in found:
        if each.repair in (Repair.SET, Repair.LOSE):
            wanted[each.topic][each.setting] = each.wanted
    set_config(servers, wanted)
    for topic, settings in wanted.items():
        told = ", ".join(f"{name}={value}" for name, value in settings.items())
        print(f"set {topic}: {told}", file=sys.stderr)


def _ask(lossy: "Sequence[Difference]") -> None:
    """Ask before the broker may drop records. Raises BadUse when nobody is there, or he says no."""
    for each in lossy:
        print(f"{each.topic}: {each.words}: the broker may then drop records that it keeps", file=sys.stderr)
    if not sys.stdin.isatty():
        raise BadUse("nothing was changed: say --yes to let records go")
    if not typer.confirm("Change it?", err=True):
        raise BadUse("nothing was changed")


def rows(
    contract: "Iterable[Topic]",
    present: "Mapping[str, OnBroker]",
    found: "Iterable[Difference]",
    unknown: "Iterable[str]",
) -> list[Listed]:
    """Return every topic of the contract, then those that it does not know."""
    said: dict[str, list[str]] = defaultdict(list)
    for each in found:
        said[each.topic].append(each.words)
    known = [
        Listed(
            name=topic.name,
            contract={PARTITIONS: str(topic.partitions), **topic.config()},
            broker=_shown(present.get(topic.name), topic.config()),
            differences=tuple(said[topic.name]),
        )
        for topic in contract
    ]
    plain = ("cleanup.policy", "retention.ms")
    return known + [Listed(name=name, contract=None, broker=_shown(present[name], plain)) for name in unknown]


def _shown(there: "OnBroker | None", settings: "Iterable[str]") -> dict[str, str] | None:
    if there is None:
        return None
    return {PARTITIONS: str(there.partitions), **{name: there.config.get(name, "") for name in settings}}


def table(listed: "Iterable[Listed]") -> list[str]:
    """Return the topics as lines for people."""
    cells = [("TOPIC", "PARTITIONS", "KEEPS", "POLICY", "ON THE BROKER")]
    for each in listed:
        shown = each.contract or each.broker or {}
        state = "; ".join(each.differences) or ("as it should be" if each.contract else "not of the contract")
        cells.append(
            (each.name, shown[PARTITIONS], kept(shown["retention.ms"]), shown["cleanup.policy"], state)
        )
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]


def kept(retention_ms: str) -> str:
    """Return a retention in words: ``7 d``, ``36 h``, ``for ever``."""
    if not retention_ms.isdecimal():
        return "for ever"
    hours = int(retention_ms) / 3_600_000
    return f"{hours / 24:g} d" if hours % 24 == 0 else f"{hours:g} h"
