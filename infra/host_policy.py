"""Which hosts Horus may connect to, or listen on, because somebody gave it their address."""

import re
import socket
from collections.abc import Callable, Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Literal, cast, get_args

import msgspec

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Word = Literal["any", "public"]

# Where clouds tell a machine its own credentials: link-local (RFC 3927, RFC 4291), and what Alibaba
# (100.100.100.200), Azure (168.63.129.16), Oracle (192.0.0.192) and AWS (fd00:ec2::254) use beside it.
METADATA: tuple[Network, ...] = (
    IPv4Network("169.254.0.0/16"),
    IPv4Network("100.100.100.200/32"),
    IPv4Network("168.63.129.16/32"),
    IPv4Network("192.0.0.192/32"),
    IPv6Network("fe80::/10"),
    IPv6Network("fd00:ec2::/32"),
)
METADATA_NAMES = frozenset(
    {"metadata", "metadata.google.internal", "instance-data", "instance-data.ec2.internal"}
)
# An IPv4 address in IPv6 clothes, by the translators of RFC 6052 and RFC 8215.
_NAT64: tuple[IPv6Network, ...] = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
# Letters, digits, hyphens and, though no host name by RFC 1123, the underscores of many an internal name.
_NAME = re.compile(r"[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*")
_NAME_MAX = 253
# A last label of digits or hexadecimals is an IPv4 address in one of the forms of inet_aton, or nonsense.
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_LOOPBACK: tuple[Address, ...] = (IPv4Address("127.0.0.1"), IPv6Address("::1"))


class HostRefused(ValueError):
    """A host that must not be used; the text is one line that says why and which setting decides."""


class HostUnknown(OSError):
    """A host name that has no address just now; the text is one line."""


def look_up(name: str) -> tuple[str, ...]:
    """Return the addresses of a name, as the machine's resolver has them. Raises OSError."""
    found = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(each[4][0]) for each in found))


class HostPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """What a setting allows: everything that a word means, some networks, some names."""

    setting: str
    """Name of the setting, for the words of a refusal."""
    words: frozenset[Word] = frozenset()
    networks: tuple[Network, ...] = ()
    names: frozenset[str] = frozenset()
    """Lower case; one that begins with a dot stands for all names under it."""
    lookup: Callable[[str], Iterable[str]] = look_up

    def addresses(self, host: str) -> tuple[Address, ...]:
        """Return where a host is, when each of its addresses may be used; connect to these, not to the name.

        ``host`` is a name, looked up once, or an address without brackets in any form that resolvers take
        (127.1, 0x7f000001). An empty one is every address of this machine, as where a source listens.
        Raises HostRefused, and HostUnknown for a name without an address.
        """
        name = _canonical(host)
        if isinstance(name, str):
            found, named = self._named(name)
        else:
            found, named = (name,), False
        for address in found:
            if not self._allows(address, named=named):
                where = host if str(address) == host else f"{host} ({address})"
                raise HostRefused(f"{where} is not among the hosts that {self.setting} allows")
        return found

    def _named(self, name: str) -> tuple[tuple[Address, ...], bool]:
        """Return the addresses of a name, and whether the setting lists the name itself."""
        listed = name in self.names or any(name.endswith(each) for each in self.names if each.startswith("."))
        if name == "localhost" or name.endswith(".localhost"):
            # Loopback by definition, and never asked of a resolver (RFC 6761, section 6.3).
            return _LOOPBACK, listed
        if not listed:
            if name in METADATA_NAMES:
                raise HostRefused(f"{name} is not among the hosts that {self.setting} allows")
            if not self.words:
                # A list of networks is no leave to ask resolvers about names that anybody makes up.
                raise HostRefused(
                    f"{name} is not among the hosts that {self.setting} allows: it lists no such name"
                )
        try:
            found = tuple(_bare(ip_address(each)) for each in self.lookup(name))
        except (OSError, UnicodeError, ValueError) as error:
            raise HostUnknown(f"{name} has no address") from error
        if not found:
            raise HostUnknown(f"{name} has no address")
        return found, listed

    def _allows(self, address: Address, *, named: bool) -> bool:
        if any(_within(address, network) for network in self.networks):
            return True
        faces = _faces(address)
        if any(_within(face, network) for face in faces for network in METADATA):
            return False
        return named or "any" in self.words or ("public" in self.words and all(map(_is_public, faces)))


def policy(text: str, setting: str) -> HostPolicy:
    """Return the policy that a setting's text means.

    The text is a comma-separated list of networks (10.0.0.0/8, ::1), names (encoder.example, .example for all
    names under it), and the words ``any`` (all but link-local and cloud metadata addresses) and ``public``
    (addresses of the open internet only). Raises ValueError naming the part that is none of them.
    """
    words: set[Word] = set()
    networks: list[Network] = []
    names: set[str] = set()
    for part in (each.strip().lower() for each in text.split(",")):
        if part in get_args(Word):
            words.add(cast(Word, part))
        elif part and re.fullmatch(r"[0-9./]+|[0-9a-f:./]*:[0-9a-f:./]*", part):
            try:
                networks.append(ip_network(part))
            except ValueError as error:
                raise ValueError(f"{part!r}: {error}") from error
        elif _NAME.fullmatch(part.removeprefix(".")) and len(part) <= _NAME_MAX:
            names.add(part)
        else:
            raise ValueError(f"{part!r} is no network, no host name, and neither 'any' nor 'public'")
    return HostPolicy(
        setting=setting, words=frozenset(words), networks=tuple(networks), names=frozenset(names)
    )


def is_address(host: str) -> bool:
    """Tell whether a host is written as an address, in whichever form, and not as a name."""
    return ":" in host or _NUMBER.fullmatch(host.lower().removesuffix(".").rpartition(".")[2]) is not None


def _canonical(host: str) -> Address | str:
    """Return the address that a host is, or its name in lower case. Raises HostRefused for anything else."""
    given = host.lower()
    if given == "":
        return IPv4Address(0)
    if ":" in given:
        try:
            return _bare(ip_address(given))
        except ValueError as error:
            raise HostRefused(f"{_short(host)} is no address") from error
    name = given.removesuffix(".")
    if len(name) > _NAME_MAX or not _NAME.fullmatch(name):
        raise HostRefused(f"{_short(host)} is no host name: letters, digits, dots and hyphens only")
    if not _NUMBER.fullmatch(name.rpartition(".")[2]):
        return name
    try:
        return IPv4Address(socket.inet_aton(name))
    except OSError as error:
        raise HostRefused(f"{_short(host)} is no address") from error


def _short(host: str) -> str:
    return repr(host if len(host) <= 80 else host[:80] + "…")


def _bare(address: Address) -> Address:
    """Return an address as the kernel connects to it: without the interface that a link-local one may name,
    and as IPv4 where it is one in IPv6 clothes (RFC 4291, section 2.5.5.2)."""
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or IPv6Address(int(address))


def _within(address: Address, network: Network) -> bool:
    return address.version == network.version and address in network


def _faces(address: Address) -> tuple[Address, ...]:
    """Return an address and every IPv4 address that it stands for: a tunnel or a translator leads there."""
    if not isinstance(address, IPv6Address):
        return (address,)
    faces: list[Address] = [address]
    if address.sixtofour is not None:
        faces.append(address.sixtofour)
    if address.teredo is not None:
        faces += address.teredo
    if any(address in network for network in _NAT64):
        faces.append(IPv4Address(int(address) & 0xFFFF_FFFF))
    return tuple(faces)


def _is_public(address: Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not address.is_unspecified
    )
