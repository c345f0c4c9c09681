"""Telling the settings in force, secrets masked."""

from infra.settings.chosen import Settings
from infra.settings.families import PER_CLASS, SRT_MEANING, SRT_PREFIX


def in_words(settings: Settings) -> list[tuple[str, str, str]]:
    """Return (name, value, meaning) of every setting, secrets masked, as shown at start."""
    rows = []
    families = {"srt_stream_urls", *(each.field for each in PER_CLASS)}
    for name, field in Settings.model_fields.items():
        if name in families:
            continue
        value = getattr(settings, name)
        shown = "(default)" if value is None or value == "" else str(value)
        rows.append((name.upper(), shown, field.description or ""))
    rows += [(f"{SRT_PREFIX}{name}", "***", SRT_MEANING) for name in settings.srt_stream_urls]
    for each in PER_CLASS:
        given: dict[str, float] = getattr(settings, each.field)
        rows += [
            (name, str(given[fault]), each.meaning) for name, fault in each.names().items() if fault in given
        ]
    return rows
