"""One pass over the sound of a piece of media: its blocks, each with 3 s before and 0.75 s after in view."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from infra.media_file import MediaRefused, open_media
from processors.audio.blocks import Block, Tail, add
from processors.audio.decode import Decoding, decode_sound
from processors.audio.run import Heard, Run, extend, finish, follows

# Blocks reduced in one go: many enough that numpy's overhead is spread, few enough to stay in the cache.
_AT_ONCE = 16


@dataclass(frozen=True)
class AudioContext:
    """What the next segment needs of the past: opaque to callers, some two megabytes."""

    tail: Tail | None = None
    run: Run | None = None
    packet: bytes = b""


class Walk:
    """The samples of one piece of media after the ``context`` of the one before."""

    def __init__(
        self,
        context: AudioContext | None,
        tally: Decoding,
        *,
        last: bool = False,
        track: int | None = None,
    ) -> None:
        """Start from a past, which is not changed; ``tally`` counts chunks as they are decoded.

        ``last`` says that no media follows: what waits for a future is judged without it. ``track``: which
        sound track, from 1; None for the default one.
        """
        self.context = context or AudioContext()
        self._tally = tally
        self._last = last
        self._track = track

    def heard(self, media: Path | BinaryIO) -> Iterator[Heard]:
        """Yield the samples in order and leave in ``context`` what the next piece needs; never raises."""
        yield from self._decoded(media)
        if self._last and self.context.run is not None:
            yield finish(self.context.run)
            self.context = replace(self.context, run=None)

    def _decoded(self, media: Path | BinaryIO) -> Iterator[Heard]:
        try:
            container = open_media(media)
        except MediaRefused:
            self._tally.failed += 1
            return
        waiting: list[Block] = []
        with container:
            for sound in decode_sound(container, self._tally, self.context.packet, self._track):
                blocks, tail = add(self.context.tail, sound)
                self.context = replace(self.context, tail=tail)
                for block in blocks:
                    if waiting and not _goes_on(waiting[-1], block):
                        yield from self._take(waiting)
                        waiting = []
                    waiting.append(block)
                if len(waiting) >= _AT_ONCE:
                    yield from self._take(waiting)
                    waiting = []
        yield from self._take(waiting)
        if self._tally.last_packet:
            self.context = replace(self.context, packet=self._tally.last_packet)

    def _take(self, blocks: list[Block]) -> Iterator[Heard]:
        if not blocks:
            return
        run = self.context.run
        if run is not None and not follows(run, blocks[0]):
            yield finish(run)
            run = None
        run, heard = extend(run, blocks)
        self.context = replace(self.context, run=run)
        if len(heard.times_s):
            yield heard


def _goes_on(before: Block, block: Block) -> bool:
    return (
        block.number == before.number + 1
        and block.rate_hz == before.rate_hz
        and block.samples.shape == before.samples.shape
    )
