"""One pass over the sound of a piece of media: its half seconds, each with the one before in view."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from processors.audio import features
from processors.audio.blocks import BLOCK_S, Block, Tail, add
from processors.audio.decode import Decoding, decode_sound
from processors.audio.features import Spectrum
from processors.container import MediaRefused, open_media


@dataclass(frozen=True)
class AudioContext:
    """What the next segment needs of the past: opaque to callers, at most half a second of sound."""

    tail: Tail | None = None
    number: int = -1
    """Place on the grid of the block in ``spectra``."""
    spectra: tuple[Spectrum, ...] = ()
    """The newest whole block, a channel each."""
    packet: bytes = b""


@dataclass(frozen=True)
class Judged:
    """One half second, ready for the model."""

    time_s: float
    """PTS of its start."""
    windows: NDArray[np.float32]
    """(channels, *features.SHAPE)."""
    spectra: tuple[Spectrum, ...]
    """A channel each."""


class Walk:
    """The half seconds of one piece of media after the ``context`` of the one before."""

    def __init__(self, context: AudioContext | None, tally: Decoding) -> None:
        """Start from a past, which is not changed; ``tally`` counts chunks as they are decoded."""
        self.context = context or AudioContext()
        self._tally = tally

    def judged(self, media: Path | BinaryIO) -> Iterator[Judged]:
        """Yield each whole half second; ``context`` is then what the next piece needs. Never raises."""
        try:
            container = open_media(media)
        except MediaRefused:
            self._tally.failed += 1
            return
        with container:
            for sound in decode_sound(container, self._tally, self.context.packet):
                blocks, tail = add(self.context.tail, sound)
                self.context = replace(self.context, tail=tail)
                for block in blocks:
                    yield self._judge(block)
        self.context = replace(self.context, packet=self._tally.last_packet or self.context.packet)

    def _judge(self, block: Block) -> Judged:
        spectra = tuple(features.spectrum(channel, block.rate_hz) for channel in block.samples)
        past = self.context
        follows = block.number == past.number + 1 and len(past.spectra) == len(spectra)
        # At the start of a piece of media the block itself stands in for the one before.
        before = past.spectra if follows else spectra
        windows = np.stack([features.window(*pair) for pair in zip(before, spectra, strict=True)])
        self.context = replace(past, number=block.number, spectra=spectra)
        return Judged(time_s=block.number * BLOCK_S, windows=windows, spectra=spectra)
