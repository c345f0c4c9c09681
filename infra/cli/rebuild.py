"""``horus rebuild``: a projection made anew from the log, and put in place of the one that readers see."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from infra.cli.exits import FAILED, BadUse

if TYPE_CHECKING:
    from projections.rebuild import Outcome

Name = Annotated[str, typer.Argument(help="Projection: ocorrencias, audit, coverage...")]
Version = Annotated[
    int | None, typer.Option("--version", min=1, help="Version to fill. Default: the one after the live one.")
]
DropOld = Annotated[
    bool,
    typer.Option("--drop-old", help="Drop the former tables. Where some are left, that is all it does."),
]
KeepGoing = Annotated[
    bool, typer.Option("--keep-going", help="Also from a log that no longer holds its beginning.")
]
Accept = Annotated[
    bool, typer.Option("--accept-differences", help="Put it in place even if it is not the same.")
]
Restart = Annotated[
    bool, typer.Option("--restart", help="Throw away what an interrupted rebuild has filled, and begin anew.")
]


def rebuild(
    name: Name,
    version: Version = None,
    drop_old: DropOld = False,
    keep_going: KeepGoing = False,
    accept_differences: Accept = False,
    restart: Restart = False,
) -> None:
    """Make a table anew from the log, compare it with the live one, and put it in its place.

    \b
    horus rebuild ocorrencias                fills ocorrencias_v2 beside ocorrencias_v1, compares, swaps
    horus rebuild ocorrencias --drop-old     then, when all is well, drops ocorrencias_v1
    horus rebuild ocorrencias --version 1    back to the former one, as long as it is not dropped
    horus rebuild coverage --keep-going --accept-differences
                                             from what is left of a log that is kept for some days only

    Readers see the live table all the while, then the new one: the swap is one transaction. Interrupted or
    killed, it goes on where it was when it is run again.
    """
    from infra.cli.pace import Pace
    from infra.cli.signals import as_interrupts
    from infra.cli.tables import named, never, servers
    from projections.collector import seldom
    from projections.rebuild import Rebuild, Wish
    from projections.rebuild_swap import drop_others
    from projections.source import KafkaSource

    make = named(name)
    if drop_old and version is not None:
        raise BadUse("--version and --drop-old do not go together: swap first, then drop what is old")
    wish = Wish(
        version=version, keep_going=keep_going, accept_differences=accept_differences, restart=restart
    )
    pace = Pace(f"rebuilding {name}", "events")
    with as_interrupts(), servers("rebuild") as at, seldom():
        if drop_old and _dropped(name, drop_others(at.engine, make(1))):
            return
        log = KafkaSource(at.kafka, f"rebuild-{name}")
        try:
            outcome = Rebuild(make, at.engine, log, wish, tell=pace, stopping=never()).run()
        except KeyboardInterrupt:
            pace.end()
            print("interrupted: the live table is as it was; run it again to go on", file=sys.stderr)
            raise
        pace.end()
        _tell(outcome)
        if not outcome.swapped:
            raise typer.Exit(FAILED)
        if drop_old:
            _dropped(name, drop_others(at.engine, make(1)))


def _tell(outcome: "Outcome") -> None:
    name = outcome.projection
    print(f"{name}_v{outcome.version} holds the log up to the offset of {name}_v{outcome.former}:"
          f" {outcome.events:,} events read")  # fmt: skip
    if outcome.set_aside:
        print(f"{outcome.set_aside:,} of them are no events; they are among the dead letters (`horus dlq`)")
    compared = outcome.comparison
    if compared is None:
        print("not compared: the live table was made from another log, or is empty")
    else:
        print(f"{compared.rows:,} rows compared, {compared.different:,} different")
        for each in compared.shown:
            print(f"  {each.words('live table', 'new table')}")
        if compared.different > len(compared.shown):
            print("  ...")
    if outcome.swapped:
        print(f"readers see {name}_v{outcome.version} now; {name}_v{outcome.former} stays until --drop-old")
    else:
        print(
            f"readers still see {name}_v{outcome.former}: --accept-differences puts the new one in its place"
        )


def _dropped(name: str, versions: list[int]) -> bool:
    for version in versions:
        print(f"dropped {name}_v{version}")
    return bool(versions)
