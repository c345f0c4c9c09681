"""The maps of a programme's samples, measured by the code that measures live channels and kept on disk."""

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from infra.media_file import open_media
from processors.video.decode import Decoding, decode_frames
from processors.video.features import NAME, Sample
from processors.video.lattice import MEASURE_HZ
from processors.video.maps import SHAPE
from processors.video.walk import Walk


def measured_maps(media: Path, cache: Path) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Return the maps, (n, *SHAPE), of a file's samples and their times (s) after its first frame, (n,).

    They are measured once: ``cache`` keeps them by the name of the features and the file's name, size and
    time of writing. Raises MediaRefused when the file is no media.
    """
    file = media.stat()
    known = f"{NAME} {media.resolve()} {file.st_size} {file.st_mtime_ns}"
    kept = cache / f"{media.stem}-{hashlib.sha256(known.encode()).hexdigest()[:16]}.npz"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        maps, times_s = _measure(media)
        part = kept.with_suffix(".part.npz")
        np.savez_compressed(part, maps=maps, times_s=times_s)
        part.replace(kept)
    with np.load(kept) as arrays:
        return arrays["maps"], arrays["times_s"]


def _measure(media: Path) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    walk, tally, damaged = Walk(None, MEASURE_HZ), Decoding(), 0
    samples: list[Sample] = []
    with open_media(media) as container:
        stream = container.streams.video[0]
        starts = [] if stream.start_time is None else [float(stream.start_time * (stream.time_base or 0))]
        for frame in decode_frames(container, tally):
            damage, damaged = tally.damaged - damaged, tally.damaged
            samples += walk.take(frame, float(frame.time or 0.0), damage)
    samples += walk.end()
    times_s = np.array([sample.reading.time_s for sample in samples])
    maps = [sample.reading.maps for sample in samples]
    start_s = starts[0] if starts else float(times_s[0]) if len(times_s) else 0.0
    return np.stack(maps) if maps else np.empty((0, *SHAPE), np.uint8), times_s - start_s
