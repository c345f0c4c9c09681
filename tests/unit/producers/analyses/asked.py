"""Requests for analyses, made up."""

from datetime import UTC, datetime, timedelta

from schemas.events import AnalysisRequested
from schemas.events.analyses import Contents
from schemas.names import analysis_channel

T0 = datetime(2026, 11, 23, 1, 2, 3, 456_789, tzinfo=UTC)


def requested(number: int, duration_s: float = 10.0, *, stores: bool = True) -> AnalysisRequested:
    """Return the ``number``-th request, asked for ``number`` seconds after T0."""
    channel = analysis_channel(f"{number:032x}", stores=stores)
    return AnalysisRequested(
        channel=channel,
        at=T0 + timedelta(seconds=number),
        uri=f"media://{channel}/original",
        filename="clip.mp4",
        size=1000,
        contents=Contents(format="mov", duration_s=duration_s, video="h264", pixels="yuv420p"),
        fps=5.0,
        by="ana",
    )
