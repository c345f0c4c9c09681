"""Minutes of coverage in Postgres: reading them, those that spans reach, and writing them."""

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection, Table, text

from projections.bulk import upsert
from projections.copy_text import line
from projections.coverage_faults import Fault
from projections.coverage_minute import Heard, Minute, first_second, last_second, longest_hole
from projections.coverage_seconds import END, FIRST, MINUTE_S, Seconds, minute_of, minute_start
from projections.coverage_told import Place, Span
from projections.projection import Values


def heard_at(connection: Connection, table: Table, places: Sequence[Place]) -> dict[Place, Heard]:
    """Return what has been heard of some minutes so far, of those that have a row."""
    found = connection.execute(
        text(
            f"SELECT channel, minute, picture, sound, video, audio, trouble FROM {table.name} JOIN "
            "unnest(CAST(:channels AS text[]), CAST(:minutes AS timestamptz[])) AS asked (channel, minute) "
            "USING (channel, minute)"
        ),
        {
            "channels": [channel for channel, _ in places],
            "minutes": [minute_start(minute) for _, minute in places],
        },
    )
    return {(row[0], minute_of(row[1])): Heard(*row[2:]) for row in found}


def places_in(connection: Connection, table: Table, spans: Iterable[Span]) -> set[Place]:
    """Return the minutes with a row that hold any second of some spans."""
    asked = [(each.channel, _first_minute(each.seconds), _end_minute(each.seconds)) for each in spans]
    if not asked:
        return set()
    found = connection.execute(
        text(
            f"SELECT DISTINCT channel, minute FROM {table.name} JOIN unnest(CAST(:channels AS text[]), "
            "CAST(:firsts AS timestamptz[]), CAST(:ends AS timestamptz[])) AS asked (channel, first, past) "
            "USING (channel) WHERE minute >= first AND minute < past"
        ),
        {
            "channels": [channel for channel, _, _ in asked],
            "firsts": [minute_start(first) for _, first, _ in asked],
            "ends": [minute_start(end) for _, _, end in asked],
        },
    )
    return {(channel, minute_of(minute)) for channel, minute in found}


def faults_over(connection: Connection, table: Table, places: Sequence[Place]) -> dict[str, list[Fault]]:
    """Return the faults that may reach some minutes, by channel; ``places`` is not empty."""
    firsts: dict[str, int] = {}
    lasts: dict[str, int] = {}
    for channel, minute in places:
        firsts[channel] = min(minute, firsts.get(channel, minute))
        lasts[channel] = max(minute, lasts.get(channel, minute))
    found = connection.execute(
        text(
            f"SELECT channel, type, first_s, end_s FROM {table.name} JOIN "
            "unnest(CAST(:channels AS text[]), CAST(:firsts AS bigint[]), CAST(:pasts AS bigint[])) "
            "AS asked (channel, first, past) USING (channel) WHERE end_s > first AND first_s < past"
        ),
        {
            "channels": list(firsts),
            "firsts": [minute * MINUTE_S for minute in firsts.values()],
            "pasts": [(minute + 1) * MINUTE_S for minute in lasts.values()],
        },
    )
    faults: dict[str, list[Fault]] = {}
    for channel, kind, first, end in found:
        faults.setdefault(channel, []).append(Fault(kind, Seconds(first, end)))
    return faults


def write(connection: Connection, table: Table, rows: Iterable[Minute]) -> None:
    """Write minutes whole, over what was there of them."""
    names = tuple(column.name for column in table.columns)
    upsert(connection, table.name, names, "channel, minute", (_line(row, names) for row in rows))


def values(row: Minute) -> Values:
    """Return what the database shall give back for a minute."""
    heard, judged = row.heard, row.judged
    hole_at_s, hole_s = longest_hole(judged.observed) or (None, None)
    return {
        "channel": row.channel,
        "minute": minute_start(row.minute),
        **msgspec.structs.asdict(heard),
        "healthy_s": judged.healthy.bit_count(),
        "faulty_s": judged.faulty.bit_count(),
        "faults": judged.faults,
        "observed_video_s": heard.video.bit_count(),
        "observed_audio_s": heard.audio.bit_count(),
        "first_s": first_second(judged.observed),
        "last_s": last_second(judged.observed),
        "hole_s": hole_s,
        "hole_at_s": hole_at_s,
    }


def _line(row: Minute, names: Sequence[str]) -> str:
    cells = {**values(row), "minute": minute_start(row.minute).isoformat()}
    cells["faults"] = msgspec.json.encode(row.judged.faults).decode()
    return line(msgspec.convert([cells[name] for name in names], list[str | int | None]))


def _first_minute(seconds: Seconds) -> int:
    return min(max(seconds.first, FIRST), END) // MINUTE_S


def _end_minute(seconds: Seconds) -> int:
    return -(-min(max(seconds.end, FIRST), END) // MINUTE_S)
