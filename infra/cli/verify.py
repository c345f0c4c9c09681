"""``horus verify``: the tables held against a pure fold of the log."""

from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from infra.cli.exits import FAILED

if TYPE_CHECKING:
    from projections.verify import Verified

Name = Annotated[str | None, typer.Argument(help="Projection: ocorrencias, audit... Default: all.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a projection, a line each.")]


def verify(name: Name = None, as_json: Json = False) -> None:
    """Fold the log in memory, without SQL, and compare with the tables that readers see.

    \b
    horus verify                                every projection
    horus verify ocorrencias                    one of them
    horus verify --json | jq .comparison        for programs

    Exit code 0: the same; 1: there are differences, or a table cannot be told from the log any more.
    """
    from infra.cli.pace import Pace
    from infra.cli.signals import as_interrupts
    from infra.cli.tables import named, never, servers
    from infra.poison import past_of
    from projections.catalogue import PROJECTIONS
    from projections.collector import seldom
    from projections.rebuild_rules import Refused
    from projections.source import KafkaSource
    from projections.verify import verify as verified

    chosen = {name: named(name)} if name is not None else PROJECTIONS
    wrong = False
    with as_interrupts(), servers("verify") as at, seldom():
        for each, make in chosen.items():
            pace = Pace(f"verifying {each}", "events")
            log = KafkaSource(at.kafka, f"verify-{each}")
            try:
                past = past_of(at.kafka, f"projections-{each}", make(1).topics)
                found = verified(
                    make,
                    at.engine,
                    log,
                    buried={**past.settled, **past.open},
                    tell=pace,
                    stopping=never(),
                )
            except Refused as error:
                pace.end()
                if name is not None:
                    raise
                # Of all of them, those whose log is kept for some days cannot be verified: not their fault.
                print(
                    msgspec.json.encode({"projection": each, "refused": str(error)}).decode()
                    if as_json
                    else error
                )
                continue
            finally:
                log.close()
            pace.end()
            wrong = wrong or found.comparison.different > 0
            print(msgspec.json.encode(found).decode() if as_json else words(found), flush=True)
    if wrong:
        raise typer.Exit(FAILED)


def words(found: "Verified") -> str:
    """Return what came of it, in lines for people."""
    at = ", ".join(f"{partition}@{offset}" for partition, offset in found.at.items() if offset)
    compared = found.comparison
    lines = [
        f"{found.projection}_v{found.version} at {at or 'the beginning'}: {found.events:,} events,"
        f" {compared.rows:,} rows, {compared.different:,} different"
    ]
    if found.set_aside:
        lines.append(f"  {found.set_aside:,} records are no events, or are dead letters (`horus dlq`)")
    lines += [f"  {each.words('table', 'log')}" for each in compared.shown]
    return "\n".join(lines)
