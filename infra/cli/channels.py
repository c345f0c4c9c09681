"""``horus channels``: which channels are watched."""

import re
import sys
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
import typer

from infra.cli.broker import broker
from infra.cli.channel_options import (
    Clear,
    Disable,
    Enable,
    Fps,
    Json,
    Label,
    Mutes,
    Name,
    NewFps,
    NewTitle,
    NewUrl,
    Onset,
    Threshold,
    Title,
    Unmute,
    Url,
    Watch,
)
from infra.cli.channel_rules import Wishes, wished
from infra.cli.exits import BadUse
from schemas.names import CHANNEL_PATTERN

if TYPE_CHECKING:
    from schemas.events import StreamConfigured, StreamStatusChanged

app = typer.Typer(
    no_args_is_help=True, rich_markup_mode=None, help="Add, change, list and remove watched channels."
)

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
def add(
    name: Name,
    url: Url,
    fps: Fps = 5.0,
    title: Title = "",
    threshold: Threshold = None,
    onset: Onset = None,
    clear: Clear = None,
    mute: Mutes = None,
    disable: Disable = None,
    label: Label = None,
) -> None:
    """Watch a channel from now on; adding it again changes it, whole.

    \b
    horus channels add tv1 srt://10.0.0.5:9000                 call an encoder over SRT
    horus channels add tv2 'srt://0.0.0.0:9001?mode=listener'  wait for an encoder's call
    horus channels add tv3 udp://239.1.1.1:5000                a multicast group
    horus channels add tv4 https://example.org/live.m3u8       HLS
    horus channels add tv5 recording.ts --title 'Test loop'    a file, round and round
    horus channels add tv6 v4l2:///dev/video0                  a capture device

    Its rules may differ from those of the installation (`horus channels set --help` tells how).
    """
    from infra.clock import now
    from schemas.events import StreamConfigured

    _check_name(name)
    configured = StreamConfigured(
        channel=name, url=_source(url), fps=fps, title=title, configured_at=now(), configured_by=WHO
    )
    wishes = Wishes(
        thresholds=threshold, onsets=onset, clears=clear, mutes=mute, disable=disable, labels=label
    )
    _publish(broker(), wished(configured, wishes))


@app.command("set")
def set_(
    name: Name,
    url: NewUrl = None,
    fps: NewFps = None,
    title: NewTitle = None,
    threshold: Threshold = None,
    onset: Onset = None,
    clear: Clear = None,
    mute: Mutes = None,
    unmute: Unmute = False,
    disable: Disable = None,
    enable: Enable = None,
    label: Label = None,
    watch: Watch = None,
) -> None:
    """Change a channel: what is not said stays as it is. Rules hold from the next second of its media on.

    \b
    horus channels set tv1 --threshold fade=0.7     black counts from a score of 0.7 here
    horus channels set tv1 --threshold fade=        ... as in the settings again
    horus channels set tv1 --onset freeze=10        a still picture counts from 10 s
    horus channels set tv1 --disable borrado        never tell of blur
    horus channels set tv1 --mute 'daily 02:00-05:00 America/Sao_Paulo'
    horus channels set tv1 --mute 2026-12-24T01:00-03:00/2026-12-24T03:00-03:00
    horus channels set tv1 --unmute                 forget all mutes
    horus channels set tv1 --no-watch               stop, and keep the rules; --watch starts again

    While a channel is muted nothing opens; a fault that is still there when the mute ends opens then.
    """
    from infra.clock import now

    servers = broker()
    present = _present(name, _wanted(servers))
    wishes = Wishes(
        thresholds=threshold,
        onsets=onset,
        clears=clear,
        mutes=mute,
        unmute=unmute,
        disable=disable,
        enable=enable,
        labels=label,
    )
    changed = msgspec.structs.replace(
        present,
        url=present.url if url is None else _source(url),
        fps=present.fps if fps is None else fps,
        title=present.title if title is None else title,
        enabled=present.enabled if watch is None else watch,
        configured_at=now(),
        configured_by=WHO,
    )
    _publish(servers, wished(changed, wishes))


@app.command("remove")
def remove(name: Name) -> None:
    """Stop watching a channel; its history stays."""
    from infra.clock import now
    from infra.kafka import Publisher
    from schemas.events import StreamRemoved
    from schemas.topics import STREAMS

    servers = broker()
    _present(name, _wanted(servers))
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
    from infra.shown_url import shown_url

    rows = []
    for name in sorted(wanted):
        configured, status = wanted[name], statuses.get(name)
        rows.append(
            Row(
                channel=name,
                title=configured.title or name,
                url=shown_url(configured.url),
                fps=configured.fps,
                state=_state(configured, status),
                reason=status.reason if status else "",
                since=status.since if status else None,
            )
        )
    return rows


def _state(configured: "StreamConfigured", status: "StreamStatusChanged | None") -> str:
    if not configured.enabled:
        return "stopped"
    return (status.trouble or status.state) if status else "unknown"


def _present(name: str, wanted: "dict[str, StreamConfigured]") -> "StreamConfigured":
    if name not in wanted:
        raise BadUse(f"no channel is called {name!r}; there are: {', '.join(sorted(wanted)) or 'none'}")
    return wanted[name]


def _source(url: str) -> str:
    """Return an address as it is kept, when Horus may watch it. Raises BadUse."""
    from infra.host_policy import HostRefused, HostUnknown
    from infra.settings import load
    from infra.source_url import BadSource, admitted, check

    settings = load()
    try:
        checked = check(url)
        admitted(checked, settings.stream_policy, settings.stream_files)
    except (BadSource, HostRefused) as error:
        raise BadUse(str(error)) from error
    except HostUnknown as error:
        print(f"{error} just now; Horus goes on asking.", file=sys.stderr)
    return checked


def _publish(servers: str, configured: "StreamConfigured") -> None:
    from functools import partial

    from infra.kafka import Publisher
    from infra.seal_key import BadSealKey, key_to_seal
    from infra.sealed_url import seal
    from infra.settings import load
    from infra.shown_url import shown_url
    from schemas.topics import STREAMS

    try:
        sealed = seal(configured.url, partial(key_to_seal, load()))
    except BadSealKey as error:
        raise BadUse(str(error)) from error
    except OSError as error:
        raise BadUse(f"the key that seals the address cannot be kept: {error}") from error
    Publisher(servers, WHO).publish(STREAMS, [msgspec.structs.replace(configured, url=sealed)])
    state = "watched" if configured.enabled else "not watched"
    print(f"{configured.channel} is {state}: {shown_url(configured.url)}")


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
