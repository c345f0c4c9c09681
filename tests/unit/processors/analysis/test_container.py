"""Claims about opening strangers' media: no other file, no host, and a word for each refusal."""

import os
import wave
from pathlib import Path

import pytest

from infra.media_file import MediaRefused, open_media, sound_of


def sound(path: Path) -> Path:
    """Write a tenth of a second of silence."""
    with wave.open(str(path), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(8000)
        wav.writeframes(bytes(1600))
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{other}\n#EXT-X-ENDLIST\n"),
        ("list.txt", "ffconcat version 1.0\nfile '{other}'\n"),
        (
            "session.sdp",
            "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\n",
        ),
        ("note.txt", "no media at all\n"),
    ],
)
def test_file_that_names_other_media_is_refused(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text.format(other=sound(tmp_path / "other.wav")))
    with pytest.raises(MediaRefused, match="no media that Horus can read"):
        open_media(tmp_path / name)


@pytest.mark.parametrize("name", ["a:b.wav", "%d.wav", "-i.wav", "concat:x.wav", "ü ñ.wav"])
def test_name_of_a_file_is_never_a_protocol(name: str, tmp_path: Path) -> None:
    with open_media(sound(tmp_path / name)) as container:
        assert sound_of(container, None) is not None


def test_missing_file_is_told_in_the_file_systems_words(tmp_path: Path) -> None:
    with pytest.raises(MediaRefused, match=r"none\.ts: No such file"):
        open_media(tmp_path / "none.ts")


def test_folder_empty_file_and_pipe_are_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "empty.ts").touch()
    os.mkfifo(tmp_path / "pipe.ts")
    for name, words in (("", "a folder"), ("empty.ts", "empty"), ("pipe.ts", "not a file on disk")):
        with pytest.raises(MediaRefused, match=words):
            open_media(tmp_path / name)


def test_track_beyond_the_last_is_none(tmp_path: Path) -> None:
    with open_media(sound(tmp_path / "one.wav")) as container:
        assert sound_of(container, 1) is not None
        assert sound_of(container, 2) is None
        assert sound_of(container, 0) is None
