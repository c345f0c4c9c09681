"""The way of pictures through measuring: which are sampled, and when each can be judged."""

from dataclasses import dataclass, field, replace

from av.video.frame import VideoFrame

from processors.video.decode import is_intra
from processors.video.features import Line, Noted, Sample, join, leave
from processors.video.history import (
    History,
    Key,
    continue_from,
    grid_number,
    is_due,
    read,
    see_key,
)
from processors.video.lattice import MEASURE_HZ
from processors.video.picture import take_picture, take_points


@dataclass(frozen=True)
class VideoContext:
    """What the next segment needs of the past, opaque to callers: some 800 kB."""

    history: History | None = None
    line: Line = field(default_factory=Line)
    scored: int | None = None
    """Number, on the grid of the caller's fps, of the last sample."""
    damage: int = 0
    """Packets and frames damaged since the last sampled picture."""


class Walk:
    """A walk over the pictures of one piece of media; ``context`` is what the next piece needs.

    ``rate_hz`` is the grid of samples; more than MEASURE_HZ are not given.
    """

    def __init__(self, context: VideoContext | None, rate_hz: float) -> None:
        """Start from the context of the piece before, which is not changed."""
        self.context = context or VideoContext()
        self._rate_hz = min(rate_hz, MEASURE_HZ)

    def take(self, frame: VideoFrame, time_s: float, damage: int) -> list[Sample]:
        """Return the samples that can be judged now that ``frame`` is known.

        Frames come in the order of time, ``time_s`` on the media clock; ``damage`` counts packets and
        frames damaged since the frame before.
        """
        was = self.context
        damage += was.damage
        past, intra = continue_from(was.history, time_s), is_intra(frame)
        if past is not None and not is_due(past, time_s):
            history = see_key(past, Key(time_s, take_points(frame))) if intra else past
            self.context = replace(was, history=history, damage=damage)
            return []
        # Past a break nothing is compared, and what waited for a future has none.
        samples = leave(was.line) if past is None else []
        line, scored = (was.line, was.scored) if past is not None else (Line(), None)
        reading, history = read(past, take_picture(frame, time_s), intra=intra, damage=damage)
        number = grid_number(time_s, self._rate_hz)
        wanted = scored is None or number > scored
        line, ripe = join(line, Noted(reading, wanted))
        self.context = VideoContext(history=history, line=line, scored=number if wanted else scored, damage=0)
        return samples + ripe

    def end(self) -> list[Sample]:
        """Return the samples that waited for more: there is none."""
        samples = leave(self.context.line)
        self.context = replace(self.context, line=Line())
        return samples
