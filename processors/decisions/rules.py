"""The rules by which a class of faults is decided: of a channel, of the settings, of the model."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from infra.settings import Settings
from processors.decisions.limits import Limits, limits
from processors.decisions.rule import Rule
from schemas.events.streams import Mute, StreamConfigured
from schemas.faults import FAULTS, SEM_SINAL, Category
from schemas.mutes import muted_until

# The picture model's score of a black that has just begun dips for up to 1.2 s (seen in each of two rendered
# programmes) and needs a window more to convince again.
PICTURE_DIP_S = 2.0

# A model or two of a kind at a time; past this something names thresholds at will, and none is kept.
_SCORED_MAX = 100

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


class Scored(msgspec.Struct, frozen=True):
    """The rules of all classes that a model scores together."""

    classes: dict[str, Rule]
    """By class; those that are no fault are not in it."""
    quiet: Limits | None
    """Within what none of them has to be looked at."""


class Rules:
    """The rules of an installation, or of one channel of it."""

    def __init__(self, settings: Settings, configured: StreamConfigured | None = None) -> None:
        """Take what the settings say, and over it what a channel's configuration says.

        The model's card comes with each event.
        """
        self._settings = settings
        self._thresholds, self._onsets = settings.thresholds, settings.onsets
        self._clears = settings.clears
        self.disabled: frozenset[str] = frozenset()
        """Fault types that never open."""
        self.mutes: tuple[Mute, ...] = ()
        """When nothing opens."""
        # Every event asks for the rules of its classes, and all events of a model ask for the same.
        self._scored: dict[tuple[tuple[str, ...], tuple[tuple[str, float], ...]], Scored] = {}
        if configured is not None:
            self._thresholds = {**self._thresholds, **configured.thresholds}
            self._onsets = {**self._onsets, **configured.onsets}
            self._clears = {**self._clears, **configured.clears}
            self.disabled = frozenset(configured.disabled)
            self.mutes = configured.mutes

    def muted_until(self, at: datetime) -> datetime | None:
        """Return when the mute that holds at a moment of media time ends; None when none does."""
        return muted_until(self.mutes, at) if self.mutes else None

    def of(self, fault: str, card_thresholds: Mapping[str, float]) -> Rule | None:
        """Return the rule of a class, or None for a class that is no fault (``normal``, say).

        The threshold is the channel's of that class, else the setting's, else the model card's, else the
        default of its kind.
        """
        known = FAULTS.get(fault)
        if known is None:
            return None
        video = known.category is Category.VIDEO
        default = self._settings.video_thresh_default if video else self._settings.audio_thresh_default
        return Rule(
            fault=fault,
            category=known.category,
            threshold=self._thresholds.get(fault, card_thresholds.get(fault, default)),
            moving_avg_m=self._settings.video_moving_avg_m if video else self._settings.audio_moving_avg_m,
            vote_k=self._settings.video_vote_k if video else self._settings.audio_vote_k,
            onset_s=self._onsets.get(fault, known.onset_s),
            clear_s=self._clears.get(fault, known.clear_s),
            enabled=fault not in self.disabled,
            dip_s=PICTURE_DIP_S if video else 0.0,
        )

    def scored(self, names: Iterable[str], card_thresholds: Mapping[str, float]) -> Scored:
        """Return the rules of classes that are scored together, as `of` gives them."""
        key = (tuple(names), tuple(card_thresholds.items()))
        made = self._scored.get(key)
        if made is None:
            if len(self._scored) >= _SCORED_MAX:
                self._scored.clear()
            rules = [(name, self.of(name, card_thresholds)) for name in key[0]]
            classes = {name: rule for name, rule in rules if rule is not None}
            made = self._scored[key] = Scored(classes, limits(classes))
        return made

    @property
    def signal(self) -> Rule:
        """Return the rule of a lost signal, which no model scores."""
        return Rule(
            fault=SEM_SINAL.name,
            category=Category.SINAL,
            threshold=1.0,
            moving_avg_m=1,
            vote_k=1,
            onset_s=self._onsets.get(SEM_SINAL.name, SEM_SINAL.onset_s),
            enabled=SEM_SINAL.name not in self.disabled,
            # A lost signal ends with the first media that is recorded again.
            clear_s=0.0,
        )
