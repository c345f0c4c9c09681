"""The options of ``horus channels``, each said once."""

from typing import Annotated

import typer

from infra.cli.channel_rules import MUTE_FORMS

Name = Annotated[str, typer.Argument(help="Small letters, digits, - and _; e.g. tv1.")]
Url = Annotated[
    str, typer.Argument(help="srt, udp, rtp, rtmp(s), rtsp(s) or http(s) URL, a v4l2 device, or a file.")
]
Fps = Annotated[float, typer.Option(help="Samples a second to analyse.", min=0.2, max=25.0)]
Title = Annotated[str, typer.Option(help="Name for people; default: the channel's own.")]
NewUrl = Annotated[str | None, typer.Option(help="Another address.")]
NewFps = Annotated[float | None, typer.Option(help="Samples a second to analyse.", min=0.2, max=25.0)]
NewTitle = Annotated[str | None, typer.Option(help="Name for people.")]
Threshold = Annotated[
    list[str] | None, typer.Option(metavar="TYPE=SCORE", help="Score from which a fault type counts, 0 to 1.")
]
Onset = Annotated[
    list[str] | None, typer.Option(metavar="TYPE=SECONDS", help="Seconds from which a fault type counts.")
]
Clear = Annotated[
    list[str] | None, typer.Option(metavar="TYPE=SECONDS", help="Seconds without the fault that end it.")
]
Mutes = Annotated[list[str] | None, typer.Option(metavar="WHEN", help=f"When nothing opens: {MUTE_FORMS}.")]
Unmute = Annotated[bool, typer.Option("--unmute", help="Forget the mutes there are.")]
Disable = Annotated[list[str] | None, typer.Option(metavar="TYPE", help="A fault type never to tell of.")]
Enable = Annotated[list[str] | None, typer.Option(metavar="TYPE", help="A fault type to tell of again.")]
Label = Annotated[list[str] | None, typer.Option(metavar="WORD", help="A word to group channels by.")]
Watch = Annotated[
    bool | None, typer.Option("--watch/--no-watch", help="Start it, or stop it and keep its rules.")
]
Json = Annotated[bool, typer.Option("--json", help="Print a JSON array, for programs.")]
