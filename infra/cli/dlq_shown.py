"""Dead letters as a command prints them."""

from collections.abc import Sequence

import msgspec

from infra.cli.dlq_wanted import short
from infra.clock import iso
from infra.letter_box import Rejected
from infra.letters import Letter, own_headers
from schemas.topics import TOPICS

_SHORT = {topic.name: short(topic) for topic in TOPICS}
_ROW = 16


def table(letters: Sequence[Letter]) -> list[str]:
    """Return a line for each letter: its id, when, which stage, key, and why."""
    rows = [
        (
            _id(letter),
            f"{letter.at:%Y-%m-%d %H:%M:%SZ}",
            letter.stage,
            _text(letter.key) or "-",
            letter.settled or "",
            letter.reason,
        )
        for letter in letters
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    return [
        "  ".join(
            [*(cell.ljust(width) for cell, width in zip(row[:5], widths, strict=True) if width), row[5]]
        )
        for row in rows
    ]


def line(letter: Letter) -> str:
    """Return a letter as one line of JSON."""
    return msgspec.json.encode(
        {
            "topic": letter.topic,
            "letter": letter.number,
            "at": letter.at,
            "stage": letter.stage,
            "reason": letter.reason,
            "partition": letter.partition,
            "offset": letter.offset,
            "key": _text(letter.key),
            "size": letter.size,
            "settled": letter.settled,
        }
    ).decode()


def whole(rejected: Rejected) -> list[str]:
    """Return all there is to know of a letter: why, its record's key and headers, its value."""
    letter, value = rejected.letter, rejected.value
    lines = [
        f"letter      {_id(letter)}" + (f" ({letter.settled})" if letter.settled else ""),
        f"rejected    {iso(letter.at)} by {letter.stage}",
        f"from        {letter.topic}[{letter.partition}]@{letter.offset}",
        f"because     {letter.reason}",
        f"key         {_text(letter.key) if letter.key is not None else '(none)'}",
    ]
    lines += [f"header      {name}: {_header(content)}" for name, content in own_headers(rejected.headers)]
    if value is None:
        return [*lines, "value       (none)"]
    return [*lines, f"value       {len(value)} bytes", *_value(value)]


def _value(value: bytes) -> list[str]:
    try:
        msgspec.json.decode(value)
        return msgspec.json.format(value, indent=2).decode().splitlines()
    except (msgspec.DecodeError, UnicodeDecodeError):
        return dump(value)


def dump(value: bytes) -> list[str]:
    """Return bytes as hexdump prints them: offset, hexadecimal, and what can be printed."""
    lines = []
    for start in range(0, len(value), _ROW):
        row = value[start : start + _ROW]
        printed = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        lines.append(f"{start:08x}  {row[:8].hex(' '):<23}  {row[8:].hex(' '):<23}  |{printed}|")
    return lines


def _id(letter: Letter) -> str:
    return f"{_SHORT.get(letter.topic, letter.topic)} {letter.number}"


def _header(content: str | bytes | None) -> str:
    if content is None:
        return "(none)"
    return content if isinstance(content, str) else _text(content) or ""


def _text(content: bytes | None) -> str | None:
    """Return bytes as text that a terminal can take: what is no UTF-8, and control characters, escaped."""
    if content is None:
        return None
    text = content.decode(errors="backslashreplace")
    return "".join(each if each.isprintable() else f"\\x{ord(each):02x}" for each in text)
