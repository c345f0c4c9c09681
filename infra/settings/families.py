"""Settings with many members: one for each class of faults, one for each source that clients name."""

from typing import NamedTuple

from schemas.faults import FAULTS, Category

SRT_PREFIX = "SRT_STREAM_URL_"
"""Of the addresses of sources, as the original backend has them; a client's streamId in capitals follows."""
SRT_DEFAULT = "DEFAULT"
SRT_MEANING = (
    "address of a source, for /streams/start with the streamId of that name; DEFAULT: for all others"
)


class PerClass(NamedTuple):
    """A family of settings with a member for each class of faults."""

    prefix: str
    """Of the environment's names; the class in capitals follows."""
    field: str
    """Of Settings: the members given, by class."""
    categories: frozenset[Category]
    """Which classes have one."""
    meaning: str

    def names(self) -> dict[str, str]:
        """Return the class of each name there is."""
        return {
            f"{self.prefix}{fault.name.upper()}": fault.name
            for fault in FAULTS.values()
            if fault.category in self.categories
        }


_THRESHOLD = "threshold of one class, where it should differ from its model's"
PER_CLASS = (
    PerClass("VIDEO_THRESH_", "thresholds", frozenset({Category.VIDEO}), _THRESHOLD),
    PerClass("AUDIO_THRESH_", "thresholds", frozenset({Category.AUDIO}), _THRESHOLD),
    PerClass("ONSET_S_", "onsets", frozenset(Category), "seconds from which a fault of one class counts"),
    PerClass(
        "CLEAR_S_",
        "clears",
        frozenset({Category.VIDEO, Category.AUDIO}),
        "seconds without a fault of one class that end it",
    ),
)
