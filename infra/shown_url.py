"""The address of a source as people may see it: where it is, and nothing that opens it."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import SplitResult, parse_qsl, quote, quote_plus, unquote, unquote_plus, urlencode, urlsplit

MASK = "***"
# What tells two sources of one host apart without being a secret; everything else (passphrase, streamid,
# tokens) stays out, and so does the path, in which RTMP and HLS carry their keys.
_SHOWN = frozenset({"mode", "latency"})
HARMLESS = _SHOWN | frozenset(
    (
        *("rcvlatency", "peerlatency", "pkt_size", "transtype", "pbkeylen", "maxbw"),
        *("timeout", "connect_timeout", "listen_timeout", "localaddr", "localport", "sources"),
        *("fifo_size", "overrun_nonfatal", "buffer_size", "reuse", "ttl"),
    )
)
"""Options of the transport, whose values are no secrets wherever they stand."""
# Shorter ones would blot out half of every line, and are hidden within addresses all the same.
_SECRET_MIN = 3
# From so many letters on a part of a path may be a token; words like "live" and "stream" are shorter.
_TOKEN_MIN = 8
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s'\"]*[^\s'\".,:;)]")


def shown_url(url: str) -> str:
    """Return scheme, host, port and harmless options of a source; of a file its name."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "…"
    if parts.scheme in ("", "file"):
        return unquote(parts.path).rpartition("/")[2] or "…"
    if parts.scheme == "v4l2":
        return url
    if host is not None and ":" in host:
        host = f"[{host}]"
    where = f"{host or ''}:{port}" if port else host or ""
    options = urlencode([(name, value) for name, value in parse_qsl(parts.query) if name in _SHOWN])
    hidden = "/…" if parts.path.strip("/") else ""
    return f"{parts.scheme}://{where}{hidden}{'?' + options if options else ''}"


def masking(url: str) -> Callable[[str], str]:
    """Return a function that hides the secrets of ``url`` wherever they stand in a line of text: in other
    addresses too, percent-encoded or not."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return lambda _: MASK
    ways = {way for secret in _secrets(parts) for way in _spellings(secret) if len(way) >= _SECRET_MIN}
    # Long ones first, for one may hold another.
    ordered = sorted(ways, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, ordered)), re.IGNORECASE) if ordered else None
    path = unquote(parts.path) if parts.scheme in ("", "file") else ""

    def masked(line: str) -> str:
        if path:
            line = line.replace(path, path.rpartition("/")[2])
        line = _ADDRESS.sub(lambda found: shown_url(found.group()), line)
        return pattern.sub(MASK, line) if pattern is not None else line

    return masked


def _secrets(parts: SplitResult) -> Iterator[str]:
    """Yield all of an address that may open its source, as it stands there."""
    user, _, password = parts.netloc.rpartition("@")[0].partition(":")
    yield user
    yield password
    for pair in parts.query.split("&"):
        name, _, value = pair.partition("=")
        if name not in HARMLESS:
            yield value
    if parts.scheme.lower() in ("rtmp", "rtmps"):
        # What stands last: whoever knows it may publish in the station's name.
        yield parts.path.rpartition("/")[2]
    if parts.scheme.lower() not in ("", "file", "v4l2"):
        yield from (part for part in parts.path.split("/") if len(part) >= _TOKEN_MIN)


def _spellings(secret: str) -> Iterator[str]:
    """Yield a secret in all the ways in which a program may write it."""
    yield secret
    for plain in {unquote(secret), unquote_plus(secret)}:
        yield from (plain, quote(plain), quote(plain, safe=""), quote_plus(plain))
