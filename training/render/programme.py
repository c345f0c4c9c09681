"""One programme, from its number to its file and its truth."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np

from training.picture.media import Media
from training.picture.plan import Span, plan_dense, plan_faults, plan_television
from training.picture.programme import Programme
from training.picture.raster import Generator
from training.render.damage import damage, events
from training.render.encode import encode
from training.render.encoding import Encoding, choose_encoding
from training.render.packets import lose_packets
from training.sound.compose import Track, compose_track
from training.sources import Source, Split
from training.truth_file import Fault, Truth, Unclear, write_truth

# Seconds of a programme of a mixed set, and of a set without faults: longer, for starts and ends are special.
_MIXED_S, _HEALTHY_S = (30.0, 60.0), (60.0, 120.0)
# Hours of health are what counts there, and hours of large pictures cost more than a small machine has.
_LONG_LARGE = 0.25
# How many faults a programme has, where they fit.
_FAULTS, _FAULT_CHANCES = (1, 2, 3, 4), (0.1, 0.25, 0.4, 0.25)
_GRAPHICS = 0.8
# Share of the picture's packets lost, and how many are lost at once: single ones, and short outages.
_LOSS, _BURSTS = (0.004, 0.05), (1.0, 1.0, 4.0, 12.0)
# Losses a second at least: rarer ones heal before the next, and leave a viewer in doubt.
_LEAST_LOSSES_HZ = 2.0
# Bytes of a transport packet that are of its stream.
_PAYLOAD = 184


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to render."""

    split: Split
    seed: int
    number: int
    healthy: bool
    long: bool
    """It is as long as those of a set without faults."""
    with_sound: bool
    dense: bool = False
    """Faults follow one close after another, in pictures of all sizes: for learning, not for judging."""


def render(order: Order, sources: Sequence[Source], media: Media, folder: Path) -> Path:
    """Render one programme and its truth into a folder; return the media file.

    The same order and media make the same programme. Raises training.render.encode.EncodingFailed, and
    OSError when the folder can't be written.
    """
    part = ("train", "val", "test").index(order.split)
    rng = np.random.default_rng([order.seed, part, order.number])
    encoding = choose_encoding(rng, large=_LONG_LARGE if order.long else 1.0, dense=order.dense)
    low, high = _HEALTHY_S if order.long else _MIXED_S
    duration_s = round(float(rng.uniform(low, high)))
    spans = _plan(order, encoding, duration_s, rng)
    programme = Programme(media, encoding.raster, spans, rng, graphics=bool(rng.random() < _GRAPHICS))
    track = _track(order, sources, spans, duration_s) if order.with_sound else None
    count = encoding.raster.frames(duration_s) // 2 * 2
    target = folder / f"{order.split}-{order.number:05d}.{encoding.container}"
    part_file = folder / f".{target.name}"
    encode(programme.frames(count), encoding, part_file, None if track is None else track.samples)
    faults, unclear = programme.faults(), programme.unclear()
    lost = [span for span in spans if span.lost_packets]
    if lost:
        more, doubts = _lose(part_file, lost, encoding, rng)
        faults, unclear = [*faults, *more], [*unclear, *doubts]
    if track is not None:
        faults, unclear = [*faults, *track.faults], [*unclear, *track.unclear]
    part_file.replace(target)
    write_truth(target, _truth(order, encoding, programme, track, count, faults, unclear))
    return target


def _plan(order: Order, encoding: Encoding, duration_s: float, rng: Generator) -> list[Span]:
    faults: list[Span] = []
    if not order.healthy:
        losses = encoding.container == "ts" and encoding.codec != "libx265"
        if order.dense:
            return plan_dense(duration_s, rng, losses=losses)
        faults = plan_faults(duration_s, int(rng.choice(_FAULTS, p=_FAULT_CHANCES)), rng, losses=losses)
    return [*faults, *plan_television(duration_s, faults, rng)]


def _track(order: Order, sources: Sequence[Source], spans: list[Span], duration_s: float) -> Track:
    """Compose the sound; its faults keep clear of the picture's, so that each can be told by itself."""
    taken = [(span.start_s - 1, span.end_s + 1) for span in spans if span.counts]
    seed = order.seed * 100_000 + order.number
    return compose_track(sources, order.split, seed, duration_s, healthy=order.healthy, keep_clear=taken)


def _lose(
    path: Path, spans: list[Span], encoding: Encoding, rng: Generator
) -> tuple[list[Fault], list[Unclear]]:
    """Lose packets of a file where spans say so, and look what came of it."""
    share = float(np.exp(rng.uniform(*np.log(_LOSS))))
    burst = float(rng.choice(_BURSTS))
    packets_hz = encoding.kilobits * 1000 / 8 / _PAYLOAD
    share = max(share, _LEAST_LOSSES_HZ * burst / packets_hz)
    whole = path.with_suffix(".whole.ts")
    path.replace(whole)
    try:
        stretches = [(span.start_s, span.end_s) for span in spans]
        path.write_bytes(lose_packets(whole.read_bytes(), stretches, share, burst, rng))
        shares = damage(whole, path, encoding.fps)
    finally:
        whole.unlink()
    return events(shares, encoding.fps, f"{100 * share:.1f} % of packets lost, {burst:.0f} at once")


def _truth(
    order: Order,
    encoding: Encoding,
    programme: Programme,
    track: Track | None,
    count: int,
    faults: list[Fault],
    unclear: list[Unclear],
) -> Truth:
    used = programme.used | (set() if track is None else set(track.sources))
    return Truth(
        duration_s=round(count / encoding.raster.fps, 3),
        split=order.split,
        seed=order.seed,
        sources=tuple(sorted(used)),
        has_picture=True,
        has_sound=track is not None,
        width=encoding.raster.width,
        height=encoding.raster.height,
        fps=round(encoding.fps, 3),
        video_codec=encoding.codec,
        bitrate_kbps=encoding.kilobits,
        gop=encoding.gop,
        graphics=programme.graphics,
        faults=tuple(sorted(faults, key=lambda fault: fault.start_s)),
        unclear=tuple(sorted(unclear, key=lambda stretch: stretch.start_s)),
    )
