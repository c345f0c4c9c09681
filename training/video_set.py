"""Samples of picture: programmes composed, encoded, and measured by the code that measures live channels."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from processors.video.decode import Decoding
from processors.video.lattice import MEASURE_HZ
from processors.video.walk import Walk
from training.encode import choose_encoding, encode
from training.examples import Examples
from training.programme import compose
from training.sources import Source, Split, choose
from training.truth import truth_of

# 13 s at 25 fps: a few shots and a fault of up to 9 s with health on both sides.
_FRAMES = 325
# Every sixth programme has no fault at all.
_HEALTHY_EVERY = 6


def video_examples(
    sources: list[Source], split: Split, count: int, seed: int, folder: Path
) -> Iterator[Examples]:
    """Yield the samples of ``count`` programmes made of one part's sources; files come and go in ``folder``.

    The same arguments give the same samples. Raises subprocess.CalledProcessError when ffmpeg refuses.
    """
    clips, stills = choose(sources, "video", split), choose(sources, "image", split)
    target = folder / f"{split}.ts"
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        programme = compose(clips, stills, _FRAMES, rng, healthy=number % _HEALTHY_EVERY == 0)
        encoding = choose_encoding(rng)
        encode(programme.frames, encoding, target)
        truth = truth_of(programme, encoding.fps)
        readings = list(Walk(None, MEASURE_HZ, Decoding()).readings(target))
        times = np.array([reading.picture.time_s for reading in readings])
        # The first picture decoded is the first composed; PTS count from there.
        frames = np.rint((times - times[0]) * encoding.fps).astype(int)
        frames = np.minimum(frames, _FRAMES - 1)
        yield Examples(
            features=np.stack([reading.planes for reading in readings]),
            labels=truth.labels[frames],
            weights=truth.weights[frames],
            programme=np.full(len(readings), number, np.int32),
            times_s=frames / encoding.fps,
        )
    target.unlink(missing_ok=True)
