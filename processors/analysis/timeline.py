"""One timeline for a file whose media clock jumps: recordings set end to end. Pure."""

from dataclasses import dataclass

# As ffmpeg has it for transport and programme streams (its -dts_delta_threshold): what is less is a hole.
_FORWARD_S = 10.0
# Reordered pictures and chunks of sound may step back by less.
_BACK_S = 1.0


@dataclass(frozen=True)
class Timeline:
    """Where on the timeline the media clock's times lie."""

    shift_s: float = 0.0
    """What is added to a PTS, seconds."""

    def across(self, end_s: float, again_s: float) -> "Timeline":
        """Return the timeline after a jump from ``end_s`` to ``again_s`` of the clock: it goes on at once."""
        return Timeline(self.shift_s + end_s - again_s)


def is_jump(end_s: float, again_s: float) -> bool:
    """Tell whether the media clock jumps between two samples; the first sample of all follows no other."""
    return end_s - again_s > _BACK_S or _FORWARD_S < again_s - end_s < float("inf")
