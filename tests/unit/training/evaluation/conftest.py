"""Truth made by hand."""

from collections.abc import Callable

import pytest

from training.truth_file import Fault, Truth, Unclear

MakeTruth = Callable[..., Truth]


@pytest.fixture
def truth() -> MakeTruth:
    """Return a function that makes the truth of a minute of programme with picture and sound."""

    def make(
        *faults: tuple[str, float, float],
        unclear: tuple[tuple[str, float, float], ...] = (),
        duration_s: float = 60.0,
        graphics: tuple[str, ...] = (),
    ) -> Truth:
        return Truth(
            duration_s=duration_s,
            split="test",
            seed=1,
            sources=("a.mp4",),
            has_picture=True,
            has_sound=True,
            width=640,
            height=360,
            fps=25.0,
            video_codec="libx264",
            bitrate_kbps=800,
            gop=50,
            graphics=graphics,
            faults=tuple(
                Fault(type=type_, start_s=start_s, end_s=end_s, detail="by hand")
                for type_, start_s, end_s in faults
            ),
            unclear=tuple(
                Unclear(start_s=start_s, end_s=end_s, types=(type_,)) for type_, start_s, end_s in unclear
            ),
        )

    return make
