"""Arguments and options of ``horus dlq``."""

from typing import Annotated

import typer

Where = Annotated[
    str | None,
    typer.Argument(metavar="TOPIC", help="Topic that rejected them, or what comes between horus. and .v1."),
]
OneWhere = Annotated[str, typer.Argument(metavar="TOPIC", help="Topic, as `horus dlq list` prints it.")]
Numbers = Annotated[
    list[int] | None,
    typer.Argument(metavar="OFFSET", help="Only these, as `horus dlq list` prints them after the topic."),
]
OneNumber = Annotated[int, typer.Argument(metavar="OFFSET", min=0, help="Number, as printed behind it.")]
Since = Annotated[
    str | None, typer.Option(help="Only those rejected since: -2h, yesterday, 2026-11-22T03:00Z.")
]
Until = Annotated[str | None, typer.Option(help="Only those rejected before: as for --since.")]
Stage = Annotated[str | None, typer.Option(help="Only those that this stage rejected, e.g. decisions.")]
Reason = Annotated[
    str | None, typer.Option(help="Only those with this in their reason; capitals do not count.")
]
Settled = Annotated[bool, typer.Option("--settled", help="Also those that were retried or dropped.")]
Again = Annotated[bool, typer.Option("--again", help="Also those that were retried or dropped before.")]
All = Annotated[bool, typer.Option("--all", help="All there are; needed where no other choice is given.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]
Raw = Annotated[bool, typer.Option("--raw", help="The bytes of the value alone, as they were.")]
