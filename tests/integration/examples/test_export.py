"""``horus export`` against a real broker: each event once, whatever is killed in between."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
import pyarrow.dataset as ds
import pytest

from infra.crash_point import VARIABLE
from infra.export.folder import MANIFEST
from infra.export.formats import Format
from infra.export.manifest import Manifest
from infra.export.run import Asked, NoTopic, export
from schemas.topics import OCORRENCIAS, STREAM_STATUS
from tests.integration.examples.conftest import Night, at

ROOT = Path(__file__).parents[3]


def horus(night: Night, out: Path, *options: str, crash_at: str = "") -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "infra.cli.main",
        "export",
        "--from",
        night.alarms,
        "--out",
        str(out),
        *options,
    ]
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "HORUS_HOME": str(out / "home"),
        "KAFKA_BOOTSTRAP_SERVERS": night.brokers,
        VARIABLE: crash_at,
    }
    return subprocess.run(command, capture_output=True, text=True, env=environment, cwd=out, check=False)


def places(folder: Path) -> list[tuple[int, int]]:
    """Return partition and offset of every row of an export, as whoever reads all its files gets them."""
    table = ds.dataset(folder, format="parquet", partitioning="hive").to_table(["partition", "offset"])
    return sorted(zip(table["partition"].to_pylist(), table["offset"].to_pylist(), strict=True))


def whole(night: Night) -> list[tuple[int, int]]:
    return [(0, offset) for offset in range(night.events)]


def test_export_killed_anywhere_goes_on_and_writes_each_event_once(the_night: Night, tmp_path: Path) -> None:
    for point in ("export.amid-files", "export.after-files"):
        killed = horus(the_night, tmp_path, crash_at=point)
        assert killed.returncode == -signal.SIGKILL
        assert not (tmp_path / "ocorrencias" / MANIFEST).exists()
        assert list((tmp_path / "ocorrencias").glob("day=*/channel=*/part-*")), (
            "it died before it wrote a file"
        )

    done = horus(the_night, tmp_path)

    assert done.returncode == 0, done.stderr
    assert places(tmp_path / "ocorrencias") == whole(the_night)
    assert f"{the_night.events} events in 2 files" in done.stdout
    assert "2 records that are no events were passed over" in done.stdout


def test_windows_that_overlap_write_no_event_twice(the_night: Night, tmp_path: Path) -> None:
    def run(since: str, until: str) -> int:
        asked = Asked(topic=OCORRENCIAS, source=the_night.alarms, since=at(since), until=at(until))
        return export(the_night.brokers, asked, tmp_path, piece_records=3).rows

    first, second, again = (
        run("03:15:00", "03:35:00"),
        run("03:00:00", "03:40:00"),
        run("03:00:00", "03:40:00"),
    )

    assert (first, again) == (5, 0)
    assert first + second == 11
    assert places(tmp_path) == whole(the_night)[:11]
    rest = export(the_night.brokers, Asked(topic=OCORRENCIAS, source=the_night.alarms), tmp_path)
    assert places(tmp_path) == whole(the_night)
    assert rest.there_before == 11


def test_partitions_are_days_and_channels_and_the_manifest_names_every_file(
    the_night: Night, tmp_path: Path
) -> None:
    asked = Asked(topic=STREAM_STATUS, source=the_night.statuses, format=Format.NDJSON, channels=("tv2",))

    done = export(the_night.brokers, asked, tmp_path)

    manifest = msgspec.json.decode((tmp_path / MANIFEST).read_bytes(), type=Manifest)
    assert manifest == done.manifest
    assert done.rows == 5
    lines = [line for file in manifest.files for line in text(tmp_path / file.path)]
    assert {file.path.rpartition("/")[0] for file in manifest.files} == {"day=2026-11-20/channel=tv2"}
    assert [msgspec.json.decode(line)["data"]["state"] for line in lines] == [
        "running",
        "trouble",
        "trouble",
        "running",
        "stopped",
    ]


def test_a_topic_that_is_not_there_is_said_so_in_one_line(the_night: Night, tmp_path: Path) -> None:
    with pytest.raises(NoTopic, match=r"no topic examples\.nowhere"):
        export(the_night.brokers, Asked(topic=OCORRENCIAS, source="examples.nowhere"), tmp_path)


def text(file: Path) -> Sequence[str]:
    return file.read_text().splitlines()
