"""The parts of the media: fixed by name, and never two of one recording."""

import os
from pathlib import Path

import pytest

from training.sources import FOLDS, Source, choose, in_fold, read_index, read_media, split_of

INDEX = """path,kind,role,content
video/a/bunny1.ts,video,clean,Big Buck Bunny animation HLS segment
video/b/bunny2.mp4,video,clean,Big Buck Bunny animation
video/c/bars.mp4,video,test-pattern,SMPTE bars
audio/ESC-10/1-17808-A.ogg,audio,audio,
audio/ESC-10/1-17808-B.ogg,audio,audio,
"""


def test_pieces_of_one_recording_share_a_part(tmp_path: Path) -> None:
    (tmp_path / "INDEX.csv").write_text(INDEX)
    sources = read_index(tmp_path)
    assert sources[0].split == sources[1].split
    assert sources[3].split == sources[4].split


def test_test_patterns_are_no_programme(tmp_path: Path) -> None:
    (tmp_path / "INDEX.csv").write_text(INDEX)
    sources = read_index(tmp_path)
    chosen = [source for part in ("train", "val", "test") for source in choose(sources, "video", part)]
    assert {source.role for source in chosen} == {"clean"}


def test_parts_hang_on_the_name_alone() -> None:
    parts = [split_of(f"clip {index}") for index in range(2000)]
    assert parts == [split_of(f"clip {index}") for index in range(2000)]
    assert 0.55 < parts.count("train") / 2000 < 0.65
    assert 0.20 < parts.count("test") / 2000 < 0.30


def test_folders_are_joined_and_a_file_of_both_is_taken_once(tmp_path: Path) -> None:
    for folder, rows in (("one", "a.mp4,aa\nb.mp4,bb"), ("two", "other.mp4,aa\nc.mp4,cc")):
        lines = [f"{path},video,clean,film,{sha}" for path, sha in (row.split(",") for row in rows.split())]
        (tmp_path / folder).mkdir()
        text = "\n".join(["path,kind,role,content,sha256", *lines])
        (tmp_path / folder / "INDEX.csv").write_text(text)
    sources = read_media(os.pathsep.join(str(tmp_path / folder) for folder in ("one", "two")))
    assert [source.name for source in sources] == ["a.mp4", "b.mp4", "c.mp4"]


def test_an_origin_of_the_index_wins_over_the_name(tmp_path: Path) -> None:
    (tmp_path / "INDEX.csv").write_text(
        "path,kind,role,content,origin\n"
        "a/1.ogg,audio,audio,speech,voice m1\n"
        "b/2.ogg,audio,audio,speech,voice m1\n"
    )
    assert {source.origin for source in read_index(tmp_path)} == {"voice m1"}


def test_one_film_keeps_its_part_under_any_name(tmp_path: Path) -> None:
    (tmp_path / "INDEX.csv").write_text(
        "path,kind,role,content\n"
        "x/bigbuckbunny.mp4,video,clean,rabbit\n"
        "y.ts,video,clean,Big Buck Bunny animation\n"
    )
    assert {source.origin for source in read_index(tmp_path)} == {"Big Buck Bunny"}


def test_a_row_tells_what_its_file_is_like(tmp_path: Path) -> None:
    (tmp_path / "INDEX.csv").write_text(
        "path,kind,role,content,duration,resolution,fps,has_audio\n"
        "a.mp4,video,clean,street,6.5,1280x720,29.97,silent-track\n"
        "ESC-10/002 - Rain/1-2-A.ogg,audio,audio,,5,44100Hz,,yes\n"
    )
    film, rain = read_index(tmp_path)
    assert (film.duration_s, film.width, film.height, film.fps, film.has_audio) == (
        6.5,
        1280,
        720,
        29.97,
        False,
    )
    assert (rain.content, rain.rate_hz, rain.width, rain.has_audio) == ("rain", 44100, 0, True)


def test_no_folder_at_all_is_refused() -> None:
    with pytest.raises(ValueError, match="no folder"):
        read_media("")


def test_folds_hold_all_but_the_test_media_once_and_share_no_recording() -> None:
    sources = [
        Source(
            path=Path(f"{number}.mp4"),
            kind="video",
            role="clean",
            split=split_of(f"film {number % 40}"),
            name=f"{number}",
            origin=f"film {number % 40}",
        )
        for number in range(120)
    ]

    folds = [in_fold(sources, fold) for fold in range(FOLDS)]

    held = [source.name for fold in folds for source in fold]
    assert sorted(held) == sorted(source.name for source in sources if source.split != "test")
    origins = [{source.origin for source in fold} for fold in folds]
    assert all(origins) and not (
        origins[0] & origins[1] or origins[0] & origins[2] or origins[1] & origins[2]
    )
    assert {source.split for fold in folds for source in fold} == {"train"}
