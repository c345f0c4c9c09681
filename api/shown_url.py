"""The address of a source as people may see it: where it is, and nothing that opens it."""

from urllib.parse import parse_qsl, urlencode, urlsplit

# What tells two sources of one host apart without being a secret; everything else (passphrase, streamid,
# tokens) stays out, and so does the path, in which RTMP and HLS carry their keys.
_SHOWN = frozenset({"mode", "latency"})


def shown_url(url: str) -> str:
    """Return scheme, host, port and harmless options of a source; of a file its name."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "…"
    if parts.scheme in ("", "file"):
        return parts.path.rpartition("/")[2] or "…"
    if host is not None and ":" in host:
        host = f"[{host}]"
    where = f"{host or ''}:{port}" if port else host or ""
    options = urlencode([(name, value) for name, value in parse_qsl(parts.query) if name in _SHOWN])
    hidden = "/…" if parts.path.strip("/") else ""
    return f"{parts.scheme}://{where}{hidden}{'?' + options if options else ''}"
