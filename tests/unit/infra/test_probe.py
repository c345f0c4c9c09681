"""Strangers' files: media is told from what only calls itself so, and nothing else is ever opened."""

import random
import socket
import struct
import threading
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from infra.media_file import MediaRefused
from infra.probe import look_into
from tests.integration.analysis.clips import run

TEXTS = {
    "playlist": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nhttp://127.0.0.1:{port}/a.ts\n#EXT-X-ENDLIST\n",
    "playlist of a file": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
    "script": "ffconcat version 1.0\nfile 'http://127.0.0.1:{port}/a.mp4'\n",
    "script of a file": "ffconcat version 1.0\nfile '/etc/passwd'\nduration 5\n",
    "session": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio {port} RTP/AVP 0\n",
    "manifest": '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period><AdaptationSet>'
    "<Representation><BaseURL>http://127.0.0.1:{port}/a.mp4</BaseURL></Representation>"
    "</AdaptationSet></Period></MPD>",
    "drawing": '<svg xmlns="http://www.w3.org/2000/svg"><image href="http://127.0.0.1:{port}/x.png"/></svg>',
    "page": "<html><img src='http://127.0.0.1:{port}/x.png'></html>",
    "redirect": "RTSP/1.0 302 Found\r\nLocation: rtsp://127.0.0.1:{port}/\r\n\r\n",
    "shell": "#!/bin/sh\nexec 3<>/dev/tcp/127.0.0.1/{port}\n",
}


@contextmanager
def listener() -> Iterator[tuple[int, list[object]]]:
    """Yield a port on loopback and what has called it so far."""
    heard: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            while True:
                try:
                    connection, caller = server.accept()
                except OSError:
                    return
                heard.append(caller)
                connection.close()

        threading.Thread(target=listen, daemon=True).start()
        yield server.getsockname()[1], heard
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize("kind", TEXTS)
def test_text_named_mp4_is_refused_and_calls_nobody(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "upload.mp4"
    with listener() as (port, heard):
        file.write_text(TEXTS[kind].replace("{port}", str(port)))
        with pytest.raises(MediaRefused) as refused:
            look_into(file)

    assert heard == []
    assert str(tmp_path) not in str(refused.value)


def test_movie_that_refers_to_another_file_opens_none(tmp_path: Path) -> None:
    """A QuickTime file may say that its samples lie elsewhere (a data reference)."""
    media = tmp_path / "upload.mov"
    tone("-f", "mov", str(media))
    with listener() as (port, heard):
        url = f"http://127.0.0.1:{port}/a.mov\0".encode()
        own = struct.pack(">I4sI", 12, b"url ", 1)
        assert own in media.read_bytes()
        # The flag that says "in this very file" is taken away.
        media.write_bytes(media.read_bytes().replace(own, struct.pack(">I4sI", 12, b"url ", 0)) + url)
        with suppress(MediaRefused):
            look_into(media)

    assert heard == []


def tone(*options: str) -> None:
    run("-f", "lavfi", "-i", "sine=frequency=440:duration=2", "-c:a", "pcm_s16le", *options)


def test_archive_with_media_in_it_is_refused(tmp_path: Path) -> None:
    tone(str(tmp_path / "tone.wav"))
    file = tmp_path / "upload.mp4"
    with zipfile.ZipFile(file, "w") as archive:
        archive.write(tmp_path / "tone.wav", "tone.wav")

    with pytest.raises(MediaRefused):
        look_into(file)


@pytest.mark.parametrize("content", [b"", b"\0" * 100_000, b"\0\0\0\x18ftypmp42" + b"\xff" * 50_000])
def test_bytes_that_are_nothing_are_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "upload.mp4"
    file.write_bytes(content)

    with pytest.raises(MediaRefused):
        look_into(file)


def test_random_bytes_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "upload.mp3"
    file.write_bytes(random.Random(20261123).randbytes(500_000))

    with pytest.raises(MediaRefused):
        look_into(file)


def test_header_of_a_picture_of_ten_thousand_million_points_is_refused(tmp_path: Path) -> None:
    png = tmp_path / "huge.mp4"
    header = b"IHDR" + struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    png.write_bytes(
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    )
    avi = tmp_path / "huge.avi"
    run("-f", "lavfi", "-i", "color=size=160x90:rate=5:duration=1", "-c:v", "rawvideo", str(avi))
    size, huge = struct.pack("<II", 160, 90), struct.pack("<II", 100_000, 100_000)
    assert avi.read_bytes().count(size) >= 2
    avi.write_bytes(avi.read_bytes().replace(size, huge))

    with pytest.raises(MediaRefused):
        look_into(png)
    with pytest.raises(MediaRefused):
        look_into(avi)


def test_cover_picture_of_a_song_is_no_picture(tmp_path: Path) -> None:
    cover, song = tmp_path / "cover.png", tmp_path / "song.mp3"
    run("-f", "lavfi", "-i", "color=size=160x90", "-frames:v", "1", str(cover))
    run("-f", "lavfi", "-i", "sine=duration=2", "-i", str(cover), "-map", "0", "-map", "1", str(song))

    contents = look_into(song)

    assert (contents.format, contents.video, contents.audio) == ("mp3", None, "mp3")
    assert contents.duration_s == pytest.approx(2.0, abs=0.1)


def test_duration_is_that_of_the_packets_whatever_the_header_says(tmp_path: Path) -> None:
    media = tmp_path / "tone.wav"
    tone(str(media))
    content = bytearray(media.read_bytes())
    at = content.index(b"data") + 4
    content[at : at + 4] = struct.pack("<I", 2**31)
    media.write_bytes(content)

    assert look_into(media).duration_s == pytest.approx(2.0, abs=0.1)
