"""The name of a file as its sender gave it: shown to people, never used as a path."""

import re
import unicodedata

# What file systems take.
NAME_MAX = 255
NAMELESS = "arquivo"
"""Stands for a name of which nothing is left."""
# Overrides and isolates of direction: `exe.4pm` must not read as `mp4.exe` backwards. Right-to-left letters
# themselves stay, and set their own direction.
_TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def shown_name(given: bytes) -> str:
    """Return a file's name for people: UTF-8 without folders, control characters and turns of direction."""
    text = given.decode("utf-8", "replace").replace("\\", "/").rpartition("/")[2]
    text = _TURNING.sub("", text)
    text = "".join(letter for letter in text if unicodedata.category(letter) not in ("Cc", "Cs"))
    return text.strip()[:NAME_MAX] or NAMELESS
