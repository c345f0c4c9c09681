"""A programme: shots cut together, faults in them, graphics over them, and what is true of it all."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from training.picture.blocks import Crush, Outage
from training.picture.defocus import Blur
from training.picture.edit import Editor
from training.picture.footage import load_still
from training.picture.insets import choose_elements
from training.picture.media import Media
from training.picture.nature import Nature
from training.picture.overlay import Element
from training.picture.plan import Span
from training.picture.raster import Frame, Generator, Raster, fill
from training.picture.scene import Shots
from training.picture.standing import Bars, Black, Freeze
from training.picture.verdict import Look, judge
from training.truth_file import Fault, Unclear

# Of a fault of blocks, every so many frames are looked at.
_LOOK_FRAMES = 5


@dataclass
class _Running:
    """A span, its fault, and what came of it so far."""

    span: Span
    made: Freeze | Black | Blur | Crush | Outage | Bars
    bad: list[int] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)


class Programme:
    """One programme, to be taken frame by frame once; its truth stands when the last frame is taken."""

    def __init__(self, media: Media, raster: Raster, spans: list[Span], rng: Generator, *, graphics: bool):
        self.raster = raster
        self._rng, self._nature = rng, Nature(raster)
        self._shots = Shots(media, raster, rng)
        self._editor = Editor(self._shots, raster, rng)
        self._elements: list[Element] = choose_elements(raster, media, rng) if graphics else []
        cards = [fill(load_still(card.path), raster.width, raster.height) for card in media.cards]
        self._running = [
            _Running(span, make_fault(span, raster, rng, cards)) for span in spans if not span.lost_packets
        ]
        # Half of the freezes hold the source too: it goes on where it stopped.
        self._waits = {id(running) for running in self._running if rng.random() < 0.5}

    @property
    def graphics(self) -> tuple[str, ...]:
        """Names of the graphics on air."""
        return tuple(element.name for element in self._elements)

    @property
    def used(self) -> set[str]:
        """Names of the media seen so far, but for those in graphics."""
        return self._shots.used

    def frames(self, count: int) -> Iterator[Frame]:
        """Yield ``count`` frames."""
        frame: Frame | None = None
        for index in range(count):
            running = self._at(index)
            held = running is not None and running.span.type == "freeze" and id(running) in self._waits
            if frame is None or not held or not running or not running.bad:
                self._maybe_cut(running, index)
                frame = self._editor.next()
                self._nature.see(frame, index)
            shown = frame.copy() if held else frame
            if running and not running.span.over:
                shown = self._spoil(running, shown, index)
            for element in self._elements:
                element.paint(shown, index)
            if running and running.span.over:
                shown = self._spoil(running, shown, index)
            yield shown

    def faults(self) -> list[Fault]:
        """Return the faults that a viewer would call so."""
        return [fault for running in self._running for fault in self._judged(running)[0]]

    def unclear(self) -> list[Unclear]:
        """Return where the programme is by nature what a fault would make it, or a fault changed little."""
        doubts = [doubt for running in self._running for doubt in self._judged(running)[1]]
        # A decoder that lost whole pictures shows the one before: no freeze to name, nor to deny.
        held = [
            Unclear(start_s=running.span.start_s, end_s=running.span.end_s, types=("freeze",))
            for running in self._running
            if isinstance(running.made, Outage)
        ]
        return [*self._nature.unclear(), *doubts, *held]

    def _judged(self, running: _Running) -> tuple[list[Fault], list[Unclear]]:
        if not running.span.counts or not running.bad:
            return [], []
        made = Fault(
            type=running.span.type,
            start_s=round(running.bad[0] / self.raster.fps, 3),
            end_s=round((running.bad[-1] + 1) / self.raster.fps, 3),
            detail=running.made.detail + (", graphics with it" if running.span.over else ""),
        )
        if made.type == "borrado":
            return judge(made, self._nature.looks(made.start_s, made.end_s))
        return judge(made, running.looks)

    def _at(self, index: int) -> _Running | None:
        at = (index + 0.5) / self.raster.fps
        return next((item for item in self._running if item.span.start_s <= at < item.span.end_s), None)

    def _maybe_cut(self, running: _Running | None, index: int) -> None:
        """Cut at a fault's first frame and at the first after it, where its span says so."""
        at, step = (index + 0.5) / self.raster.fps, 1 / self.raster.fps
        if running and running.span.cut and at - step < running.span.start_s:
            self._editor.cut()
        if any(item.span.cut and item.span.end_s <= at < item.span.end_s + step for item in self._running):
            self._editor.cut()

    def _spoil(self, running: _Running, frame: Frame, index: int) -> Frame:
        span, fps = running.span, self.raster.fps
        first = int(np.ceil(span.start_s * fps - 0.5))
        if span.type == "freeze":
            # A scene that stood by itself shows no freeze, however long it is held.
            moved = not self._nature.is_still() if index == first else running.looks[-1].seen
            running.looks.append(Look(index / fps, moved))
        last = int(np.ceil(span.end_s * fps - 0.5)) - 1
        made = running.made
        shown, bad = made.apply(frame, index - first, last - index)
        if bad:
            running.bad.append(index)
        if isinstance(made, Crush | Outage) and index % _LOOK_FRAMES == 0:
            # Crushed flat pictures show no blocks.
            running.looks.append(Look(index / fps, made.is_seen()))
        return shown


def make_fault(
    span: Span, raster: Raster, rng: Generator, cards: list[Frame]
) -> Freeze | Black | Blur | Crush | Outage | Bars:
    """Make the fault of a span; ``cards``: test patterns of the media."""
    match span.type:
        case "freeze":
            return Freeze(raster, rng)
        case "fade":
            # What is television has no time for ramps.
            return Black(raster, rng, longest_ramp_s=0.8 if span.end_s - span.start_s > 2.5 else 0.1)
        case "borrado":
            return Blur(raster, rng)
        case "barras":
            return Bars(raster, rng, cards)
        case _:
            return Crush(raster, rng) if rng.random() < 0.45 else Outage(raster, rng)
