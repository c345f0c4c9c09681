"""The files of an export: every event in every format, the folder they go to, what a crash leaves."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from infra.cli.exits import BadUse
from infra.cli.export import _asked, telling
from infra.export import folder as folders
from infra.export.columns import Row, columns_of, leaves
from infra.export.folder import LOCK, MANIFEST, InUse, opened, place
from infra.export.formats import Format, writer
from infra.export.manifest import Manifest
from infra.export.run import Progress
from schemas.envelope import decode
from schemas.publish.contract import EXAMPLES, ROOT
from schemas.publish.examples import example_of
from schemas.topics import OCORRENCIAS, TOPICS, Topic

WITH_EVENTS = [topic for topic in TOPICS if topic.events]
EMPTY = Manifest(topic=OCORRENCIAS.name, format=Format.PARQUET)
COLUMNS = columns_of(OCORRENCIAS.events)


def rows_of(topic: Topic) -> list[Row]:
    """Return the golden example of each event of a topic, as rows."""
    examples = [example_of(event.TYPE, ROOT / EXAMPLES) for event in topic.events]
    return [
        Row(partition=0, offset=number, envelope=decode(each.kafka_headers(), each.kafka_value()))
        for number, each in enumerate(examples)
    ]


@pytest.mark.parametrize("topic", WITH_EVENTS, ids=lambda topic: topic.name)
def test_parquet_holds_all_that_events_say(topic: Topic, tmp_path: Path) -> None:
    rows, columns = rows_of(topic), columns_of(topic.events)

    writer(Format.PARQUET)(rows, columns, tmp_path / "x.parquet")

    table = pq.read_table(tmp_path / "x.parquet", partitioning=None)
    assert table.schema == columns.schema
    for row, cells in zip(rows, table.to_pylist(maps_as_pydicts="strict"), strict=True):
        event = msgspec.to_builtins(row.envelope.event, builtin_types=(datetime,))
        assert cells["event_id"] == row.envelope.id
        assert cells["event_time"] == row.envelope.time
        for name, value in event.items():
            if name == "channel":
                continue
            if name in columns.as_json and value is not None:
                assert msgspec.json.decode(cells[name]) == json(value), name
            else:
                assert without_nulls(cells[name]) == without_nulls(value), name


@pytest.mark.parametrize("topic", WITH_EVENTS, ids=lambda topic: topic.name)
def test_no_field_of_an_event_has_the_name_of_a_column_of_every_row(topic: Topic) -> None:
    names = columns_of(topic.events).schema.names

    assert len(names) == len(set(names))
    assert not {"day", "channel"} & set(names), "hive has these in the path"


def test_csv_has_a_column_for_each_nested_field() -> None:
    heads = [".".join(path) for path in leaves(COLUMNS.schema)]

    assert {"fault.type", "fault.start_ts", "evidence.clip_path", "why.model.name", "why.segment.uri"} <= set(
        heads
    )
    assert not any(pa.types.is_struct(COLUMNS.schema.field(head).type) for head in heads if "." not in head)


def test_csv_reads_back_with_lists_as_json_and_nothing_for_null(tmp_path: Path) -> None:
    writer(Format.CSV)(rows_of(OCORRENCIAS), COLUMNS, tmp_path / "x.csv")

    with (tmp_path / "x.csv").open(encoding="utf-8", newline="") as file:
        lines = {line["event_type"]: line for line in csv.DictReader(file)}
    assert lines["horus.OcorrenciaOpened.v1"]["fault.start_ts"] == "2026-11-20T03:12:07.680000+00:00"
    assert lines["horus.OcorrenciaOpened.v1"]["why.window_scores"] == "[0.97,0.98,0.98]"
    assert lines["horus.OcorrenciaDeleted.v1"]["fault.type"] == ""
    assert lines["horus.OcorrenciaAcknowledged.v1"]["comment"] == "falei com a geração"


def test_ndjson_is_a_line_an_event_with_its_value_as_in_the_log(tmp_path: Path) -> None:
    rows = rows_of(OCORRENCIAS)

    writer(Format.NDJSON)(rows, COLUMNS, tmp_path / "x.ndjson")

    lines = [msgspec.json.decode(line) for line in (tmp_path / "x.ndjson").read_bytes().splitlines()]
    assert [line["offset"] for line in lines] == [row.offset for row in rows]
    assert lines[0]["data"] == example_of("horus.OcorrenciaOpened.v1", ROOT / EXAMPLES).value


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ("tv1", "channel=tv1"),
        ("", "channel=__HIVE_DEFAULT_PARTITION__"),
        ("../../etc", "channel=..%2F..%2Fetc"),
        ("a\0b", "channel=a%00b"),
    ],
)
def test_a_row_goes_to_its_day_and_channel_and_nowhere_else(channel: str, expected: str) -> None:
    row = rows_of(OCORRENCIAS)[0]
    event = msgspec.structs.replace(row.envelope.event, channel=channel)
    late = datetime.fromisoformat("2026-11-20T23:30:00-03:00").astimezone(UTC)
    moved = msgspec.structs.replace(
        row, envelope=msgspec.structs.replace(row.envelope, event=event, time=late)
    )

    assert place(moved) == f"day=2026-11-21/{expected}"


def test_what_a_dead_process_wrote_and_did_not_count_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = rows_of(OCORRENCIAS)
    with opened(tmp_path, COLUMNS, EMPTY) as held:
        held.add(0, (0, 3), rows[:3], 0)
    counted = sorted(tmp_path.rglob("*.parquet"))

    def die(point: str) -> None:
        raise KeyboardInterrupt(point)

    with monkeypatch.context() as patch, opened(tmp_path, COLUMNS, EMPTY) as held:
        patch.setattr(folders, "reached", die)
        with pytest.raises(KeyboardInterrupt):
            held.add(0, (3, 8), rows[3:], 0)
    mine = tmp_path / "day=2026-11-20" / "channel=tv1" / "notes.txt"
    mine.write_text("not ours")
    assert len(list(tmp_path.rglob("*.parquet"))) > len(counted)

    with opened(tmp_path, COLUMNS, EMPTY) as held:
        assert held.manifest.covered == {0: [(0, 3)]}
    assert sorted(tmp_path.rglob("*.parquet")) == counted
    assert mine.exists()


def test_a_folder_is_written_by_one_export_at_a_time(tmp_path: Path) -> None:
    with opened(tmp_path, COLUMNS, EMPTY), pytest.raises(InUse, match="another export"):
        opened(tmp_path, COLUMNS, EMPTY).__enter__()
    assert (tmp_path / LOCK).exists()


def test_a_folder_of_another_export_is_refused(tmp_path: Path) -> None:
    with opened(tmp_path, COLUMNS, EMPTY) as held:
        held.add(0, (0, 1), rows_of(OCORRENCIAS)[:1], 0)
    other = msgspec.structs.replace(EMPTY, channels=("tv2",))

    with pytest.raises(InUse, match=r"holds an export of horus\.ocorrencias\.v1 as parquet"):
        opened(tmp_path, COLUMNS, other).__enter__()


def test_a_manifest_that_is_none_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).write_text("mine")

    with pytest.raises(InUse, match="no manifest of an export"):
        opened(tmp_path, COLUMNS, EMPTY).__enter__()
    assert (tmp_path / MANIFEST).read_text() == "mine"


@pytest.mark.parametrize(
    ("topic", "since", "until", "kind", "sentence"),
    [
        ("nothing", "beginning", "now", "csv", "no topic is called 'nothing'; there are: .*ocorrencias"),
        ("ocorrencias", "beginning", "now", "xls", "'xls': there are: parquet, csv, ndjson"),
        ("ocorrencias", "-1h", "-2h", "csv", "--since -1h is not before --until -2h"),
        ("ocorrencias", "soon", "now", "csv", "--since 'soon': no moment"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(
    topic: str, since: str, until: str, kind: str, sentence: str
) -> None:
    with pytest.raises(BadUse, match=sentence):
        _asked(topic, since, until, None, kind, None)


def test_progress_is_told_every_two_seconds_with_its_rate(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter([0.0, 1.0, 2.0, 3.9, 4.0])
    tell = telling(lambda: next(times))

    for done in (1_000, 2_000, 3_000, 8_000):
        tell(Progress(done=done, total=10_000))

    assert [line.split(" s  ")[1] for line in capsys.readouterr().err.splitlines()] == [
        "2,000 of 10,000 records, 1,000/s",
        "8,000 of 10,000 records, 2,000/s",
    ]


def json(value: object) -> object:
    """Return a value as JSON has it: lists and words, no tuples and times."""
    return msgspec.json.decode(msgspec.json.encode(value))


def without_nulls(value: object) -> object:
    """Return a value without what says nothing: a column has a null where an event has no such field."""
    match value:
        case dict():
            return {key: without_nulls(each) for key, each in value.items() if each is not None}
        case list() | tuple():
            return [without_nulls(each) for each in value]
    return value
