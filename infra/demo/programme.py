"""The script of the demo: which synthetic channels exist and which fault strikes when."""

from typing import Literal

import msgspec

from schemas.faults import FAULTS, Category


class Fault(msgspec.Struct, frozen=True):
    """One fault of the script, in seconds of programme time, end exclusive."""

    type: str
    start_s: float
    end_s: float

    @property
    def category(self) -> Category:
        """Return where the fault is seen."""
        return FAULTS[self.type].category

    @property
    def rendered(self) -> bool:
        """Return whether the fault is in the file; ``sem_sinal`` is the transmitter's work."""
        return self.type != "sem_sinal"

    def covers(self, position_s: float) -> bool:
        """Return whether the fault is on at a position of the programme, in seconds."""
        return self.start_s <= position_s < self.end_s


class Programme(msgspec.Struct, frozen=True, kw_only=True):
    """A synthetic channel: all that its picture and sound follow from. Lengths in pixels and seconds."""

    name: str
    title: str
    duration_s: float
    width: int
    height: int
    fps: int
    seed: int
    sound: Literal["speech", "music"]
    faults: tuple[Fault, ...]

    def __post_init__(self) -> None:
        """Raise ValueError for a script that could not be rendered or told apart on air."""
        if self.width % 16 or self.height % 4 or self.fps < 1:
            raise ValueError(f"{self.name}: no 4:2:0 video is {self.width}x{self.height} at {self.fps}")
        ends: dict[Category, float] = {}
        for fault in self.faults:
            if fault.type not in FAULTS:
                raise ValueError(f"{self.name}: no fault type is called {fault.type!r}")
            # Picture and sound fail independently; a lost signal is a fault of both.
            both = fault.category is Category.SINAL
            begun = max(
                [0.0, *(end for of, end in ends.items() if both or of in (fault.category, Category.SINAL))]
            )
            if not begun <= fault.start_s < fault.end_s <= self.duration_s:
                raise ValueError(f"{self.name}: {fault.type} at {fault.start_s} s is out of order")
            ends[fault.category] = fault.end_s

    @property
    def frames(self) -> int:
        """Return the number of pictures of one cycle."""
        return round(self.duration_s * self.fps)

    @property
    def cuts(self) -> tuple[Fault, ...]:
        """Return the faults that the transmitter makes: nothing is sent while they last."""
        return tuple(fault for fault in self.faults if not fault.rendered)


def fault_at(programme: Programme, fault_type: str, position_s: float) -> Fault | None:
    """Return the fault of a type that is on at a position of the programme, in seconds."""
    for fault in programme.faults:
        if fault.type == fault_type and fault.covers(position_s):
            return fault
    return None


def source_frame(programme: Programme, index: int) -> int:
    """Return which programme picture is seen at a frame: the one before a freeze, while it lasts."""
    # Half a frame of slack: 34.56 s times 25 must be frame 864 whatever the float says.
    frozen = fault_at(programme, "freeze", (index + 0.5) / programme.fps)
    return index if frozen is None else max(0, round(frozen.start_s * programme.fps) - 1)


# All fault types once. The four most frequent last sixteen seconds: when the supervisor itself is killed all
# of Horus is blind for eleven, and what is left of a fault must still be enough to raise its alarm. The
# others are shorter, so that a run takes less than two minutes.
# Starts lie on frames but never on whole seconds or key frames (every 1 s), as real faults do. Before the
# first fault there are 10 s of health, and between faults 6 s, so that each alarm closes before the next
# opens; bars alone come with their tone, as in life. The cut ends on a key frame: television that comes back
# in the middle of a group of pictures cannot be seen before the next key frame, and truth should say so.
DEMO: tuple[Programme, Programme] = (
    Programme(
        name="tv1",
        title="Horus News",
        duration_s=106.0,
        width=640,
        height=360,
        fps=25,
        seed=1101,
        sound="speech",
        faults=(
            Fault("fade", 13.36, 29.44),
            Fault("freeze", 37.56, 53.64),
            Fault("borrado", 60.28, 69.32),
            Fault("ruido_hiss", 75.68, 84.72),
            Fault("eco_reverb", 91.24, 100.28),
        ),
    ),
    Programme(
        name="tv2",
        title="Horus Natura",
        duration_s=106.0,
        width=640,
        height=360,
        fps=25,
        seed=2202,
        sound="music",
        faults=(
            Fault("ausencia_audio", 11.28, 27.36),
            Fault("barras", 34.44, 43.48),
            Fault("sinal_teste", 34.44, 43.48),
            Fault("bloco", 50.32, 59.36),
            Fault("distorcao", 66.6, 75.64),
            Fault("sem_sinal", 82.52, 98.0),
        ),
    ),
)
