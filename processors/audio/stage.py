"""The audio stage: what `measure_audio` hears in a segment, as an event."""

from typing import BinaryIO

from processors.audio.blocks import BLOCK_S
from processors.audio.measure import AudioContext, measure_audio
from processors.columns import column, columns, thresholds, times, used
from processors.measuring import MeasuringStage, Opened
from processors.models.model import Model
from schemas.events import AudioIndexed, AudioMeasured
from schemas.topics import AUDIO_CHUNKS

# Sound costs a tenth of the picture: one thread keeps up with more channels than one machine decodes.
THREADS = 1


def audio_stage(model: Model, media: Opened) -> MeasuringStage[AudioIndexed, AudioContext]:
    """Return the stage that measures sound with a model; ``media`` gives a segment by its name."""

    def measure(
        event: AudioIndexed, segment: BinaryIO, context: AudioContext | None
    ) -> tuple[AudioMeasured, AudioContext]:
        samples, after = measure_audio(segment, model, context, last=event.last)
        measured = AudioMeasured(
            channel=event.channel,
            segment=event.segment,
            times_s=times(event.segment, samples.times_s),
            period_s=BLOCK_S,
            scores=columns(model, samples.scores),
            measures={name: column(values) for name, values in samples.measures.items()},
            model=used(model),
            thresholds=thresholds(model),
            expected=len(event.pts),
            decoded=samples.chunks_decoded,
            failed=samples.chunks_failed,
            last=event.last,
        )
        return measured, after

    return MeasuringStage("audio", AUDIO_CHUNKS, AudioIndexed, measure, media, THREADS)
