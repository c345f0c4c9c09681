"""The rules by which a class of faults is decided, from the settings and the model's own thresholds."""

from collections.abc import Mapping

import msgspec

from infra.settings import Settings
from schemas.faults import FAULTS, SEM_SINAL, Category

# Good samples for this long end a fault: shorter ones are gaps within it (a flash over black, a click).
CLEAR_S = 1.0
# What a model holds for likelier than not belongs to the fault once it has opened, and marks its ends: a
# threshold set high against false alarms must not make faults shorter than they are, nor tear them apart.
EDGE = 0.5
# Bad samples closer than this belong to one run while a fault has not opened yet: one lost vote of three.
MERGE_S = 0.5
# After a longer stretch without any sample nobody knows whether the fault went on: it is closed where it
# was last seen. Longer than the restart of an ingest (a few seconds), which must not split an occurrence.
HOLD_S = 15.0

# A black picture, or bars, stands still and is flat and blurred; a test tone is no programme sound, repeats
# itself and may be driven hard; in silence only noise is left: the cause alone is told. Bars and their tone
# are two occurrences: one of the picture, one of the sound.
SUPPRESSED_BY: dict[str, frozenset[str]] = {
    "freeze": frozenset({"fade", "barras"}),
    "borrado": frozenset({"fade", "barras"}),
    "bloco": frozenset({"fade", "barras"}),
    "ausencia_audio": frozenset({"sinal_teste"}),
    "ruido_hiss": frozenset({"ausencia_audio", "sinal_teste"}),
    "eco_reverb": frozenset({"ausencia_audio", "sinal_teste"}),
    "distorcao": frozenset({"ausencia_audio", "sinal_teste"}),
}


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """How one class is decided; times in seconds."""

    fault: str
    category: Category
    threshold: float
    moving_avg_m: int
    vote_k: int
    onset_s: float
    clear_s: float = CLEAR_S
    merge_s: float = MERGE_S
    hold_s: float = HOLD_S

    @property
    def edge(self) -> float:
        """Return the score from which a sample belongs to a fault (a fault opens at ``threshold``)."""
        return min(self.threshold, EDGE)


class Rules:
    """The rules of an installation."""

    def __init__(self, settings: Settings) -> None:
        """Take what the settings say; the model's card comes with each event."""
        self._settings = settings

    def of(self, fault: str, card_thresholds: Mapping[str, float]) -> Rule | None:
        """Return the rule of a class, or None for a class that is no fault (``normal``, say).

        The threshold is the setting's of that class, else the model card's, else the default of its kind.
        """
        known = FAULTS.get(fault)
        if known is None:
            return None
        video = known.category is Category.VIDEO
        default = self._settings.video_thresh_default if video else self._settings.audio_thresh_default
        return Rule(
            fault=fault,
            category=known.category,
            threshold=self._settings.thresholds.get(fault, card_thresholds.get(fault, default)),
            moving_avg_m=self._settings.video_moving_avg_m if video else self._settings.audio_moving_avg_m,
            vote_k=self._settings.video_vote_k if video else self._settings.audio_vote_k,
            onset_s=self._settings.onsets.get(fault, known.onset_s),
            clear_s=self._settings.clears.get(fault, CLEAR_S),
        )

    @property
    def signal(self) -> Rule:
        """Return the rule of a lost signal, which no model scores."""
        return Rule(
            fault=SEM_SINAL.name,
            category=Category.SINAL,
            threshold=1.0,
            moving_avg_m=1,
            vote_k=1,
            onset_s=self._settings.onsets.get(SEM_SINAL.name, SEM_SINAL.onset_s),
            # A lost signal ends with the first media that is recorded again.
            clear_s=0.0,
        )
