"""Sound programmes: healthy scenes, faults put into them, and what is true of the whole."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.sound.faults import FAULTS
from training.sound.healthy import Healthy, make_healthy, natural_silences
from training.sound.material import sort_material
from training.sound.place import ON_AIR, Place, Spacing, find_places
from training.sound.samples import RATE_HZ, Generator, Stereo, fast_length
from training.sources import Source, Split
from training.truth_file import Fault, Unclear

# The echo's machine has heard this much of what came before.
_BEFORE = RATE_HZ
_CEILING = 0.99


@dataclass(frozen=True)
class Track:
    """The sound of a programme; times in seconds from its first sample."""

    samples: Stereo
    faults: tuple[Fault, ...]
    unclear: tuple[Unclear, ...]
    healthy: bool
    sources: tuple[str, ...]
    """Names of the media used."""
    channels: tuple[tuple[int, ...], ...] = ()
    """Of each fault: the channels it is in."""


def compose_track(
    sources: Sequence[Source],
    split: Split,
    seed: int,
    duration_s: float,
    rate_hz: int = RATE_HZ,
    *,
    healthy: bool | None = None,
    keep_clear: Sequence[tuple[float, float]] = (),
    spacing: Spacing = ON_AIR,
) -> Track:
    """Compose a programme's sound, float32 (2, n) at ``rate_hz``, from the sources of one part.

    The same arguments give the same samples. ``healthy`` asks for a programme with or without faults (None:
    as the ``spacing`` has it, which says how many there are); ``keep_clear`` are stretches, in seconds, that
    no fault shall touch.
    Raises ValueError when the part lacks speech, music or effects.
    """
    rng = np.random.default_rng([seed, 7])
    programme = make_healthy(sort_material(sources, split), duration_s, rng)
    whole = healthy if healthy is not None else bool(rng.random() < spacing.healthy)
    places = () if whole else find_places(programme, keep_clear, spacing, rng)
    return _track(programme, places, rng, rate_hz)


def _track(programme: Healthy, places: Sequence[Place], rng: Generator, rate_hz: int) -> Track:
    samples = programme.samples
    unclear = [*programme.unclear, *natural_silences(samples)]
    faults = []
    for place in places:
        start, end = round(place.start_s * RATE_HZ), round(place.end_s * RATE_HZ)
        before = samples[:, max(0, start - _BEFORE) : start]
        channels = list(place.channels)
        samples[:, start:end], detail = FAULTS[place.type](samples[:, start:end], before, channels, rng)
        where = "both channels" if len(channels) == 2 else ("left", "right")[channels[0]]
        faults.append(
            Fault(type=place.type, start_s=place.start_s, end_s=place.end_s, detail=f"{detail}, {where}")
        )
    peak = float(np.abs(samples).max(initial=0.0))
    if peak > _CEILING:
        samples *= np.float32(_CEILING / peak)
    return Track(
        samples=samples if rate_hz == RATE_HZ else _resampled(samples, rate_hz),
        faults=tuple(faults),
        unclear=tuple(unclear),
        healthy=not faults,
        sources=programme.sources,
        channels=tuple(place.channels for place in places),
    )


def _resampled(samples: Stereo, rate_hz: int) -> Stereo:
    """Return samples at another rate, by cutting or filling up their spectrum."""
    count = samples.shape[1]
    # A length that is a whole number of hundredths at both rates, so that both spectra have equal steps.
    padded = -(-fast_length(count) // (RATE_HZ // 100)) * (RATE_HZ // 100)
    size = padded * rate_hz // RATE_HZ
    spectrum = np.fft.rfft(samples, padded)
    bins = size // 2 + 1
    kept = np.zeros((2, bins), spectrum.dtype)
    kept[:, : min(bins, spectrum.shape[1])] = spectrum[:, :bins]
    made = np.fft.irfft(kept, size) * (size / padded)
    out: Stereo = made[:, : round(count * rate_hz / RATE_HZ)].astype(np.float32)
    return out
