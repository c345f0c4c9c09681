"""Programmes made of programmes: what was rendered before, with more faults and graphics, encoded anew.

A programme costs much to compose and holds two faults; composed once, it carries many more. For training
alone: what is judged is never made of what was made before.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import av
import cv2
import msgspec
import numpy as np

from training.picture.insets import choose_elements
from training.picture.media import Media
from training.picture.plan import Span
from training.picture.programme import make_fault
from training.picture.raster import Frame, Generator, Raster, scale
from training.render.encode import encode
from training.render.encoding import Encoding, choose_encoding
from training.truth_file import Fault, Truth, Unclear, read_truth, rendered, write_truth

# Of a programme, so many seconds; between faults this much health, so that half of it is healthy.
_LENGTH_S = 40.0
_HEALTH_S, _FAULT_S = (1.8, 5.0), (1.2, 8.0)
_TYPES, _CHANCES = ("freeze", "fade", "borrado", "bloco", "barras"), (0.28, 0.18, 0.26, 0.13, 0.15)
_GRAPHICS, _OVER = 0.85, 0.3
# A fault that changes half of its pictures by less (mean of levels) is none that a viewer would swear to:
# blocks in a flat drawing, blur of a soft scene. What stands differs little from what moves little.
_SEEN_LEVELS = {"freeze": 0.3, "borrado": 1.0, "bloco": 2.0}
# Above this many pixels programmes cost more than they teach.
_LARGEST = 1280 * 720
# Around what is unclear, or was a fault before, no other begins.
_APART_S = 1.0


def remix(folder: Path, media: Media, count: int, seed: int) -> None:
    """Add programmes ``remix-NNNNN`` to a folder until it has ``count``; those there are not made again.

    The same folder, media and seed give the same. Raises training.render.encode.EncodingFailed, OSError.
    """
    bases = [path for path in rendered(folder) if not path.stem.startswith(("remix", "fixed"))]
    truths = [(path, read_truth(path)) for path in bases]
    fit = [(path, truth) for path, truth in truths if 0 < truth.width * truth.height <= _LARGEST]
    there = {path.stem for path in rendered(folder)}
    for number in range(count):
        if f"remix-{number:05d}" not in there:
            rng = np.random.default_rng([seed, number, 7])
            path, truth = fit[number % len(fit)]
            _one(folder, f"remix-{number:05d}", path, truth, media, rng)
            print(f"remix: programme {number + 1} of {count}", flush=True)


def _one(folder: Path, name: str, base: Path, truth: Truth, media: Media, rng: Generator) -> None:
    raster = Raster(truth.width, truth.height, min(truth.fps, 30.0))
    skipped_s = float(rng.uniform(0.0, max(0.0, truth.duration_s - _LENGTH_S)))
    kept = _shifted(truth, skipped_s)
    length_s = min(_LENGTH_S, truth.duration_s - skipped_s)
    mixed = _Mix(raster, _plan(kept, length_s, rng), media, rng)
    drawn = choose_encoding(rng)
    encoding = msgspec.structs.replace(drawn, raster=raster, interlaced=False)
    target = folder / f"{name}.{encoding.container}"
    part = folder / f".{target.name}"
    encode(mixed.frames(_frames(base, raster, skipped_s, length_s)), encoding, part)
    part.replace(target)
    write_truth(target, _truth(kept, mixed, encoding, length_s))


def _shifted(truth: Truth, skipped_s: float) -> Truth:
    """Return the truth of a programme that begins later."""
    faults = tuple(
        msgspec.structs.replace(
            each, start_s=max(0.0, each.start_s - skipped_s), end_s=each.end_s - skipped_s
        )
        for each in truth.faults
        if each.end_s > skipped_s
    )
    unclear = tuple(
        msgspec.structs.replace(
            each, start_s=max(0.0, each.start_s - skipped_s), end_s=each.end_s - skipped_s
        )
        for each in truth.unclear
        if each.end_s > skipped_s
    )
    return msgspec.structs.replace(truth, faults=faults, unclear=unclear)


def _plan(kept: Truth, length_s: float, rng: Generator) -> list[Span]:
    taken = [(each.start_s - _APART_S, each.end_s + _APART_S) for each in kept.faults]
    taken += [(each.start_s - _APART_S, each.end_s + _APART_S) for each in kept.unclear]
    spans: list[Span] = []
    at = float(rng.uniform(*_HEALTH_S))
    while True:
        end = at + float(np.exp(rng.uniform(*np.log(_FAULT_S))))
        if end > length_s - 1.0:
            return spans
        busy = [until for start, until in taken if start < end and at < until]
        if busy:
            at = max(busy) + float(rng.uniform(0.0, 1.0))
            continue
        kind = str(rng.choice(_TYPES, p=_CHANCES))
        spans.append(Span(kind, at, end, over=bool(rng.random() < _OVER), counts=True))
        at = end + float(rng.uniform(*_HEALTH_S))


def _frames(base: Path, raster: Raster, skipped_s: float, length_s: float) -> Iterator[Frame]:
    """Yield the frames of a stretch of a file at the raster's rate."""
    due = 0
    with av.open(str(base)) as container:
        first_s: float | None = None
        for frame in container.decode(video=0):
            time_s = float(frame.time or 0.0)
            first_s = time_s if first_s is None else first_s
            at_s = time_s - first_s - skipped_s
            if due / raster.fps > at_s + 0.5 / raster.fps:
                continue
            if due >= raster.frames(length_s):
                return
            picture = np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
            if picture.shape[:2] != (raster.height, raster.width):
                picture = scale(picture, raster.width, raster.height)
            yield picture
            due += 1


