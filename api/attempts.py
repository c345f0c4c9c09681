"""How often an address may show a wrong key."""

import ipaddress
from collections import OrderedDict

# A person mistypes a few times; a program that tries keys comes to a stop at once.
FREE = 10
"""Wrong keys that an address may show in a row."""
EACH_S = 6.0
"""Seconds after which one more is forgiven: ten a minute for ever is no guessing of 256 bits."""
ADDRESSES = 10_000
"""Counts remembered, some 150 bytes each; past it the one that failed longest ago is forgotten."""


class Attempts:
    """Counts wrong keys by address and key id. One process's own; for the event loop only.

    One wall with an old key must not lock out the room that shares its address, so what names a key that is
    there counts for that key alone. Nobody gets more tries at any one key by that, as long as ids that
    somebody makes up are no ids here (`Access.counted_as`).
    """

    def __init__(self, free: int = FREE, each_s: float = EACH_S, addresses: int = ADDRESSES) -> None:
        """Begin without any."""
        self._free = free
        self._each_s = each_s
        self._addresses = addresses
        self._failed: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def wait_s(self, address: str, key_id: str, now: float) -> float:
        """Return how long the address has to wait before it may try a key; 0 when it may.

        ``key_id`` is the key that is tried, empty where none is named; ``now`` a monotonic clock in seconds.
        """
        over = self._count((_network(address), key_id), now) - (self._free - 1)
        return over * self._each_s if over > 0 else 0.0

    def failed(self, address: str, key_id: str, now: float) -> None:
        """Count a wrong key."""
        tried = (_network(address), key_id)
        self._failed[tried] = (self._count(tried, now) + 1, now)
        self._failed.move_to_end(tried)
        if len(self._failed) > self._addresses:
            self._failed.popitem(last=False)

    def __len__(self) -> int:
        return len(self._failed)

    def _count(self, tried: tuple[str, str], now: float) -> float:
        count, at = self._failed.get(tried, (0.0, now))
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
