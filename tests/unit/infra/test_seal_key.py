"""The key that seals addresses: set, or made once for an installation; never made to open something."""

import stat
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from infra.seal_key import BadSealKey, key_to_open, key_to_seal
from infra.sealed_url import NotOpened
from infra.settings import BadSettings, Settings, load

# Four that start at once, many times: a race that is lost once in ten shows.
AT_ONCE, ROUNDS = 4, 12


def installed(home: Path, **more: str) -> Settings:
    return load({"HORUS_HOME": str(home), **more}, dotenv=None)


def made(home: Path) -> str:
    return key_to_seal(installed(home))


def test_key_is_made_at_first_need_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    key = made(tmp_path)
    file = tmp_path / "secrets" / "seal-key"

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert key == made(tmp_path) == key_to_open(installed(tmp_path))
    assert Fernet(key).decrypt(Fernet(key).encrypt(b"x")) == b"x"


def test_processes_that_make_it_at_once_all_get_the_same_one(tmp_path: Path) -> None:
    with ProcessPoolExecutor(AT_ONCE, mp_context=get_context("spawn")) as pool:
        for each in range(ROUNDS):
            home = tmp_path / str(each)
            assert len(set(pool.map(made, [home] * AT_ONCE))) == 1
            assert [file.name for file in (home / "secrets").iterdir()] == ["seal-key"]


# As Fernet makes them, and as `secrets` does.
@pytest.mark.parametrize("key", ["A" * 43 + "=", "A" * 43])
def test_key_that_is_set_holds_and_no_file_is_made(tmp_path: Path, key: str) -> None:
    settings = installed(tmp_path, HORUS_SEAL_KEY=key)

    assert key_to_seal(settings) == key_to_open(settings)
    assert Fernet(key_to_seal(settings))
    assert not (tmp_path / "secrets").exists()


@pytest.mark.parametrize("key", ["a word", "A" * 42, "A" * 45, "é" * 43])
def test_key_that_is_none_is_refused_and_not_repeated(tmp_path: Path, key: str) -> None:
    with pytest.raises(BadSettings, match="HORUS_SEAL_KEY") as refused:
        installed(tmp_path, HORUS_SEAL_KEY=key)
    assert key not in str(refused.value)


def test_opening_makes_no_key_and_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotOpened, match="HORUS_SEAL_KEY") as told:
        key_to_open(installed(tmp_path))
    assert str(tmp_path) not in str(told.value)
    assert not (tmp_path / "secrets").exists()


@pytest.mark.parametrize("text", ["", "rubbish", "é" * 43])
def test_file_without_a_key_is_told_and_left_alone(tmp_path: Path, text: str) -> None:
    file = tmp_path / "secrets" / "seal-key"
    file.parent.mkdir()
    file.write_text(text)

    with pytest.raises(BadSealKey, match="seal-key"):
        made(tmp_path)
    with pytest.raises(NotOpened, match="it holds no key"):
        key_to_open(installed(tmp_path))
    assert file.read_text() == text
