"""Settings: one typed place, and errors that name what is wrong."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.settings import BadSettings, Settings, in_words, load


def test_defaults_hold_without_an_environment() -> None:
    settings = load({}, dotenv=None)

    assert settings.home == Path.cwd() / ".horus"
    assert settings.horus_port == 8000
    assert settings.embedded_kafka and settings.embedded_postgres
    assert settings.bootstrap_servers == "127.0.0.1:19092"


def test_servers_elsewhere_replace_the_embedded_ones() -> None:
    settings = load(
        {"KAFKA_BOOTSTRAP_SERVERS": "k1:9092,k2:9092", "DATABASE_URL": "postgresql://horus@db/horus"},
        dotenv=None,
    )

    assert not settings.embedded_kafka
    assert not settings.embedded_postgres
    assert settings.bootstrap_servers == "k1:9092,k2:9092"


def test_threshold_of_a_class_is_read_by_its_name() -> None:
    settings = load({"VIDEO_THRESH_FADE": "0.7", "AUDIO_THRESH_AUSENCIA_AUDIO": "0.4"}, dotenv=None)

    assert settings.thresholds == {"fade": 0.7, "ausencia_audio": 0.4}


def test_delays_of_a_class_are_read_by_its_name() -> None:
    settings = load({"ONSET_S_SEM_SINAL": "5", "ONSET_S_FREEZE": "30", "CLEAR_S_FADE": "2.5"}, dotenv=None)

    assert settings.onsets == {"sem_sinal": 5.0, "freeze": 30.0}
    assert settings.clears == {"fade": 2.5}
    assert ("CLEAR_S_FADE", "2.5") in {(name, value) for name, value, _ in in_words(settings)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HORUS_PROT", "9000"),
        ("HORUS_PORT", "70000"),
        ("HORUS_PORT", "eighty"),
        ("VIDEO_VOTE_K", "0"),
        ("AUDIO_MOVING_AVG_M", "101"),
        ("VIDEO_THRESH_DEFAULT", "1.5"),
        ("VIDEO_THRESH_FADE", "-0.1"),
        ("VIDEO_THRESH_AUSENCIA_AUDIO", "0.5"),
        ("AUDIO_THRESH_NONSENSE", "0.5"),
        ("ONSET_S_FREEZE", "0"),
        ("ONSET_S_NONSENSE", "2"),
        ("CLEAR_S_FADE", "soon"),
        ("CLEAR_S_SEM_SINAL", "2"),
        ("HORUS_ANONYMOUS_ROLE", "root"),
        ("HORUS_LOG_LEVEL", "LOUD"),
        ("HORUS_ADMIN_KEY", "chavé"),
        ("HORUS_ADMIN_KEY", " key "),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(BadSettings, match=name):
        load({name: value}, dotenv=None)


def test_all_wrong_settings_are_named_at_once() -> None:
    with pytest.raises(BadSettings) as raised:
        load({"HORUS_PROT": "1", "VIDEO_VOTE_K": "0"}, dotenv=None)

    assert "HORUS_PROT" in str(raised.value)
    assert "VIDEO_VOTE_K" in str(raised.value)


def test_the_environment_goes_before_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("HORUS_PORT=9001\nVIDEO_VOTE_K=7\n")

    settings = load({"HORUS_PORT": "9002"}, dotenv=file)

    assert (settings.horus_port, settings.video_vote_k) == (9002, 7)


def test_a_wrong_line_of_the_file_is_named_too(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("HORUS_PROT=9001\n")

    with pytest.raises(BadSettings, match="HORUS_PROT"):
        load({}, dotenv=file)


def test_foreign_variables_are_left_alone() -> None:
    assert load({"PATH": "/bin", "VIDEO_CARD": "none", "HOME": "/"}, dotenv=None) == load({}, dotenv=None)


def test_an_empty_value_means_the_default() -> None:
    assert load({"HORUS_PORT": "", "VIDEO_THRESH_FADE": ""}, dotenv=None) == load({}, dotenv=None)


def test_secrets_are_not_shown() -> None:
    settings = load({"HORUS_ADMIN_KEY": "s3cret", "DATABASE_URL": "postgresql://u:passw0rd@h/d"}, dotenv=None)

    shown = repr(settings) + repr(in_words(settings))

    assert "s3cret" not in shown
    assert "passw0rd" not in shown


def test_a_secret_that_is_refused_is_not_shown() -> None:
    with pytest.raises(BadSettings) as raised:
        load({"HORUS_ADMIN_KEY": "s3crét"}, dotenv=None)

    assert "s3cr" not in str(raised.value)


@given(
    st.text(min_size=1, max_size=12).filter(lambda name: f"horus_{name}".lower() not in Settings.model_fields)
)
def test_any_unknown_horus_variable_is_refused(name: str) -> None:
    with pytest.raises(BadSettings):
        load({f"HORUS_{name}": "1"}, dotenv=None)


def test_every_setting_stands_in_the_example_file() -> None:
    example = (Path(__file__).parents[3] / ".env.example").read_text()

    missing = [name for name, _, _ in in_words(load({}, dotenv=None)) if name not in example]

    assert missing == []
