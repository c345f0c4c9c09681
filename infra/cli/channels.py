"""``horus channels``: which channels are watched."""

import re
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from infra.cli.broker import broker
from infra.cli.exits import BadUse
from schemas.names import CHANNEL_PATTERN

if TYPE_CHECKING:
    from schemas.events import StreamConfigured, StreamStatusChanged

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Add, list and remove watched channels.")

Name = Annotated[str, typer.Argument(help="Small letters, digits, - and _; e.g. tv1.")]
Url = Annotated[str, typer.Argument(help="srt, udp, rtp, rtmp(s), rtsp(s) or http(s) URL, or a file.")]
Fps = Annotated[float, typer.Option(help="Samples a second to analyse.", min=0.2, max=25.0)]
Title = Annotated[str, typer.Option(help="Name for people; default: the channel's own.")]
Json = Annotated[bool, typer.Option("--json", help="Print a JSON array, for programs.")]
WHO = "cli"
# What status events older than this say is no longer so: a running channel repeats its own every half minute.
STATUS_REACHES_S = 600


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A channel as it is listed."""

    channel: str
    title: str
    url: str
    """Secrets masked."""
    fps: float
    state: str
    reason: str
    since: datetime | None


@app.command("add")
def add(name: Name, url: Url, fps: Fps = 5.0, title: Title = "") -> None:
    """Watch a channel from now on; adding it again changes it.

    \b
    horus channels add tv1 srt://10.0.0.5:9000                 call an encoder over SRT
    horus channels add tv2 'srt://0.0.0.0:9001?mode=listener'  wait for an encoder's call
    horus channels add tv3 udp://239.1.1.1:5000                a multicast group
    horus channels add tv4 https://example.org/live.m3u8       HLS
    horus channels add tv5 recording.ts --title 'Test loop'    a file, round and round
    """
    from infra.clock import now
    from infra.kafka import Publisher
    from producers.sources import BadSource, check, mask
    from schemas.events import StreamConfigured
    from schemas.topics import STREAMS

    _check_name(name)
    try:
        checked = check(url)
    except BadSource as error:
        raise BadUse(str(error)) from error
    servers = broker()
    event = StreamConfigured(
        channel=name, url=checked, fps=fps, title=title, configured_at=now(), configured_by=WHO
    )
    Publisher(servers, WHO).publish(STREAMS, [event])
    print(f"{name} is watched: {mask(checked)}")


@app.command("remove")
def remove(name: Name) -> None:
    """Stop watching a channel; its history stays."""
    from infra.clock import now
    from infra.kafka import Publisher
    from schemas.events import StreamRemoved
    from schemas.topics import STREAMS

    servers = broker()
    wanted = _wanted(servers)
    if name not in wanted:
        raise BadUse(f"no channel is called {name!r}; watched: {', '.join(sorted(wanted)) or 'none'}")
    event = StreamRemoved(channel=name, removed_at=now(), removed_by=WHO)
    Publisher(servers, WHO).publish(STREAMS, [event])
    print(f"{name} is no longer watched.")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """List the watched channels and how each fares. Secrets in addresses are masked."""
    servers = broker()
    rows = listed(_wanted(servers), _statuses(servers))
    if as_json:
        print(msgspec.json.encode(rows).decode())
    elif not rows:
        print("No channel is watched. Add one: horus channels add tv1 srt://10.0.0.5:9000")
    else:
        width = max(len(row.channel) for row in rows)
        for row in rows:
            print(f"{row.channel:<{width}}  {row.state:<10}  {row.url}  {row.reason}".rstrip())


def listed(wanted: "dict[str, StreamConfigured]", statuses: "dict[str, StreamStatusChanged]") -> list[Row]:
    """Return a row for each wanted channel, by name."""
    from producers.sources import mask

    rows = []
    for name in sorted(wanted):
        configured, status = wanted[name], statuses.get(name)
        rows.append(
            Row(
                channel=name,
                title=configured.title or name,
                url=mask(configured.url),
                fps=configured.fps,
                state=(status.trouble or status.state) if status else "unknown",
                reason=status.reason if status else "",
                since=status.since if status else None,
            )
        )
    return rows


def _check_name(name: str) -> None:
    if not re.fullmatch(CHANNEL_PATTERN, name):
        raise BadUse(f"{name!r} cannot name a channel: small letters, digits, - and _ only, e.g. tv1")


def _wanted(bootstrap_servers: str) -> "dict[str, StreamConfigured]":
    from infra.follow import read_all
    from schemas.events import StreamConfigured, StreamRemoved
    from schemas.topics import STREAMS

    wanted: dict[str, StreamConfigured] = {}
    for envelope, _ in read_all(bootstrap_servers, STREAMS):
        if isinstance(envelope.event, StreamConfigured):
            wanted[envelope.event.channel] = envelope.event
        elif isinstance(envelope.event, StreamRemoved):
            wanted.pop(envelope.event.channel, None)
    return wanted


def _statuses(bootstrap_servers: str) -> "dict[str, StreamStatusChanged]":
    from datetime import timedelta

    from infra.clock import now
    from infra.follow import read_all
    from schemas.events import StreamStatusChanged
    from schemas.topics import STREAM_STATUS

    since = now() - timedelta(seconds=STATUS_REACHES_S)
    return {
        envelope.event.channel: envelope.event
        for envelope, _ in read_all(bootstrap_servers, STREAM_STATUS, since=since)
        if isinstance(envelope.event, StreamStatusChanged)
    }
