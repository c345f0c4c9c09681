"""The words that carry identity through the log: channel, epoch, sequence number."""

import re
from datetime import UTC, datetime
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

ANALYSIS_ID_PATTERN = r"^[0-9a-f]{32}$"
"""A UUID as 32 hex digits: what names an analysis in addresses and in the log."""

# An analysis runs as a channel of its own. A channel whose name only begins alike is a live one: both forms
# are matched whole. One that stores nothing has a prefix of its own, for its stages must know from the name.
_UPLOAD = "analise-"
_TRIAL = "ensaio-"
_ANALYSIS = re.compile(rf"(?P<kind>{_UPLOAD}|{_TRIAL})(?P<id>[0-9a-f]{{32}})")


def analysis_channel(analysis: str, *, stores: bool = True) -> Channel:
    """Return the channel on which the analysis of a file runs.

    ``stores``: its faults become occurrences; otherwise nothing of it is kept. Raises ValueError for what is
    no id of an analysis.
    """
    if re.fullmatch(ANALYSIS_ID_PATTERN, analysis) is None:
        raise ValueError(f"{analysis!r} is not the id of an analysis")
    return f"{_UPLOAD if stores else _TRIAL}{analysis}"


def analysis_of(channel: str) -> str | None:
    """Return the id of the analysis that runs on a channel; None for a live channel."""
    found = _ANALYSIS.fullmatch(channel)
    return found.group("id") if found else None


def stores(channel: str) -> bool:
    """Tell whether what is found on a channel is kept: on all but those of trial analyses."""
    found = _ANALYSIS.fullmatch(channel)
    return found is None or found.group("kind") == _UPLOAD


def group_of(stage: str) -> str:
    """Return the Kafka consumer group of a stage."""
    return f"horus-{stage}"


def epoch_start(epoch: Epoch) -> datetime:
    """Return the UTC instant by which an epoch is named. Raises ValueError for what names none."""
    return datetime.strptime(epoch, "%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
