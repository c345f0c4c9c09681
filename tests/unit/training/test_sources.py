"""The parts of the media: fixed by name, and never two of one recording."""

from pathlib import Path

from training.sources import choose, read_index, split_of

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
