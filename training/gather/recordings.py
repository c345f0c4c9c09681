"""Music and speech that free packages carry: ``python -m training.gather.recordings --out FOLDER``.

Music made by formula is not what orchestras, bands and studios make, and voices of speech programs are not
people. Packages of games hold 325 recorded pieces of music and eighteen actors; those of telephone
exchanges hold announcers in four languages, at 8 kHz. Of a piece the middle fifty seconds are kept; what one
speaker says is joined. The licence named is the package's own. Needs ``apt-get`` and ``dpkg-deb``, whose
sources are the machine's own; nothing is installed.
"""

import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import av
import msgspec
import numpy as np

from training.gather.fetch import fetched
from training.gather.fill import fill
from training.gather.piece import Piece, sealed
from training.gather.shaping import RATE_HZ, Stereo
from training.gather.store import save_sound

# Of one piece of music, and the least that is music and no jingle.
_MUSIC_S, _LEAST_MUSIC_S = 50.0, 8.0
# Of one speaker in all, and of one file of what is joined.
_SPEECH_S, _SPEECH_FILE_S = 180.0, 45.0
# Clips shorter than this are cries.
_LEAST_CLIP_S = 0.8
# A clip's own silence before and after it, relative to its peak, gives way to a breath.
_SILENT, _BREATH_S = 0.01, 0.25


class Speaker(msgspec.Struct, frozen=True):
    """One voice of a package: its clips, by glob."""

    name: str
    clips: str


class Recordings(msgspec.Struct, frozen=True):
    """What of one package is taken."""

    package: str
    licence: str
    music: tuple[str, ...] = ()
    """Globs of pieces."""
    speakers: tuple[Speaker, ...] = ()


def _fish(language: str) -> tuple[Speaker, ...]:
    """Return the two leading actors of a language: they speak in all scenes."""
    return (
        Speaker(f"little {language}", f"**/{language}/*-m-*"),
        Speaker(f"big {language}", f"**/{language}/*-v-*"),
    )


_HOGS = (
    *("British", "Classic", "Default", "Default_es", "Default_pl", "Default_ru", "HillBilly", "Mobster"),
    *("Pirate", "Russian", "Singer", "Surfer"),
)
RECORDINGS = (
    Recordings("wesnoth-1.16-music", "GPL-2+, CC-BY-SA-4.0", ("**/music/*.ogg",)),
    Recordings("supertux-data", "GPL-2+, GPL-3+, CC-BY-SA-3.0, CC-BY-SA-4.0", ("**/music/**/*.ogg",)),
    Recordings("ufoai-music", "GPL-2+, CC-BY-3.0, CC-BY-SA-3.0", ("**/music/*.ogg",)),
    Recordings("nexuiz-music", "GPL-2+", ("**/cdtracks/*.ogg",)),
    Recordings("hyperrogue-music", "CC-BY-3.0, CC-BY-SA-3.0, CC-BY-SA-4.0", ("**/music/*.ogg",)),
    Recordings("singularity-music", "CC-BY-SA-3.0", ("**/*.ogg",)),
    Recordings("colobot-common-sounds", "GPL-3+", ("**/music/*.ogg",)),
    Recordings("extremetuxracer-data", "GPL-2+", ("**/music/*.ogg",)),
    Recordings("fretsonfire-songs-sectoid", "MIT", ("**/song.ogg",)),
    Recordings("fretsonfire-songs-muldjord", "CC-BY-SA-3.0", ("**/song.ogg",)),
    Recordings("asterisk-moh-opsound-wav", "CC-BY-SA-3.0", ("**/moh/*.wav",)),
    Recordings("ardentryst", "CC-BY-SA-3.0", ("**/Music/*.ogg",)),
    Recordings("amoebax-data", "Free-Art-License-1.2", ("**/music/*.ogg",)),
    Recordings("xmoto-data", "GPL-2+", ("**/Musics/*.ogg",)),
    Recordings("tuxmath-data", "CC-BY-SA-3.0", ("**/sounds/0*.ogg",)),
    Recordings("frozen-bubble-data", "GPL-2", ("**/*zik*.ogg",)),
    Recordings("lincity-ng-data", "GPL-2+", ("**/music/**/*.ogg",)),
    Recordings("asc-music", "GPL-2+", ("**/music/*",)),
    Recordings(
        "hedgewars-data",
        "GPL-2",
        ("**/Music/*.ogg",),
        tuple(Speaker(name, f"**/voices/{name}/*") for name in _HOGS),
    ),
    Recordings("fillets-ng-data", "GPL-2", ("**/fillets-ng/music/*.ogg",)),
    Recordings(
        "fillets-ng-data-cs",
        "GPL-2",
        (),
        (*_fish("cs"), Speaker("gods cs", "**/gods/cs/b*"), Speaker("viking2 cs", "**/viking2/cs/dr-*")),
    ),
    Recordings("fillets-ng-data-nl", "GPL-2", (), _fish("nl")),
    Recordings("asterisk-core-sounds-es-wav", "CC-BY-SA-3.0", (), (Speaker("announcer", "**/*.wav"),)),
    Recordings("asterisk-core-sounds-fr-wav", "CC-BY-SA-3.0", (), (Speaker("announcer", "**/*.wav"),)),
    Recordings("asterisk-core-sounds-ru-wav", "CC-BY-SA-3.0", (), (Speaker("announcer", "**/*.wav"),)),
    Recordings("asterisk-prompt-it-menardi-wav", "CC-BY-SA-3.0", (), (Speaker("announcer", "**/*.wav"),)),
)


