"""Disk usage within allowed folders, and clips copied whole."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from api.storage_disk import OutsideRoots, confined, roots, usage
from api.storage_sync import Synced, SyncError, sync_clips
from infra.settings import Settings


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a folder, and links that leave it."""
    home = tmp_path / "home"
    (home / "clips").mkdir(parents=True)
    (tmp_path / "elsewhere" / "deep").mkdir(parents=True)
    (home / "out").symlink_to(tmp_path / "elsewhere")
    (home / "in").symlink_to(home / "clips")
    (home / "circle").symlink_to(home / "circle")
    (home / "nowhere").symlink_to(tmp_path / "not-there")
    (tmp_path / "home-of-another").mkdir()
    return home


def test_allowed_folder_and_what_is_in_it_may_be_asked_about(home: Path) -> None:
    for asked in (
        "",
        ".",
        "clips",
        str(home),
        str(home / "clips"),
        "in",
        "clips/../clips",
        f"{home}/x/../clips",
    ):
        assert confined(asked, (home,)).is_relative_to(home)


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/",
            "/etc",
            "/etc/passwd",
            "/no/such/folder",
            "..",
            "../elsewhere",
            "clips/../..",
            "../home-of-another",
        ),
        *("out", "out/deep", "out/not-there", "nowhere", "clips/../../elsewhere", "\0", "clips\0/etc"),
        *("circle", "/proc/self/root", "/dev/fd/0"),
    ],
)
def test_anything_else_is_refused_alike_whether_it_exists_or_not(home: Path, path: str) -> None:
    with pytest.raises(OutsideRoots) as refusal:
        confined(path, (home,))
    assert str(refusal.value) == ""


@pytest.mark.parametrize("path", ["%2e%2e", "..%2f..", "%2fetc", "..\\..", "x" * 5000])
def test_encoded_forms_are_names_like_any_other(home: Path, path: str) -> None:
    """Decoded once, by the server; what is left of them is the name of a file that is not there."""
    assert confined(path, (home,)) == home / path
    with pytest.raises(OSError, match=r"No such file|too long"):
        usage(confined(path, (home,)))


def test_usage_is_what_the_file_system_says(tmp_path: Path) -> None:
    disk, told = usage(tmp_path), os.statvfs(tmp_path)

    assert disk.total_gb == round(told.f_blocks * told.f_frsize / 1024**3, 2)
    assert disk.free_gb <= disk.total_gb
    assert 0 <= disk.percent <= 100


def test_roots_are_home_clips_media_and_copies(settings: Callable[..., Settings]) -> None:
    chosen = settings(HORUS_SYNC_ROOTS="/mnt/one, /mnt/two", HORUS_MEDIA_URL="/srv/media")

    assert roots(chosen) == (
        chosen.home,
        chosen.clips,
        Path("/srv/media"),
        Path("/mnt/one"),
        Path("/mnt/two"),
    )
    assert roots(settings(HORUS_MEDIA_URL="memory://m"))[2:] == (settings().home / "export",)


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """A folder of evidence."""
    folder = tmp_path / "clips"
    folder.mkdir()
    (folder / "tv1-fade.mp4").write_bytes(b"a clip")
    (folder / "tv1-fade.jpg").write_bytes(b"a thumbnail")
    (folder / ".tv1-freeze.mp4.part.mp4").write_bytes(b"half a clip")
    (folder / "notes.txt").write_text("not evidence")
    (folder / "link.mp4").symlink_to("/etc/hostname")
    return folder


def test_clips_are_copied_once(clips: Path, tmp_path: Path) -> None:
    target = tmp_path / "copies" / "deep"
    names = ("tv1-fade.jpg", "tv1-fade.mp4")

    assert sync_clips(clips, target) == Synced(copied=names)
    assert sync_clips(clips, target) == Synced(skipped=names)
    assert sorted(each.name for each in target.iterdir()) == list(names)
    assert (target / "tv1-fade.mp4").read_bytes() == b"a clip"
    assert stat.S_IMODE((target / "tv1-fade.mp4").stat().st_mode) == stat.S_IMODE(
        (clips / "tv1-fade.mp4").stat().st_mode
    )


def test_copy_of_the_same_size_with_other_bytes_is_replaced(clips: Path, tmp_path: Path) -> None:
    target = tmp_path / "copies"
    sync_clips(clips, target)
    (target / "tv1-fade.mp4").write_bytes(b"A CLIP")

    assert sync_clips(clips, target).copied == ("tv1-fade.mp4",)
    assert (target / "tv1-fade.mp4").read_bytes() == b"a clip"


def test_link_at_the_copys_name_is_replaced_and_what_it_points_to_is_left_alone(
    clips: Path, tmp_path: Path
) -> None:
    target, victim = tmp_path / "copies", tmp_path / "victim"
    target.mkdir()
    victim.write_bytes(b"a clip")
    (target / "tv1-fade.mp4").symlink_to(victim)
    (clips / "tv1-fade.mp4").write_bytes(b"another clip")

    assert "tv1-fade.mp4" in sync_clips(clips, target).copied
    assert victim.read_bytes() == b"a clip"
    assert not (target / "tv1-fade.mp4").is_symlink()


def test_clip_that_fails_does_not_hold_up_the_rest_and_leaves_nothing(clips: Path, tmp_path: Path) -> None:
    target = tmp_path / "copies"
    # A folder stands in the place of the copy: the rename at the end is what fails.
    (target / "tv1-fade.jpg" / "inside").mkdir(parents=True)

    synced = sync_clips(clips, target)

    assert synced.copied == ("tv1-fade.mp4",)
    assert synced.errors == (SyncError(file="tv1-fade.jpg", error="Is a directory"),)
    assert sorted(each.name for each in target.iterdir()) == ["tv1-fade.jpg", "tv1-fade.mp4"]
