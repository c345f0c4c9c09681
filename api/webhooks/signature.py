"""The signature of a delivery: who has the secret knows who sent it, and when. Pure."""

import hmac
from hashlib import sha256

HEADER = "Horus-Signature"
DELIVERY_HEADER = "Horus-Delivery"
# How old a signature a receiver should take: enough for clocks that differ, too little to play one back.
TOLERANCE_S = 300


def sign(secret: bytes, timestamp: int, body: bytes) -> str:
    """Return the header's value: HMAC-SHA256 (RFC 2104) of ``<timestamp>.<body>``; ``timestamp`` in seconds
    since 1970, part of what is signed, so that an old delivery cannot be sent again as a new one."""
    mac = hmac.new(secret, f"{timestamp}.".encode() + body, sha256).hexdigest()
    return f"t={timestamp},v1={mac}"


def holds(secret: bytes, header: str, body: bytes, now: int) -> bool:
    """Tell whether a delivery is signed with the secret, `TOLERANCE_S` ago at most; a receiver's part."""
    parts = dict(part.partition("=")[::2] for part in header.split(","))
    stamp = parts.get("t", "")
    if not (stamp.isascii() and stamp.isdecimal()) or abs(now - int(stamp)) > TOLERANCE_S:
        return False
    return hmac.compare_digest(sign(secret, int(stamp), body).encode(), header.encode())
