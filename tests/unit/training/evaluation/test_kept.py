"""What was measured once is not measured again, unless something changed."""

from pathlib import Path

import msgspec

from training.evaluation.kept import code_digest, kept, key_of


class Result(msgspec.Struct, frozen=True):
    """Something measured."""

    value: float


def test_a_result_is_made_once(tmp_path: Path) -> None:
    made: list[int] = []

    def make() -> Result:
        made.append(1)
        return Result(2.5)

    assert kept(tmp_path / "new", "key", Result, make) == Result(2.5)
    assert kept(tmp_path / "new", "key", Result, make) == Result(2.5)
    assert len(made) == 1


def test_a_broken_result_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "key.json").write_text('{"value": ')
    assert kept(tmp_path, "key", Result, lambda: Result(1.0)) == Result(1.0)
    assert kept(tmp_path, "key", Result, lambda: Result(2.0)) == Result(1.0)


def test_a_key_changes_with_the_file_and_with_what_the_result_hangs_on(tmp_path: Path) -> None:
    media = tmp_path / "a.ts"
    media.write_bytes(b"one")
    before = key_of(media, "model")
    assert key_of(media, "model") == before != key_of(media, "other model")
    media.write_bytes(b"longer")
    assert key_of(media, "model") != before


def test_other_code_is_another_digest(tmp_path: Path) -> None:
    code = tmp_path / "measure.py"
    code.write_text("a = 1")
    before = code_digest([code])
    code.write_text("a = 2")
    assert code_digest([code]) != before
