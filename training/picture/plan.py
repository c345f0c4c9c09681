"""What goes wrong in a programme, and when."""

import msgspec
import numpy as np

from training.picture.raster import Generator

# A fault has health around it, so that its edges are heard by no other's.
_HEALTH_S = 4.0
# How often each is chosen, and how often over the graphics too: the whole picture goes.
_TYPES = ("freeze", "fade", "borrado", "bloco", "barras")
_CHANCES = (0.26, 0.15, 0.20, 0.28, 0.11)
# For learning: what looks most different each time is shown most, and as much health as faults.
_DENSE_CHANCES = (0.22, 0.07, 0.21, 0.43, 0.07)
# Losses that the stream's own counters tell are learnt from few; those upstream of it need many.
_DENSE_LOST = 0.25
_DENSE_HEALTH_S, _DENSE_FAULT_S = (1.8, 5.0), (1.2, 8.0)
# How often the programme cuts where a fault begins and ends: seldom to a picture that then stands, as a slide
# does.
_CUT = {"freeze": 0.08, "fade": 0.3, "borrado": 0.3, "bloco": 0.3, "barras": 0.3}
_OVER = {"freeze": 0.15, "fade": 0.3, "borrado": 0.1, "bloco": 0.4, "barras": 0.4}


class Span(msgspec.Struct, frozen=True):
    """One fault to be, in seconds of the programme."""

    type: str
    start_s: float
    end_s: float
    over: bool
    """It takes the graphics with it."""
    counts: bool
    """It is long enough to be a fault, and not television."""
    lost_packets: bool = False
    """It is made in the encoded stream and not in the picture."""
    cut: bool = False
    """The programme cuts to another shot where it begins and ends."""


def plan_faults(duration_s: float, count: int, rng: Generator, *, losses: bool) -> list[Span]:
    """Choose ``count`` faults (fewer when they do not fit), mostly 1.2 to 20 s long, in order."""
    spans: list[Span] = []
    at = _HEALTH_S * rng.uniform(0.9, 2.0)
    room = duration_s - at - _HEALTH_S
    for left in range(count, 0, -1):
        most = room / left - _HEALTH_S
        if most < 1.3:
            break
        length = min(most, float(np.exp(rng.uniform(np.log(1.25), np.log(20.0)))))
        start = at + rng.uniform(0, most - length)
        kind = str(rng.choice(_TYPES, p=_CHANCES))
        spans.append(
            Span(
                type=kind,
                start_s=float(start),
                end_s=float(start + length),
                over=bool(rng.random() < _OVER[kind]),
                counts=True,
                lost_packets=bool(kind == "bloco" and losses and rng.random() < 0.6),
                cut=bool(rng.random() < _CUT[kind]),
            )
        )
        room -= start + length + _HEALTH_S - at
        at = start + length + _HEALTH_S
    return spans


def plan_dense(duration_s: float, rng: Generator, *, losses: bool) -> list[Span]:
    """Choose faults one close after another, for learning: half of the programme is none."""
    spans: list[Span] = []
    at = float(rng.uniform(*_DENSE_HEALTH_S))
    while True:
        end = at + float(np.exp(rng.uniform(*np.log(_DENSE_FAULT_S))))
        if end > duration_s - 1.0:
            return spans
        kind = str(rng.choice(_TYPES, p=_DENSE_CHANCES))
        spans.append(
            Span(
                type=kind,
                start_s=at,
                end_s=end,
                over=bool(rng.random() < _OVER[kind]),
                counts=True,
                lost_packets=bool(kind == "bloco" and losses and rng.random() < _DENSE_LOST),
                cut=bool(rng.random() < _CUT[kind]),
            )
        )
        at = end + float(rng.uniform(*_DENSE_HEALTH_S))


def plan_television(duration_s: float, faults: list[Span], rng: Generator) -> list[Span]:
    """Choose what looks like a fault and is too short to be one: held frames, dips, soft transitions."""
    spans: list[Span] = []
    for _ in range(int(rng.integers(0, 1 + max(1, int(duration_s / 15))))):
        kind = str(rng.choice(["freeze", "fade", "borrado"], p=[0.5, 0.3, 0.2]))
        length, start = rng.uniform(0.12, 0.62), rng.uniform(1.0, max(1.1, duration_s - 2.0))
        if all(start + length < other.start_s - 2 or start > other.end_s + 2 for other in (*faults, *spans)):
            spans.append(Span(kind, float(start), float(start + length), over=False, counts=False))
    return spans
