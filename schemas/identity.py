"""Identities of facts: doing the same work twice names it the same."""

import uuid

# The root of all ids in Horus, fixed for ever: uuid5(NAMESPACE_URL, "urn:horus:events").
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:horus:events")

_SEPARATOR = "\x1f"  # the ASCII unit separator: cannot occur in channel names, epochs or fault types


def fact_id(*parts: object) -> str:
    """Return the UUIDv5 of a fact as text; the same parts give the same id on any machine.

    Parts are what makes the fact (channel, epoch, segment, stage, model, ...), never an offset or the time
    at which somebody looked. Raises ValueError when a part holds the separator.
    """
    words = [str(part) for part in parts]
    if any(_SEPARATOR in word for word in words):
        raise ValueError("a part of a fact's identity holds the unit separator")
    return str(uuid.uuid5(NAMESPACE, _SEPARATOR.join(words)))
