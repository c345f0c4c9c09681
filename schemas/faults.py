"""The fault types of Horus: one table, from which labels, categories and defaults are taken."""

from enum import StrEnum

import msgspec


class Category(StrEnum):
    """Where a fault is seen."""

    VIDEO = "video"
    AUDIO = "audio"
    SINAL = "sinal"


class FaultType(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of fault: its name on the wire, labels for people and when it starts to count."""

    name: str
    category: Category
    label_pt: str
    label_en: str
    onset_s: float
    """A fault shorter than this is television (a dip to black, a held frame); seconds."""
    clear_s: float = 1.0
    """So long without it ends it: shorter ones are gaps within it (a flash over black, a click); seconds."""


_TYPES = (
    FaultType(
        name="freeze", category=Category.VIDEO, label_pt="Congelamento", label_en="Freeze", onset_s=1.0
    ),
    FaultType(name="fade", category=Category.VIDEO, label_pt="Tela preta", label_en="Black", onset_s=1.0),
    FaultType(name="borrado", category=Category.VIDEO, label_pt="Borrado", label_en="Blur", onset_s=1.0),
    FaultType(name="bloco", category=Category.VIDEO, label_pt="Blocos", label_en="Blocking", onset_s=1.0),
    FaultType(name="barras", category=Category.VIDEO, label_pt="Barras", label_en="Colour bars", onset_s=1.0),
    FaultType(
        name="ausencia_audio",
        category=Category.AUDIO,
        label_pt="Ausência de áudio",
        label_en="Silence",
        onset_s=1.0,
    ),
    FaultType(name="ruido_hiss", category=Category.AUDIO, label_pt="Ruído", label_en="Hiss", onset_s=1.0),
    FaultType(name="eco_reverb", category=Category.AUDIO, label_pt="Eco", label_en="Echo", onset_s=1.0),
    FaultType(
        name="sinal_teste",
        category=Category.AUDIO,
        label_pt="Sinal de teste",
        label_en="Test tone",
        onset_s=1.0,
    ),
    FaultType(
        name="distorcao",
        category=Category.AUDIO,
        label_pt="Distorção",
        label_en="Clipping",
        onset_s=1.0,
        # What is overdriven clips in its loud syllables and beats alone.
        clear_s=1.5,
    ),
    FaultType(
        name="sem_sinal", category=Category.SINAL, label_pt="Sem sinal", label_en="Signal loss", onset_s=3.0
    ),
)

FAULTS: dict[str, FaultType] = {fault.name: fault for fault in _TYPES}
SEM_SINAL = FAULTS["sem_sinal"]
