"""The words that carry identity through the log: channel, epoch, sequence number."""

from typing import Annotated, NewType

from msgspec import Meta

# A channel's name is a Kafka key, a folder of the media store and a part of URLs: one spelling must be
# safe in all three, hence no dots, slashes, spaces or capitals.
CHANNEL_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,62}$"

Channel = Annotated[str, Meta(pattern=CHANNEL_PATTERN, description="Name of a channel")]
"""Name of a watched channel, e.g. ``tv1``."""

Epoch = Annotated[str, Meta(pattern=r"^[0-9]{8}T[0-9]{6}\.[0-9]{3}Z$", description="Ingest epoch")]
"""One unbroken run of a source's media clock, named by the UTC instant at which it began."""

Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]

Seconds = NewType("Seconds", float)
"""A duration or an offset in seconds."""