class _Mix:
    """Faults and graphics over given frames; what came of it stands when the last frame is taken."""

    def __init__(self, raster: Raster, spans: Sequence[Span], media: Media, rng: Generator) -> None:
        self._raster, self._spans = raster, spans
        self._made = [make_fault(span, raster, rng, []) for span in spans]
        self.elements = choose_elements(raster, media, rng) if rng.random() < _GRAPHICS else []
        self._bad: list[list[int]] = [[] for _ in spans]
        self._changed: list[list[float]] = [[] for _ in spans]
        self.count = 0

    def frames(self, given: Iterator[Frame]) -> Iterator[Frame]:
        """Yield each frame as broadcast."""
        for index, frame in enumerate(given):
            at = (index + 0.5) / self._raster.fps
            now = [number for number, span in enumerate(self._spans) if span.start_s <= at < span.end_s]
            shown = frame
            for number in now:
                if not self._spans[number].over:
                    shown = self._spoil(number, shown, index)
            for element in self.elements:
                element.paint(shown, index)
            for number in now:
                if self._spans[number].over:
                    shown = self._spoil(number, shown, index)
            self.count += 1
            yield shown

    def truth(self) -> tuple[list[Fault], list[Unclear]]:
        """Return the faults that a viewer would call so, and the stretches where he would hesitate."""
        faults: list[Fault] = []
        unclear: list[Unclear] = []
        for span, made, bad, changed in zip(self._spans, self._made, self._bad, self._changed, strict=True):
            if not bad:
                continue
            start_s = round(bad[0] / self._raster.fps, 3)
            end_s = round((bad[-1] + 1) / self._raster.fps, 3)
            if span.type in ("fade", "barras") or np.median(changed) >= _SEEN_LEVELS[span.type]:
                faults.append(Fault(type=span.type, start_s=start_s, end_s=end_s, detail=made.detail))
            else:
                unclear.append(
                    Unclear(start_s=max(0.0, start_s - 0.4), end_s=end_s + 0.4, types=(span.type,))
                )
        return faults, unclear

    def _spoil(self, number: int, frame: Frame, index: int) -> Frame:
        span, fps = self._spans[number], self._raster.fps
        first, last = int(np.ceil(span.start_s * fps - 0.5)), int(np.ceil(span.end_s * fps - 0.5)) - 1
        before = frame.copy()
        shown, bad = self._made[number].apply(frame, index - first, last - index)
        if bad:
            self._bad[number].append(index)
            self._changed[number].append(float(np.mean(cv2.absdiff(before, shown))))
        return shown


def _truth(kept: Truth, mixed: _Mix, encoding: Encoding, length_s: float) -> Truth:
    faults, unclear = mixed.truth()
    ended = min(length_s, mixed.count / encoding.raster.fps)
    return msgspec.structs.replace(
        kept,
        duration_s=round(mixed.count / encoding.raster.fps, 3),
        fps=encoding.fps,
        video_codec=encoding.codec,
        bitrate_kbps=encoding.kilobits,
        gop=encoding.gop,
        graphics=(*kept.graphics, *(element.name for element in mixed.elements)),
        faults=tuple(
            sorted(
                (*(each for each in kept.faults if each.start_s < ended), *faults), key=lambda e: e.start_s
            )
        ),
        unclear=tuple(
            sorted(
                (*(each for each in kept.unclear if each.start_s < ended), *unclear), key=lambda e: e.start_s
            )
        ),
    )
