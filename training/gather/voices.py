"""Speech: news read by the voices of two speech programs, with a reader's pauses."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import av
import msgspec
import numpy as np

from training.gather.shaping import RATE_HZ, Generator, Mono, Stereo, band, coloured_noise, limited, of_level
from training.gather.words import SENTENCES


class Voice(msgspec.Struct, frozen=True):
    """A voice of a speech program: ``name`` is the program's own name for it."""

    program: str
    name: str
    language: str
    """Two letters, a key of SENTENCES."""


class NoSpeechProgram(Exception):
    """A speech program is not installed; the text says which."""


# Timbres of espeak-ng that sound like people; each is put on another language, so that none of them is alone.
_TIMBRES = ("m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "f1", "f2", "f3", "f4", "f5", "klatt2", "klatt4")
_LANGUAGES = ("pt-br", "en-us", "pt-br", "es-419", "pt", "en-gb", "pt-br", "fr-fr", "es", "de", "pt-br", "it")

VOICES = (
    *(Voice("flite", name, "en") for name in ("awb", "kal16", "rms", "slt")),
    *(
        Voice("espeak-ng", f"{_LANGUAGES[place % len(_LANGUAGES)]}+{timbre}", language[:2])
        for place, timbre in enumerate(_TIMBRES * 2)
        if (language := _LANGUAGES[place % len(_LANGUAGES)])
    ),
    *(Voice("espeak-ng", f"{language}+whisper", language[:2]) for language in ("pt-br", "en-us")),
)


def speak(voice: Voice, seconds: float, rng: Generator) -> Stereo:
    """Read sentences one after another until ``seconds`` are full: (2, n) float32 at 48 kHz, mono in both.

    A studio is never digitally silent, so a room's tone (-50 to -42 dBFS) runs under long pauses; where there
    is none, no pause reaches a second, and none is therefore a fault.
    Raises NoSpeechProgram when the program is missing, subprocess.CalledProcessError when it fails.
    """
    toned = rng.random() < 0.75
    count = int(seconds * RATE_HZ)
    out = np.zeros(count, np.float32)
    sentences = SENTENCES[voice.language]
    order = [int(place) for place in rng.permutation(len(sentences))]
    tempo, pitch = float(rng.uniform(0.85, 1.2)), int(rng.integers(30, 70))
    at = int(rng.uniform(0.1, 0.6) * RATE_HZ)
    turn = 0
    while at < count:
        spoken = _trimmed(_said(voice, sentences[order[turn % len(order)]], tempo, pitch))
        end = min(count, at + len(spoken))
        out[at:end] += spoken[: end - at]
        at = end + int((rng.uniform(0.3, 2.5) if toned else rng.uniform(0.3, 0.8)) * RATE_HZ)
        turn += 1
    out = of_level(out, float(rng.uniform(0.05, 0.1)))
    if rng.random() < 0.15:
        out = of_level(band(band(out, 300, 3400), 300, 3400), 0.08)  # a correspondent on the telephone
    if toned:
        tone = coloured_noise(count, float(rng.uniform(0.3, 1.0)), rng)
        out = out + tone * np.float32(10 ** (rng.uniform(-50, -42) / 20))
    return limited(np.stack([out, out]), 1.0)


def _said(voice: Voice, sentence: str, tempo: float, pitch: int) -> Mono:
    """Return one sentence as the program says it, at 48 kHz, RMS 0.1."""
    program = shutil.which(voice.program)
    if program is None:
        raise NoSpeechProgram(voice.program)
    with tempfile.TemporaryDirectory() as scratch:
        wave = Path(scratch) / "said.wav"
        stretch = f"duration_stretch={1 / tempo:.2f}"
        command = {
            "flite": ["-voice", voice.name, "--setf", stretch, "-t", sentence, "-o"],
            "espeak-ng": ["-v", voice.name, "-s", str(int(160 * tempo)), "-p", str(pitch), sentence, "-w"],
        }[voice.program]
        subprocess.run([program, *command, str(wave)], check=True, capture_output=True, timeout=60)
        return of_level(_read(wave), 0.1)


def _read(wave: Path) -> Mono:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE_HZ)
    with av.open(str(wave)) as container:
        parts = [
            part.to_ndarray()[0] for frame in container.decode(audio=0) for part in resampler.resample(frame)
        ]
        parts += [part.to_ndarray()[0] for part in resampler.resample(None)]
    return np.concatenate(parts).astype(np.float32)


def _trimmed(sound: Mono) -> Mono:
    """Cut the silence that programs put before and after: pauses are the reader's."""
    loud = np.flatnonzero(np.abs(sound) > 0.005)
    return sound[loud[0] : loud[-1] + 1] if len(loud) else sound
