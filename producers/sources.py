"""What ffmpeg is told of a source: the address it opens and the options for each scheme."""

from collections.abc import Callable, Mapping
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit, urlunsplit

import msgspec

from infra.source_url import check

# Without a byte for so long ffmpeg gives up reading; a signal counts as lost from 3 s on.
READ_TIMEOUT_S = 4.5
# libsrt's own default for callers: it repeats its handshake every 250 ms until then.
CONNECT_TIMEOUT_S = 3.0
# An SRT listener waits in turns of this length: short, so that "nobody called" and "called, but sent
# nothing" (READ_TIMEOUT_S more) are told apart by how long ffmpeg lived.
LISTEN_TIMEOUT_S = 2.5
# libsrt delays everything by 120 ms where neither side asks for more (its receiver latency's default).
SRT_LATENCY_S = 0.12

_MICRO = 1_000_000

# Containers that name no other file or host; a playlist would.
_FILE_FORMATS = "mpegts,mpeg,mov,matroska,avi,flv,mxf,asf,ogg,wav,mp3,aac,ac3,h264,hevc,mpegvideo"
# ffmpeg would take these from an SRT or UDP address over ours, and a dead source would go unnoticed.
_OURS = frozenset(("timeout", "connect_timeout", "listen_timeout", "rw_timeout", "stimeout"))


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A checked source: what ffmpeg opens and with which options."""

    url: str
    options: tuple[str, ...]
    """ffmpeg's input options for this source, to be put before ``-i``."""
    listens: bool = False
    """Whether the source calls us, and not we the source."""
    hangs_up: bool = True
    """Whether there is a connection whose end means something; datagrams just stop."""
    times_out: bool = True
    """Whether ffmpeg ends when no byte comes for READ_TIMEOUT_S."""
    returns: bool = True
    """Whether the source may be left for a moment. An SRT sender may take the end of its connection for the
    end of its work, as ffmpeg does."""
    raw: bool = False
    """Whether its pictures are not compressed, and must be before they fit into segments."""
    latency_s: float = 0.0
    """How much later than they were sent bytes are handed over, by the protocol's own rule."""


def source(url: str, proxy: str | None = None) -> Source:
    """Return what ffmpeg needs to open ``url``. Raises BadSource like `infra.source_url.check`.

    ``proxy``: the address of `producers.gate`, through which HTTP sources, what their playlists name and
    where their servers redirect are fetched; None: fetched directly.
    """
    checked = check(url)
    parts = urlsplit(checked)
    opened = _SCHEMES[parts.scheme.lower()](parts)
    if proxy is None or parts.scheme.lower() not in ("http", "https"):
        return opened
    return msgspec.structs.replace(opened, options=(*opened.options, "-http_proxy", proxy))


def _query(parts: SplitResult) -> Mapping[str, str]:
    return dict(parse_qsl(parts.query, keep_blank_values=True))


def _opened(parts: SplitResult, **defaults: str) -> str:
    """Return the address without the timeouts that are ours to set, with ``defaults`` where it is silent."""
    own = [pair for pair in parts.query.split("&") if pair and pair.partition("=")[0] not in _OURS]
    said = {pair.partition("=")[0] for pair in own}
    own += [f"{key}={value}" for key, value in defaults.items() if key not in said]
    return urlunsplit(parts._replace(query="&".join(own)))


def _whitelist(protocols: str) -> tuple[str, ...]:
    return ("-protocol_whitelist", protocols)


def _micro(seconds: float) -> str:
    return str(int(seconds * _MICRO))


# A transport stream is said to be one: detection would read up to 1 MB of rubbish before it gave up, and
# the demuxer complains of rubbish at once. Its headers come from the first PMT, not after seconds of search.
# Overflow correction would turn the last minute before the clock wraps into negative times, and drop it.
_TRANSPORT_STREAM = ("-f", "mpegts", "-scan_all_pmts", "0", "-correct_ts_overflow", "0")


