"""Made media: named once, whole in their index, the same for the same seed, and healthy."""

from itertools import islice
from pathlib import Path
from unittest.mock import Mock

import av
import numpy as np
import pytest

from training.gather.ambience import PLACES, ambience
from training.gather.camera import Journey
from training.gather.instruments import flute
from training.gather.music import STYLES, compose
from training.gather.people import Speaker
from training.gather.pictures import SCENES, picture_plans
from training.gather.piece import Piece, read_pieces, sealed, write_index
from training.gather.shaping import RATE_HZ, limited
from training.gather.sounds import sound_plans
from training.gather.store import save_film, save_sound
from training.gather.voices import VOICES, NoSpeechProgram, speak
from training.sources import read_media

TONE = Piece(
    path="audio/tone.ogg",
    kind="audio",
    role="audio",
    content="music tone",
    origin="song tone",
    duration_s=0.5,
    rate_hz=RATE_HZ,
)


def test_no_piece_is_named_twice() -> None:
    paths = [plan.piece.path for plan in sound_plans()] + [plan.piece.path for plan in picture_plans()]
    assert len(set(paths)) == len(paths) > 400


def test_a_voice_is_one_origin_in_every_language() -> None:
    origins = {
        plan.piece.origin for plan in sound_plans() if plan.piece.path.startswith("audio/speech/") and
        "-m3-" in plan.piece.path
    }  # fmt: skip
    assert origins == {"voice m3"}


def test_an_index_gives_back_its_pieces(tmp_path: Path) -> None:
    (tmp_path / "audio").mkdir()
    (tmp_path / TONE.path).write_bytes(b"sound")
    piece = sealed(tmp_path, TONE)
    write_index(tmp_path, [piece])
    assert read_pieces(tmp_path) == [piece]
    (source,) = read_media(str(tmp_path))
    assert (source.origin, source.duration_s, source.rate_hz) == ("song tone", 0.5, RATE_HZ)


def test_a_torn_file_is_no_piece(tmp_path: Path) -> None:
    (tmp_path / "audio").mkdir()
    (tmp_path / TONE.path).write_bytes(b"sound")
    write_index(tmp_path, [sealed(tmp_path, TONE)])
    (tmp_path / TONE.path).write_bytes(b"so")
    assert read_pieces(tmp_path) == []


def test_a_folder_without_index_has_no_pieces(tmp_path: Path) -> None:
    assert read_pieces(tmp_path) == []


# Two styles meet most of the instruments; all of them would take the time of the whole suite.
@pytest.mark.parametrize("name", ["electronic", "lounge"])
def test_a_song_is_heard_and_never_cut(name: str) -> None:
    style = next(style for style in STYLES if style.name == name)
    song = compose(style, 3.0, np.random.default_rng(5))
    assert song.shape == (2, 3 * RATE_HZ)
    assert np.sqrt(np.mean(song**2)) > 0.01
    assert np.abs(song).max() <= 0.8901


@pytest.mark.parametrize("place", PLACES)
def test_a_place_is_heard(place: str) -> None:
    sound = ambience(place, 2.0, np.random.default_rng(5))
    assert sound.shape == (2, 2 * RATE_HZ)
    # Above what counts as silence, -55 dBFS.
    assert 10 ** (-55 / 20) < np.sqrt(np.mean(sound**2)) < 0.3


def test_a_limiter_leaves_no_flat_tops() -> None:
    note = flute(440.0, 1.0, np.random.default_rng(1))
    loud = limited(np.stack([note, note]), 4.0)
    at_the_top = np.abs(loud[0]) > 0.999 * np.abs(loud[0]).max()
    assert np.abs(loud).max() <= 0.8901
    assert not np.any(at_the_top[:-3] & at_the_top[1:-2] & at_the_top[2:-1] & at_the_top[3:])


def test_the_same_seed_makes_the_same_song() -> None:
    first, second = (compose(STYLES[7], 2.0, np.random.default_rng(9)) for _ in range(2))
    assert np.array_equal(first, second)


def test_a_missing_speech_program_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.gather.voices.shutil.which", Mock(return_value=None))
    with pytest.raises(NoSpeechProgram, match="flite"):
        speak(VOICES[0], 1.0, np.random.default_rng(1))


@pytest.mark.parametrize("scene", ["studio presenter", "shallow focus", "landscape night", "drawn chart"])
def test_a_scene_moves_and_is_not_black(scene: str) -> None:
    frames = list(islice(SCENES[scene](320, 180, np.random.default_rng(3)), 4))
    assert all(frame.shape == (180, 320, 3) and frame.dtype == np.uint8 for frame in frames)
    assert np.abs(frames[3].astype(int) - frames[0]).mean() > 0.05
    # Of luma 16..235, black is 24 at most: 9 of 255 here.
    assert frames[0].mean() > 9


def test_a_speaker_never_stands_still() -> None:
    person = Speaker(np.random.default_rng(2))
    before, after = (np.zeros((180, 320, 3), np.float32) for _ in range(2))
    person.draw(before, 160, 110, 60, 1.0)
    person.draw(after, 160, 110, 60, 1.2)
    assert np.count_nonzero(before != after) > 20


def test_a_journey_goes_as_fast_as_it_says() -> None:
    journey = Journey(
        x=3, y=4, heading=1.0, speed=2.0, turn=0.1, sway=0, shake=0, zooming=0, phase=0,
    )  # fmt: skip
    start, later = journey.at(0.0), journey.at(0.01)
    assert (start.x, start.y) == (3, 4)
    assert np.hypot(later.x - start.x, later.y - start.y) == pytest.approx(0.02, rel=1e-3)


def test_files_can_be_read_again(tmp_path: Path) -> None:
    save_sound(tmp_path / "a" / "tone.ogg", np.full((2, RATE_HZ), 0.1, np.float32))
    count = save_film(tmp_path / "b" / "film.mp4", (np.full((64, 96, 3), 90, np.uint8) for _ in range(5)), 25)
    with (
        av.open(str(tmp_path / "a" / "tone.ogg")) as sound,
        av.open(str(tmp_path / "b" / "film.mp4")) as film,
    ):
        samples = sum(frame.samples for frame in sound.decode(audio=0))
        assert samples == pytest.approx(RATE_HZ, abs=2000)
        assert count == sum(1 for _ in film.decode(video=0)) == 5
