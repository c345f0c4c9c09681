"""The video stage: what `measure_video` sees in a segment, as an event."""

from typing import BinaryIO

from processors.columns import column, columns, thresholds, times, used
from processors.measuring import MeasuringStage, Opened
from processors.models.model import Model
from processors.video.lattice import MEASURE_HZ
from processors.video.measure import VideoContext, measure_video
from schemas.events import FramesIndexed, VideoMeasured
from schemas.topics import FRAMES

# One a processor of the smallest machine that Horus is meant for.
THREADS = 2


def video_stage(model: Model, media: Opened) -> MeasuringStage[FramesIndexed, VideoContext]:
    """Return the stage that measures pictures with a model; ``media`` gives a segment by its name."""

    def measure(
        event: FramesIndexed, segment: BinaryIO, context: VideoContext | None
    ) -> tuple[VideoMeasured, VideoContext]:
        samples, after = measure_video(segment, model, event.analysis_fps, context, last=event.last)
        measured = VideoMeasured(
            channel=event.channel,
            segment=event.segment,
            times_s=times(event.segment, samples.times_s),
            # More samples a second than pictures are compared are not given.
            period_s=round(1.0 / min(event.analysis_fps, MEASURE_HZ), 6),
            scores=columns(model, samples.scores),
            measures={name: column(values) for name, values in samples.measures.items()},
            model=used(model),
            thresholds=thresholds(model),
            expected=len(event.pts),
            decoded=samples.frames_decoded,
            failed=samples.frames_failed,
            last=event.last,
        )
        return measured, after

    return MeasuringStage("video", FRAMES, FramesIndexed, measure, media, THREADS)