# Clocks that start at nought give the first pictures decoding times below it (B-frames), which MPEG-TS cannot
# say: ten seconds more, on formats whose clock is of no meaning to anybody else.
_ABOVE_NOUGHT = ("-itsoffset", "10")


def _srt(parts: SplitResult) -> Source:
    query = _query(parts)
    listens = query.get("mode", "listener" if not parts.hostname else "caller") in ("listener", "1")
    asked = [query[key] for key in ("latency", "rcvlatency", "tsbpddelay") if query.get(key, "").isdecimal()]
    return Source(
        url=_opened(parts, mode="listener" if listens else "caller"),
        options=(
            *_whitelist("srt"),
            *("-timeout", _micro(READ_TIMEOUT_S)),
            *("-connect_timeout", str(int(CONNECT_TIMEOUT_S * 1000))),
            *("-listen_timeout", _micro(LISTEN_TIMEOUT_S)),
            *_TRANSPORT_STREAM,
        ),
        listens=listens,
        returns=False,
        latency_s=max([SRT_LATENCY_S, *(int(value) / _MICRO for value in asked)]),
    )


def _udp(parts: SplitResult) -> Source:
    # 7 MB hold one second of 50 Mbit/s; when they overflow, losing packets beats ending.
    return Source(
        url=_opened(parts, timeout=_micro(READ_TIMEOUT_S), fifo_size="37000", overrun_nonfatal="1"),
        options=(*_whitelist("udp"), *_TRANSPORT_STREAM),
        hangs_up=False,
    )


def _rtp(parts: SplitResult) -> Source:
    # ffmpeg has no timeout for RTP: a silent one is restarted by the watch on its packets.
    return Source(url=_opened(parts), options=_whitelist("rtp,udp"), hangs_up=False, times_out=False)


def _rtmp(parts: SplitResult) -> Source:
    protocols = "rtmp,tcp" if parts.scheme.lower() == "rtmp" else "rtmps,tls,tcp"
    return Source(
        url=_opened(parts),
        options=(*_whitelist(protocols), "-rw_timeout", _micro(READ_TIMEOUT_S), *_ABOVE_NOUGHT),
    )


def _rtsp(parts: SplitResult) -> Source:
    return Source(
        url=urlunsplit(parts),
        options=(
            *_whitelist("rtsp,tcp" if parts.scheme.lower() == "rtsp" else "rtsps,tls,tcp"),
            *("-rtsp_transport", "tcp", "-timeout", _micro(READ_TIMEOUT_S)),
            *_ABOVE_NOUGHT,
        ),
    )


def _http(parts: SplitResult) -> Source:
    # Read at the pace of the media: a live playlist hands out seconds at once, a file all of itself.
    return Source(
        url=urlunsplit(parts),
        options=(
            *_whitelist("http,https,httpproxy,tls,tcp,crypto"),
            "-rw_timeout",
            _micro(READ_TIMEOUT_S),
            "-re",
            *_ABOVE_NOUGHT,
        ),
    )


def _file(parts: SplitResult) -> Source:
    return Source(
        url=f"file:{unquote(parts.path)}",
        options=(
            *_whitelist("file"),
            "-format_whitelist",
            _FILE_FORMATS,
            "-re",
            "-stream_loop",
            "-1",
            *_ABOVE_NOUGHT,
        ),
    )


def _v4l2(parts: SplitResult) -> Source:
    # The device's own words for a picture are its default ones; a hub that was pulled ends the reading.
    return Source(url=parts.path, options=("-f", "v4l2"), raw=True, times_out=False)


_SCHEMES: dict[str, Callable[[SplitResult], Source]] = {
    "srt": _srt,
    "udp": _udp,
    "rtp": _rtp,
    "rtmp": _rtmp,
    "rtmps": _rtmp,
    "rtsp": _rtsp,
    "rtsps": _rtsp,
    "http": _http,
    "https": _http,
    "file": _file,
    "v4l2": _v4l2,
}
