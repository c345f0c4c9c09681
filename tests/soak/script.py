"""What is on air in a soak: one programme in a loop on every channel, each at another place of it. Pure."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

import msgspec

from infra.demo.programme import Fault, Programme

# Four types that the committed models find for sure at any size; each long enough to count (1 s) by far, and
# far enough from the next of its type (clearing takes 1 s) never to merge with it. A small picture keeps the
# decoding of eight channels below half a core: the machine is to be busy with being killed.
PROGRAMME = Programme(
    name="soak",
    title="Horus Soak",
    duration_s=40.0,
    width=320,
    height=180,
    fps=25,
    seed=4404,
    sound="speech",
    faults=(
        Fault("fade", 4.36, 8.44),
        Fault("ausencia_audio", 9.6, 13.2),
        Fault("freeze", 15.56, 20.88),
        Fault("sinal_teste", 22.6, 26.4),
        Fault("fade", 28.36, 32.6),
        Fault("ausencia_audio", 33.6, 37.2),
    ),
)
LOOP_S = 40
CHANNELS = 8


class Injection(msgspec.Struct, frozen=True, kw_only=True):
    """A fault as it was put on air; UTC of the media."""

    channel: str
    type: str
    start: datetime
    end: datetime
    whole: bool
    """False: the media began or ended about then, so that neither its start nor its end can be asked for."""


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """All that is put on air, as the soak and its producer both know it."""

    file: str
    """Path of the rendered programme."""
    began_at: datetime
    """UTC of the first frame of every channel."""
    lasts_s: int
    """How much media each channel has; whole seconds, as many segments."""
    channels: Mapping[str, int]
    """Name -> place in the programme at which the channel begins, whole seconds."""

    @property
    def ends_at(self) -> datetime:
        """UTC at which the media ends."""
        return self.began_at + timedelta(seconds=self.lasts_s)


def channels(count: int = CHANNELS) -> dict[str, int]:
    """Return the channels of a soak, spread evenly over the programme."""
    return {f"soak{number}": number * LOOP_S // count for number in range(count)}


# A fault that begins with the media has no healthy past to stand out from, and one that the media ends in
# never clears: the models look a second ahead, clearing takes another. Twice that: nothing hangs by a frame.
EDGE = timedelta(seconds=4)


def injections(script: Script) -> Iterator[Injection]:
    """Yield every fault on air, channel by channel in the order of time."""
    for channel, shift in script.channels.items():
        loop = -1
        while True:
            loop += 1
            zero = script.began_at + timedelta(seconds=loop * LOOP_S - shift)
            if zero >= script.ends_at:
                break
            for fault in PROGRAMME.faults:
                start = zero + timedelta(seconds=fault.start_s)
                end = zero + timedelta(seconds=fault.end_s)
                if end <= script.began_at or start >= script.ends_at:
                    continue
                yield Injection(
                    channel=channel,
                    type=fault.type,
                    start=start,
                    end=end,
                    whole=start >= script.began_at + EDGE and end <= script.ends_at - EDGE,
                )
