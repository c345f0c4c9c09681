"""Clipping: flat tops, from hard to mild, at any level, whatever came after the clipping."""

import numpy as np

from training.sound.samples import RATE_HZ, Generator, Mono, Stereo, active_dbfs, eased, filtered, gain

# A syllable or beat is looked at in pieces of this length; it is clipped when half a hundredth of it lies
# flat: a top or two of every period of a voice.
_PIECE = RATE_HZ // 10
_FLAT = 0.005
# Flat tops in most syllables or beats: in three pieces of five.
_MOST = 0.6
# Digital overs at full scale, nearly as loud, at any level, as loud as the programme was.
_LEVELS = (0.15, 0.25, 0.3, 0.3)


def distorcao(stretch: Stereo, before: Stereo, channels: list[int], rng: Generator) -> tuple[Stereo, str]:
    """Overdrive the programme until most of its syllables or beats have flat tops, then set a new level."""
    level = gain(active_dbfs(stretch[channels]))
    # In multiples of the programme's RMS: speech peaks reach 4 to 6, so that 1.8 is mild and 0.5 is hard.
    ceiling = level * float(np.exp(rng.uniform(np.log(0.45), np.log(1.8))))
    while _share_clipped(stretch[channels], ceiling) < _MOST and ceiling > 0.1 * level:
        ceiling *= 0.85
    lower = ceiling * (1.0 if rng.random() < 0.75 else rng.uniform(1.0, 1.6))  # one half-wave earlier
    if rng.random() < 0.5:
        ceiling, lower = lower, ceiling
    # Hard, or with a knee: 3 is about a valve's (tanh), 12 nearly hard.
    knee = 0.0 if rng.random() < 0.65 else float(np.exp(rng.uniform(np.log(2.5), np.log(12))))
    clipped = _clip(stretch, ceiling, lower, knee)
    after = _afterwards(clipped, rng)
    # Up to full scale as an overdriven input is, or back at the level of the programme, or lower.
    peak = float(np.abs(after[channels]).max()) + 1e-9
    wanted = rng.choice([1.0, rng.uniform(0.85, 1.0), rng.uniform(0.08, 0.85), ceiling], p=_LEVELS)
    out = stretch.copy()
    gate = eased(stretch.shape[1], round(rng.choice([0.0, 0.005]) * RATE_HZ))
    scaled = after * np.float32(min(1.0, wanted) / peak)
    for channel in channels:
        out[channel] = stretch[channel] * (1 - gate) + scaled[channel] * gate
    return out, f"clipped at {20 * np.log10(ceiling / level):.0f} dB re RMS{', soft' if knee else ''}"


def _clip(samples: Stereo, ceiling: float, lower: float, knee: float) -> Stereo:
    if not knee:
        return np.clip(samples, -lower, ceiling).astype(np.float32)
    limit = np.where(samples >= 0, np.float32(ceiling), np.float32(lower))
    ratio = np.abs(samples / limit)
    bent: Stereo = (samples / (1 + ratio**knee) ** (1 / knee)).astype(np.float32)
    return bent


def _afterwards(samples: Stereo, rng: Generator) -> Stereo:
    """Return samples through what follows an overdriven stage: gentle filters that tilt the flat tops."""
    if rng.random() < 0.5:
        return samples
    hertz = np.linspace(0, RATE_HZ / 2, 1025)
    response = 1 / np.sqrt(1 + (rng.uniform(10, 60) / np.maximum(hertz, 1)) ** 4)
    response *= 1 / np.sqrt(1 + (hertz / rng.uniform(6_000, 20_000)) ** 8)
    response *= 10 ** (rng.uniform(-0.5, 0.5) * np.log2(np.maximum(hertz, 50) / 1000) / 20)
    return filtered(samples, response.astype(np.float32))


def _share_clipped(samples: Stereo, ceiling: float) -> float:
    """Return the share of the loud pieces that have flat tops."""
    return float(np.mean([_of_channel(channel, ceiling) for channel in samples]))


def _of_channel(channel: Mono, ceiling: float) -> float:
    pieces = channel[: len(channel) // _PIECE * _PIECE].reshape(-1, _PIECE)
    if not len(pieces):
        return 1.0
    power = np.square(pieces).mean(axis=1)
    loud = pieces[power > power.mean() * 0.1]
    return float(((np.abs(loud) >= ceiling).mean(axis=1) >= _FLAT).mean()) if len(loud) else 1.0
