"""How often an address may show a wrong key."""

import ipaddress
from collections import OrderedDict

# A person mistypes a few times; a program that tries keys comes to a stop at once.
FREE = 10
"""Wrong keys that an address may show in a row."""
EACH_S = 6.0
"""Seconds after which one more is forgiven: ten a minute for ever is no guessing of 256 bits."""
ADDRESSES = 10_000
"""Addresses remembered, some 150 bytes each; past it the one that failed longest ago is forgotten."""


class Attempts:
    """Counts wrong keys by address. One process's own; for the event loop only."""

    def __init__(self, free: int = FREE, each_s: float = EACH_S, addresses: int = ADDRESSES) -> None:
        """Begin without any."""
        self._free = free
        self._each_s = each_s
        self._addresses = addresses
        self._failed: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, address: str, now: float) -> float:
        """Return how long the address has to wait before it may try a key; 0 when it may.

        ``now`` is a monotonic clock in seconds.
        """
        over = self._count(_network(address), now) - (self._free - 1)
        return over * self._each_s if over > 0 else 0.0

    def failed(self, address: str, now: float) -> None:
        """Count a wrong key."""
        network = _network(address)
        self._failed[network] = (self._count(network, now) + 1, now)
        self._failed.move_to_end(network)
        if len(self._failed) > self._addresses:
            self._failed.popitem(last=False)

    def __len__(self) -> int:
        return len(self._failed)

    def _count(self, network: str, now: float) -> float:
        count, at = self._failed.get(network, (0.0, now))
        return max(0.0, count - (now - at) / self._each_s)


def _network(address: str) -> str:
    """Return what one person can choose freely from as one: a host by IPv4, a /64 by IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((int(parsed) >> 64 << 64, 64)))
    return address
