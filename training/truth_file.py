"""What is true of a rendered programme, in a JSON file beside its media file."""

from pathlib import Path

import msgspec

from training.sources import Split

MEDIA_SUFFIXES = (".ts", ".mp4", ".mkv", ".wav")
"""Of the files that programmes are rendered to."""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One fault, in seconds of the file's own timeline: its first frame is 0."""

    type: str
    start_s: float
    end_s: float
    detail: str
    """How it was made, for a reader of a missed one."""


class Unclear(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch where neither an alarm of these types counts, nor that there is none."""

    start_s: float
    end_s: float
    types: tuple[str, ...]


class Truth(msgspec.Struct, frozen=True, kw_only=True):
    """How a programme was made, and what is wrong with it."""

    duration_s: float
    split: Split
    seed: int
    sources: tuple[str, ...]
    """Media used, by their path in the index."""
    has_picture: bool
    has_sound: bool
    width: int
    """Of the picture in pixels; 0 without one, as are the height and fps."""
    height: int
    fps: float
    video_codec: str
    """ffmpeg's name of the encoder; empty without a picture."""
    bitrate_kbps: int
    """Asked of the picture's encoder."""
    gop: int
    """Frames from key frame to key frame, at most."""
    graphics: tuple[str, ...]
    """Names of the graphics on air; empty for none."""
    faults: tuple[Fault, ...]
    unclear: tuple[Unclear, ...]

    @property
    def healthy(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.faults


def truth_path(media: Path) -> Path:
    """Return where the truth of a media file is."""
    return media.with_suffix(".json")


def write_truth(media: Path, truth: Truth) -> None:
    """Write the truth beside a media file, whole or not at all. Raises OSError."""
    target = truth_path(media)
    part = target.with_suffix(".part")
    part.write_bytes(msgspec.json.format(msgspec.json.encode(truth), indent=1) + b"\n")
    part.replace(target)


def read_truth(media: Path) -> Truth:
    """Read the truth beside a media file. Raises OSError, and msgspec.ValidationError when it is none."""
    return msgspec.json.decode(truth_path(media).read_bytes(), type=Truth)


def rendered(folder: Path) -> list[Path]:
    """Return the media files of a folder whose truth is written, by name: what is half rendered is not."""
    return sorted(
        path for path in folder.iterdir() if path.suffix in MEDIA_SUFFIXES and truth_path(path).exists()
    )
