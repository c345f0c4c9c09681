"""What a start says of the key."""

from pathlib import Path

from infra.cli.greeting import KEY_CHARS, greeting
from infra.settings import load


def said(home: Path, key: str) -> str:
    return "\n".join(
        greeting(load({"HORUS_HOME": str(home), "HORUS_ADMIN_KEY": key}, dotenv=None), show_key=False)
    )


def test_a_key_that_can_be_guessed_is_warned_of_and_not_shown(tmp_path: Path) -> None:
    text = said(tmp_path, "open sesame")

    assert "can be guessed" in text
    assert "sesame" not in text


def test_a_long_key_is_not_warned_of(tmp_path: Path) -> None:
    assert "guessed" not in said(tmp_path, "k" * KEY_CHARS)
