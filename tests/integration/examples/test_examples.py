"""The examples at work on a real broker; the figures were worked out by hand (conftest.py)."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from infra.export.run import Asked, export
from infra.local.jars import jars_folder
from infra.local.java import find_java
from schemas.topics import OCORRENCIAS
from tests.integration.examples.conftest import Night

EXAMPLES = Path(__file__).parents[3] / "examples"
PLAIN = {"PATH": os.environ["PATH"]}


def rows(text: str) -> list[list[str]]:
    """Return the cells of a printed table, without its head."""
    return [line.split() for line in text.splitlines()[1:]]


def test_availability_counts_overlapping_faults_once_and_watched_time_only(the_night: Night) -> None:
    program = EXAMPLES / "availability" / "availability.py"
    topics = ["--status-topic", the_night.statuses, "--alarms-topic", the_night.alarms]
    window = ["--once", "--window", "3600", "--at", "2026-11-20T04:00:00+00:00"]

    done = subprocess.run(
        [sys.executable, "-I", program, "--brokers", the_night.brokers, *topics, *window],
        capture_output=True,
        text=True,
        env=PLAIN,
        check=True,
    )

    # tv1: 03:10:00 to 03:10:50 is 50 s of 3600; what was deleted does not count. tv2 was watched until 03:50:
    # of 3000 s the minute without data and the five from 03:45 on are down.
    assert rows(done.stdout) == [
        ["tv2", "3000.0", "s", "360.0", "s", "88.000%"],
        ["tv1", "3600.0", "s", "50.0", "s", "98.611%"],
    ]


def test_java_consumer_counts_each_alarm_once(the_night: Night) -> None:
    java = [str(find_java()), "-XX:TieredStopAtLevel=1", "-cp", f"{jars_folder()}/*"]
    program = [str(EXAMPLES / "java" / "OpenAlarms.java"), "--brokers", the_night.brokers]

    done = subprocess.run(
        [*java, *program, "--topic", the_night.alarms, "--once"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert rows(done.stdout) == [
        ["tv1", "bloco", "1", "0", "60.0", "s"],
        ["tv1", "fade", "2", "0", "30.0", "s"],
        ["tv1", "freeze", "1", "0", "30.0", "s"],
        ["tv2", "borrado", "1", "1", "0.0", "s"],
        ["tv2", "sem_sinal", "1", "0", "60.0", "s"],
    ]


@pytest.fixture(scope="session")
def lake(the_night: Night, tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    """DuckDB standing in a folder to which the night was exported as Parquet."""
    folder = tmp_path_factory.mktemp("lake")
    export(the_night.brokers, Asked(topic=OCORRENCIAS, source=the_night.alarms), folder / "ocorrencias")
    connection = duckdb.connect()
    connection.execute(f"SET file_search_path = '{folder}'")
    return connection


def query(lake: duckdb.DuckDBPyConnection, name: str) -> list[tuple[object, ...]]:
    return lake.execute((EXAMPLES / "duckdb" / name).read_text()).fetchall()


def test_alarms_per_hour_by_channel(lake: duckdb.DuckDBPyConnection) -> None:
    found = [(str(hour), *rest) for hour, *rest in query(lake, "alarms_per_hour.sql")]

    assert found == [
        ("2026-11-20 03:00:00", "tv1", 3, 3),
        ("2026-11-20 03:00:00", "tv2", 2, 2),
        ("2026-11-20 04:00:00", "tv1", 1, 1),
    ]


def test_mean_time_to_acknowledge_by_grade(lake: duckdb.DuckDBPyConnection) -> None:
    # Two of the three graves were answered, after 20 and 40 s; nobody answered the others.
    assert query(lake, "time_to_acknowledge.sql") == [
        ("Grave (A)", 3, 2, 30.0),
        ("Gravíssima (X)", 2, 0, None),
        ("Leve (C)", 1, 0, None),
    ]


def test_worst_channels_and_their_worst_fault(lake: duckdb.DuckDBPyConnection) -> None:
    # tv1: 30 + 30 + 10 s, of which fade 40; what was deleted is left out, and what is open has no length yet.
    assert query(lake, "worst_channels.sql") == [("tv1", 3, 70.0, "fade"), ("tv2", 1, 60.0, "sem_sinal")]
