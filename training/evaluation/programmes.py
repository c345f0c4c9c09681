"""The programmes of a test set, and into which groups their figures fall."""

from dataclasses import dataclass
from pathlib import Path

import msgspec

from schemas.faults import FAULTS, Category
from training.truth_file import Truth, read_truth, rendered, truth_path


class NoProgrammes(ValueError):
    """A folder that cannot be judged on; the text is one line that says why."""


@dataclass(frozen=True)
class Programme:
    """One media file and what is true of it."""

    media: Path
    truth: Truth


def read_set(folder: Path) -> list[Programme]:
    """Return the programmes of a folder, by name. Raises NoProgrammes."""
    if not folder.is_dir():
        raise NoProgrammes(f"{folder}: no such folder")
    programmes = []
    for media in rendered(folder):
        try:
            programmes.append(Programme(media, read_truth(media)))
        except msgspec.MsgspecError as error:
            raise NoProgrammes(f"{truth_path(media)}: no truth of a programme: {error}") from error
    if not programmes:
        raise NoProgrammes(f"{folder}: holds no media file with its truth (NAME.json) beside it")
    return programmes


def types_in(truth: Truth) -> list[str]:
    """Return the fault types that a programme can show: those of its picture, of its sound, or of both."""
    has = {Category.VIDEO: truth.has_picture, Category.AUDIO: truth.has_sound, Category.SINAL: False}
    return [name for name, fault in FAULTS.items() if has[fault.category]]


# Coded bits a pixel: what a rate means for a picture of any size. 0.1 is 5.2 Mb/s of 1080p25, where
# H.264 begins to hide its blocks; twice that hides MPEG-2's.
_SCARCE, _AMPLE = 0.1, 0.2


def rate_class(truth: Truth) -> str:
    """Return how richly the picture of a programme is coded."""
    if not truth.has_picture:
        return "no picture"
    bits = truth.bitrate_kbps * 1000 / (truth.width * truth.height * truth.fps)
    if bits < _SCARCE:
        return f"below {_SCARCE:g} bit a pixel"
    return f"{_SCARCE:g} to {_AMPLE:g} bit a pixel" if bits < _AMPLE else f"{_AMPLE:g} bit a pixel and up"


def size_class(truth: Truth) -> str:
    """Return the size of a programme's picture, as broadcasters say it."""
    if not truth.has_picture:
        return "no picture"
    if truth.height > truth.width:
        return "portrait"
    return f"{truth.height}p and below" if truth.height <= 360 else f"{truth.height} lines"


def graphics_class(truth: Truth) -> str:
    """Return whether graphics are on air."""
    return "with graphics" if truth.graphics else "without graphics"


def codec_class(truth: Truth) -> str:
    """Return the codec of the picture."""
    return truth.video_codec or "no picture"
