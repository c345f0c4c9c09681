"""Labelled samples of sound: programmes composed, encoded, and measured as channels are."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from processors.audio.blocks import BLOCK_S
from processors.audio.decode import Decoding
from processors.audio.walk import Walk
from training.sound.air import send
from training.sound.compose import Track, compose_track
from training.sound.faults import AUDIO_CLASSES
from training.sound.place import LESSONS
from training.sound.varied import STEPS
from training.sources import Source, Split
from training.truth_file import Fault, Truth, read_truth, truth_path, write_truth

SECONDS = 60.0
"""Of a programme: several scenes, and up to ten faults."""
# A block that a fault covers by less than this, or more than the rest, is on no clear side of its edge.
_EDGE = 0.2
_EDGE_WEIGHT = 0.25
# The channel beside a broken one: its own score decides nothing, and codecs share between channels.
_BESIDE_WEIGHT = 0.0
# Natural pauses up to this length should not alarm, although their level is that of silence; truth widens
# them by half a second in all.
_PAUSE_S, _PAUSE_WEIGHT = 2.7, 0.5


@dataclass(frozen=True)
class SoundExamples:
    """Columns of equal length n; the samples of one channel of a programme follow each other in time."""

    windows: NDArray[np.uint8]
    """(n, *features.SHAPE), 0..255 for 0..1."""
    labels: NDArray[np.uint8]
    """(n, classes), 0 or 1."""
    weights: NDArray[np.float16]
    """(n, classes), 0 where there is no truth."""
    programme: NDArray[np.int32]
    """Number of the programme, (n,)."""
    channel: NDArray[np.int8]
    times_s: NDArray[np.float32]
    """Start of the block within the programme, (n,)."""
    truth: Truth


_COLUMNS = tuple(name for name in SoundExamples.__dataclass_fields__ if name != "truth")


def sound_examples(
    sources: Sequence[Source], split: Split, numbers: Iterable[int], seed: int, folder: Path
) -> Iterator[SoundExamples]:
    """Yield the samples of the programmes of these numbers; what is made already is read from ``folder``.

    The same arguments give the same samples. Raises subprocess.CalledProcessError when ffmpeg refuses.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for number in numbers:
        kept = folder / f"{split}-{seed}-{number:05d}.npz"
        if not truth_path(kept).exists():
            _keep(_make(sources, split, seed, number, folder), kept)
        with np.load(kept) as held:
            yield SoundExamples(truth=read_truth(kept), **{name: held[name] for name in _COLUMNS})


def track_of(sources: Sequence[Source], split: Split, seed: int, number: int) -> Track:
    """Return the programme of a number."""
    return compose_track(sources, split, seed * 100_000 + number, SECONDS, spacing=LESSONS)


def real(windows: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return features as the model is given them."""
    return windows.astype(np.float32) / np.float32(STEPS)


def _make(sources: Sequence[Source], split: Split, seed: int, number: int, folder: Path) -> SoundExamples:
    track = track_of(sources, split, seed, number)
    target = folder / f"{split}-{seed}-{number:05d}.ts"
    offset_s = send(track.samples, target, np.random.default_rng([seed, number, 3]))
    heard = list(Walk(None, Decoding(), last=True).heard(target))
    target.unlink()
    times = np.concatenate([each.times_s for each in heard]) - offset_s
    windows = np.concatenate([each.windows for each in heard])
    inside = (times >= 0) & (times + BLOCK_S <= SECONDS)
    times, windows = times[inside], windows[inside]
    # Both channels of a mono programme say the same.
    channels = [0] if np.array_equal(track.samples[0], track.samples[1]) else [0, 1]
    truth = [_truth(track, times, channel) for channel in channels]
    return SoundExamples(
        windows=np.concatenate([_stored(windows[:, channel]) for channel in channels]),
        labels=np.concatenate([labels for labels, _ in truth]).astype(np.uint8),
        weights=np.concatenate([weights for _, weights in truth]).astype(np.float16),
        programme=np.full(len(times) * len(channels), number, np.int32),
        channel=np.repeat(np.array(channels, np.int8), len(times)),
        times_s=np.tile(times, len(channels)).astype(np.float32),
        truth=_told(track, split, seed),
    )


def _told(track: Track, split: Split, seed: int) -> Truth:
    return Truth(
        duration_s=SECONDS,
        split=split,
        seed=seed,
        sources=track.sources,
        has_picture=False,
        has_sound=True,
        width=0,
        height=0,
        fps=0.0,
        video_codec="",
        bitrate_kbps=0,
        gop=0,
        graphics=(),
        faults=track.faults,
        unclear=track.unclear,
    )


def _truth(
    track: Track, times_s: NDArray[np.float64], channel: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    labels = np.zeros((len(times_s), len(AUDIO_CLASSES)), np.float32)
    weights = np.ones_like(labels)
    for pause in track.unclear:
        quiet = _covered(times_s, pause.start_s, pause.end_s) > 0
        short = "ausencia_audio" in pause.types and pause.end_s - pause.start_s <= _PAUSE_S
        weight = _PAUSE_WEIGHT if short else 0.0
        for name in pause.types:
            place = AUDIO_CLASSES.index(name)
            weights[quiet, place] = np.minimum(weights[quiet, place], weight)
    for fault, channels in zip(track.faults, track.channels, strict=True):
        _mark(fault, channel in channels, times_s, labels, weights)
    return labels, weights


def _mark(
    fault: Fault,
    here: bool,
    times_s: NDArray[np.float64],
    labels: NDArray[np.float32],
    weights: NDArray[np.float32],
) -> None:
    place = AUDIO_CLASSES.index(fault.type)
    covered = _covered(times_s, fault.start_s, fault.end_s)
    if not here:
        weights[covered > 0, place] = _BESIDE_WEIGHT
        return
    labels[covered >= 0.5, place] = 1.0
    weights[covered > 0, place] = 1.0
    weights[(covered > _EDGE) & (covered < 1 - _EDGE), place] = _EDGE_WEIGHT


def _covered(times_s: NDArray[np.float64], start_s: float, end_s: float) -> NDArray[np.float64]:
    """Return how much of each block lies between two times, 0..1."""
    shared = np.minimum(times_s + BLOCK_S, end_s) - np.maximum(times_s, start_s)
    covered: NDArray[np.float64] = np.clip(shared, 0.0, None) / BLOCK_S
    return covered


def _stored(windows: NDArray[np.float32]) -> NDArray[np.uint8]:
    stored: NDArray[np.uint8] = np.rint(windows * np.float32(STEPS)).astype(np.uint8)
    return stored


def _keep(examples: SoundExamples, path: Path) -> None:
    np.savez(path, **{name: getattr(examples, name) for name in _COLUMNS})
    # Last, whole or not at all: it says that the rest is there.
    write_truth(path, examples.truth)