def main() -> int:
    """Fill the folder with what it has not; returns the exit code."""
    takes = {each.package: partial(_take, each) for each in RECORDINGS}
    return fill("training.gather.recordings", __doc__, takes)


def _take(recordings: Recordings, out: Path) -> list[Piece]:
    with tempfile.TemporaryDirectory(prefix="horus-gather-") as folder:
        root = fetched("apt", recordings.package, Path(folder))
        return [*_music(recordings, root, out), *_speech(recordings, root, out)]


def _music(recordings: Recordings, root: Path, out: Path) -> Iterator[Piece]:
    for path in _found(root, recordings.music):
        whole = _read(path)
        length = whole.shape[1]
        if length < _LEAST_MUSIC_S * RATE_HZ:
            continue
        kept = min(length, round(_MUSIC_S * RATE_HZ))
        start = (length - kept) // 2
        # Songs on fire have one name, their folders have many.
        name = path.parent.name if path.stem == "song" else path.stem
        yield _kept(recordings, out, name, "music", name, whole[:, start : start + kept])


def _speech(recordings: Recordings, root: Path, out: Path) -> Iterator[Piece]:
    for speaker in recordings.speakers:
        clips, length = [], 0
        for path in _found(root, (speaker.clips,)):
            clip = _trimmed(_read(path))
            if clip.shape[1] < _LEAST_CLIP_S * RATE_HZ:
                continue
            clips += [clip, np.zeros((2, round(_BREATH_S * RATE_HZ)), np.float32)]
            length += clip.shape[1]
            if length > _SPEECH_S * RATE_HZ:
                break
        if not clips:
            continue
        said = np.concatenate(clips, axis=1)
        step = round(_SPEECH_FILE_S * RATE_HZ)
        for number, start in enumerate(range(0, said.shape[1], step)):
            part = said[:, start : start + step]
            yield _kept(recordings, out, speaker.name, "speech", f"{speaker.name}-{number}", part)


def _kept(recordings: Recordings, out: Path, of: str, content: str, name: str, sound: Stereo) -> Piece:
    """Write a piece and return it; ``of`` is what it shares with others that must stay in one part."""
    target = f"audio/{recordings.package}-{name.replace(' ', '-')}.ogg"
    save_sound(out / target, sound)
    return sealed(
        out,
        Piece(
            path=target,
            kind="audio",
            role="audio",
            content=content,
            origin=f"{recordings.package} {of}",
            maker=recordings.package,
            licence=recordings.licence,
            duration_s=round(sound.shape[1] / RATE_HZ, 2),
            rate_hz=RATE_HZ,
        ),
    )


def _trimmed(clip: Stereo) -> Stereo:
    """Return a clip without the silence before and after it; levels stay, as one speaker recorded them."""
    level = np.abs(clip).max(axis=0)
    loud = np.flatnonzero(level > _SILENT * max(float(level.max(initial=0.0)), 1e-4))
    return clip[:, loud[0] : loud[-1] + 1] if len(loud) else clip[:, :0]


def _read(path: Path) -> Stereo:
    """Return a file's sound, float32 (2, n) at RATE_HZ; empty when it is none."""
    resampler = av.AudioResampler("fltp", "stereo", RATE_HZ)
    parts: list[Stereo] = [np.zeros((2, 0), np.float32)]
    try:
        with av.open(str(path)) as container:
            for frame in container.decode(audio=0):
                parts += [part.to_ndarray().astype(np.float32) for part in resampler.resample(frame)]
            parts += [part.to_ndarray().astype(np.float32) for part in resampler.resample(None)]
    except (av.FFmpegError, IndexError):
        return parts[0]
    return np.concatenate(parts, axis=1)


def _found(root: Path, globs: tuple[str, ...]) -> list[Path]:
    found = {path for each in globs for path in root.glob(each) if path.is_file() and not path.is_symlink()}
    return sorted(found)


if __name__ == "__main__":
    sys.exit(main())
