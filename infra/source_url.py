"""The addresses that media may come from: which forms there are, and which of them an installation admits."""

import re
from ipaddress import IPv6Address
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit, urlunsplit

from infra.host_policy import Address, HostPolicy, is_address

SCHEMES = (
    *("srt", "udp", "rtp", "rtmp", "rtmps", "rtsp", "rtsps", "http", "https"),
    *("file", "v4l2"),
)
"""What Horus takes media from."""
# Connections that carry no host name: opened by the address that was checked, whatever its name says later.
_PINNED = frozenset({"srt", "udp", "rtp"})
_DATAGRAMS = frozenset({"srt", "udp", "rtp"})
# Parameters of udp and rtp addresses that name further hosts.
_HOSTS_IN_QUERY = ("localaddr", "sources", "block")
# One reading only: what urllib and ffmpeg would take apart differently is refused.
_PLACE = re.compile(
    r"(?:[^@/?#\[\]\\\s]*@)?(?P<host>\[[0-9A-Fa-f:.]+(?:%[A-Za-z0-9_.-]+)?\]|[A-Za-z0-9._-]*)"
    r"(?::(?P<port>[0-9]{1,5}))?"
)
# ffmpeg cuts addresses at 4096 bytes (MAX_URL_SIZE); some room for the options that Horus adds.
LONGEST = 3500
CAPTURE = re.compile(r"/dev/video[0-9]{1,3}")
"""A capture device of Video4Linux, of which a machine has few."""


class BadSource(ValueError):
    """An address that Horus does not take media from; the text is one line and holds no secret."""


def check(url: str) -> str:
    """Return an address in the form in which it is kept (a path becomes ``file:///...``).

    Raises BadSource with one line that says what is wrong and what is taken.
    """
    given = url.strip()
    if not given or any(ord(letter) < 32 or letter == "\x7f" for letter in given):
        raise BadSource("the address of a source is empty or holds control characters")
    if given.startswith("-"):
        raise BadSource("the address of a source cannot start with '-'")
    if not given.isprintable() or len(given.encode()) > LONGEST:
        raise BadSource(f"the address of a source has at most {LONGEST} bytes, all of them printable")
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*):", given)
    if scheme is None:
        return Path(given).expanduser().absolute().as_uri()
    name = scheme.group(1).lower()
    if name not in SCHEMES:
        raise BadSource(
            f"{name[:20]}: is not a scheme that Horus takes media from ({', '.join(sorted(SCHEMES))})"
        )
    try:
        parts = urlsplit(given)
    except ValueError as error:
        raise BadSource(f"{name}: the address cannot be read: {error}") from error
    if name in ("file", "v4l2"):
        return _local(name, parts)
    _check_place(name, parts, given)
    return given


def admitted(url: str, policy: HostPolicy, folders: tuple[Path, ...] | None) -> str:
    """Return the address to open for a source: of a host that the policy allows, or of a file in ``folders``.

    Host names are looked up once. Where the protocol does not need the name the answer holds the address
    that was checked, so that a name which changes its address leads nowhere else. ``folders`` None admits
    every file; links are followed before they are compared. Raises BadSource, HostRefused, HostUnknown.
    """
    checked = check(url)
    parts = urlsplit(checked)
    scheme = parts.scheme.lower()
    if scheme == "v4l2":
        return checked
    if scheme == "file":
        return _confined(Path(unquote(parts.path)), folders).as_uri()
    found = policy.addresses(_host(parts))
    for host in _hosts_in_query(scheme, parts):
        policy.addresses(host)
    if _host(parts) == "" or not (scheme in _PINNED or is_address(_host(parts))):
        return checked
    return _at(parts, found[0])


def _local(scheme: str, parts: SplitResult) -> str:
    path = Path(unquote(parts.path))
    if scheme == "v4l2":
        if parts.netloc or CAPTURE.fullmatch(str(path)) is None:
            raise BadSource("v4l2: wants a capture device, like v4l2:///dev/video0")
        return f"v4l2://{path}"
    if not path.is_absolute() or not str(path).isprintable() or parts.netloc not in ("", "localhost"):
        raise BadSource("file: wants an absolute path, like file:///media/clip.ts")
    return path.as_uri()


def _check_place(scheme: str, parts: SplitResult, given: str) -> None:
    if " " in given or "\\" in given:
        raise BadSource(f"{scheme}: the address holds a space or a backslash; write %20 or %5C")
    place = _PLACE.fullmatch(parts.netloc)
    if place is None or not given[len(scheme) + 1 :].startswith("//"):
        raise BadSource(f"{scheme}: the address wants a host and a port, like {scheme}://host:9000")
    port = int(place["port"]) if place["port"] else None
    if port is not None and not 1 <= port <= 65535:
        raise BadSource(f"{scheme}: ports go from 1 to 65535")
    if scheme in _DATAGRAMS and port is None:
        raise BadSource(f"{scheme}: the address needs a port, like {scheme}://host:9000")
    if not place["host"] and scheme not in _DATAGRAMS:
        raise BadSource(f"{scheme}: the address names no host")


def _host(parts: SplitResult) -> str:
    place = _PLACE.fullmatch(parts.netloc)
    return place["host"].strip("[]") if place is not None else ""


def _hosts_in_query(scheme: str, parts: SplitResult) -> list[str]:
    if scheme not in _PINNED:
        return []
    query = parse_qsl(parts.query, keep_blank_values=True)
    return [host for key, value in query if key in _HOSTS_IN_QUERY for host in value.split(",") if host]


def _at(parts: SplitResult, address: Address) -> str:
    """Return the address of a source with its host replaced."""
    user, at, place = parts.netloc.rpartition("@")
    _, colon, port = place.rpartition(":") if _has_port(place) else ("", "", "")
    host = f"[{address}]" if isinstance(address, IPv6Address) else str(address)
    return urlunsplit(parts._replace(netloc=f"{user}{at}{host}{colon}{port}"))


def _has_port(place: str) -> bool:
    found = _PLACE.fullmatch(place)
    return found is not None and found["port"] is not None


def _confined(path: Path, folders: tuple[Path, ...] | None) -> Path:
    if folders is None:
        return path
    there = path.resolve()
    if not any(there.is_relative_to(folder.resolve()) for folder in folders):
        raise BadSource("file: only files in the folders of HORUS_STREAM_FILES may be watched")
    return there
