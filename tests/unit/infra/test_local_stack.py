"""Claims about what the local stack needs and finds on a machine."""

import os
import socket
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from infra import ffmpeg
from infra.local import jars, java, ports, preflight
from infra.local.account import open_to, own_folder
from infra.local.installation import Installation, api_url
from infra.local.kafka import KafkaNode, cluster_id
from infra.local.logs import last_line, starts_in
from infra.local.missing import Missing
from infra.local.postgres_programs import find_programs, major_in
from infra.local.stack import AlreadyRunning, held
from infra.settings import BadSettings, Settings

MakeSettings = Callable[..., Settings]


@pytest.mark.parametrize(
    ("banner", "major"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('openjdk version "21" 2023-09-19', 21),
        ('java version "1.8.0_402"', 8),
        ("java: command not found", None),
    ],
)
def test_major_version_of_java_is_read_from_its_banner(banner: str, major: int | None) -> None:
    assert java.version_in(banner) == major


def test_missing_java_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(java, "_candidates", list)
    java.find_java.cache_clear()
    with pytest.raises(Missing, match="apt-get install openjdk-17"):
        java.find_java()
    java.find_java.cache_clear()


def test_missing_maven_is_told_with_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(jars, "jars_folder", lambda: tmp_path / "jars")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Missing, match="apt-get install maven"):
        jars.fetch_jars()


def test_jars_of_another_pom_are_not_taken_for_todays(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(jars, "jars_folder", lambda: tmp_path)
    (tmp_path / jars.STAMP).write_text("another pom")
    assert not jars.fetched()


@pytest.mark.parametrize(
    ("banner", "major"),
    [
        ("postgres (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)", 15),
        ("postgres (PostgreSQL) 18rc1", 18),
        ("bash", None),
    ],
)
def test_major_version_of_postgres_is_read_from_its_banner(banner: str, major: int | None) -> None:
    assert major_in(banner) == major


def test_data_of_a_postgres_that_is_not_here_is_refused_by_name() -> None:
    with pytest.raises(Missing, match=r"made by PostgreSQL 9, .*postgresql-9"):
        find_programs(None, 9)


def test_folder_closed_to_the_account_is_replaced_by_a_link_to_an_open_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("infra.local.account.OPEN_ROOT", tmp_path / "open")
    monkeypatch.setattr("infra.local.account.open_to", lambda *_: False)
    found = own_folder(tmp_path / "home" / "postgres", None)
    assert found.parent == tmp_path / "open"
    assert (tmp_path / "home" / "postgres").resolve() == found
    assert own_folder(tmp_path / "home" / "postgres", None) == found


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another account to think of")
def test_folder_below_a_closed_one_is_not_open(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert not open_to(tmp_path / "data", "nobody")


def test_port_in_use_is_told_with_its_holder_and_the_setting(settings: MakeSettings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(preflight.Refused) as refusal:
            preflight.check(settings(HORUS_PORT=str(port)))
    assert str(refusal.value).startswith(f"port {port} for the API is in use by ")
    assert f"(pid {os.getpid()})" in str(refusal.value)
    assert str(refusal.value).endswith("choose another with HORUS_PORT")


def test_two_settings_with_one_port_are_refused(settings: MakeSettings) -> None:
    with pytest.raises(preflight.Refused, match="both HORUS_KAFKA_PORT and HORUS_POSTGRES_PORT"):
        preflight.check(settings(HORUS_KAFKA_PORT="5000", HORUS_POSTGRES_PORT="5000"))


def test_servers_elsewhere_need_no_ports_here(settings: MakeSettings) -> None:
    elsewhere = settings(KAFKA_BOOTSTRAP_SERVERS="k:9092", DATABASE_URL="postgresql://u@h/d")
    assert [each.setting for each in preflight.wanted_ports(elsewhere)] == ["HORUS_PORT"]


def test_free_port_can_be_had() -> None:
    wanted = ports.Wanted("a test", "127.0.0.1", ports.free_port(), "HORUS_PORT")
    assert ports.complaints([wanted]) == []


def test_program_that_is_no_ffmpeg_is_refused_by_name(settings: MakeSettings) -> None:
    with pytest.raises(BadSettings, match="HORUS_FFMPEG=/bin/true"):
        ffmpeg.find_ffmpeg(settings(HORUS_FFMPEG="/bin/true"))


def test_ffmpeg_that_is_found_speaks_srt(settings: MakeSettings) -> None:
    assert ffmpeg.speaks_srt(ffmpeg.find_ffmpeg(settings()))


def test_home_is_held_by_one_start_at_a_time(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    with held(installation), pytest.raises(AlreadyRunning), held(installation):
        pass


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:8000"),
        ("::1", "http://[::1]:8000"),
        ("10.0.0.5", "http://10.0.0.5:8000"),
    ],
)
def test_address_to_open_is_one_that_a_browser_here_can_reach(
    settings: MakeSettings, host: str, url: str
) -> None:
    assert api_url(settings(HORUS_HOST=host)) == url


def test_restarts_count_from_the_supervisors_last_start() -> None:
    log = (
        "2026-11-22 INFO supervisord started with pid 1\n2026-11-22 INFO spawned: 'video' with pid 2\n"
        "2026-11-22 INFO supervisord started with pid 3\n2026-11-22 INFO spawned: 'video' with pid 4\n"
        "2026-11-22 INFO spawned: 'video' with pid 5\n"
    )
    assert starts_in(log) == {"video": 2}


def test_last_line_of_a_log_is_its_last_that_says_something(tmp_path: Path) -> None:
    log = tmp_path / "log"
    assert last_line(log) == "(no log)"
    log.write_text("")
    assert last_line(log) == "(it said nothing)"
    log.write_text("x" * 10_000 + "\nthe end\n\n")
    assert last_line(log) == "the end"


def test_id_of_a_cluster_never_reads_as_an_option() -> None:
    drawn = iter([uuid.UUID("f8" + "0" * 30), uuid.UUID("08" + "0" * 30)])
    assert cluster_id(lambda: next(drawn)) == "CAAAAAAAAAAAAAAAAAAAAA"


def test_broker_listens_and_advertises_on_the_loopback_address_only() -> None:
    lines = dict(line.split("=", 1) for line in KafkaNode(Path("/k"), 1, 2).properties().splitlines())
    assert lines["listeners"] == "PLAINTEXT://127.0.0.1:1,CONTROLLER://127.0.0.1:2"
    assert lines["advertised.listeners"] == "PLAINTEXT://127.0.0.1:1"
