"""What clients may send of an occurrence, and what is refused before anything reaches the log."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.ocorrencia_write import AckCreate, EvidenceCreate, OcorrenciaCreate, OcorrenciaPatch
from infra.settings import load
from schemas.events.ocorrencias import Changes
from schemas.severity import Severity
from tests.unit.api.made import ocorrencia

KEY = "the right key"
START = "2026-11-22T03:12:00Z"
T0 = datetime(2026, 11, 22, 3, 12, tzinfo=UTC)


def created(**fields: Any) -> OcorrenciaCreate:
    return OcorrenciaCreate.model_validate({"start_ts": START, "type": "fade", **fields})


def test_duration_alone_gives_the_end_and_the_severity() -> None:
    fault = created(duration_s=12).fault()
    assert fault.end_ts == T0 + timedelta(seconds=12)
    assert fault.severity == Severity.GRAVE


def test_end_alone_gives_the_duration() -> None:
    fault = created(end_ts="2026-11-22T00:12:07.500-03:00").fault()
    assert (fault.duration_s, fault.severity) == (7.5, Severity.MEDIA)
    assert fault.end_ts.utcoffset() == timedelta(0)


def test_category_of_a_known_type_needs_not_be_given() -> None:
    assert created(duration_s=1, type="ruido_hiss").fault().category == "audio"
    assert created(duration_s=1, type="Logo errado", category="Vídeo").fault().category == "Vídeo"


def test_description_may_stand_at_the_top_or_in_the_evidence() -> None:
    given = {"clip_path": "/clips/a b.mp4", "human_description": "dentro", "unknown": 1}
    assert created(duration_s=1, evidence=given).shown().human_description == "dentro"
    assert created(duration_s=1, evidence=given).shown().clip_path == "a b.mp4"
    assert created(duration_s=1, human_description="fora", evidence=given).shown().human_description == "fora"


def test_what_a_form_leaves_empty_counts_as_left_out() -> None:
    empty = {"clip_path": "", "thumbnail_path": "", "original_filename": "", "model": ""}
    form = created(duration_s=12, end_ts="", category="", severity="", confidence=None, evidence=empty)
    assert form.fault() == created(duration_s=12).fault()
    assert form.fault().confidence == 1.0
    assert form.shown() == created(duration_s=12).shown()
    (path,) = [each["anyOf"] for name, each in EvidenceCreate.model_json_schema()["properties"].items()
               if name == "clip_path"]  # fmt: skip
    assert {"const": "", "type": "string"} in path


def test_severity_follows_an_edited_duration_unless_given() -> None:
    state = ocorrencia("a", status="encerrada")
    longer = OcorrenciaPatch(duration_s=61).changes(state)
    assert longer == Changes(
        duration_s=61.0, end_ts=state.start_ts + timedelta(seconds=61), severity=Severity.GRAVISSIMA
    )
    assert OcorrenciaPatch(duration_s=61, severity=Severity.LEVE).changes(state).severity == Severity.LEVE
    assert OcorrenciaPatch(human_description="x").changes(state) == Changes(human_description="x")


@pytest.mark.parametrize("word", ["name", "by", "who"])
def test_name_at_a_shared_console_is_taken_by_any_of_its_names(word: str) -> None:
    assert AckCreate.model_validate({word: "Ana 🎬 مراقبة"}).name == "Ana 🎬 مراقبة"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    chosen = load(
        {
            "HORUS_HOME": str(tmp_path_factory.mktemp("home")),
            "HORUS_ADMIN_KEY": KEY,
            "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1",
            "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing",
        },
        dotenv=None,
    )
    return TestClient(create_app(chosen), headers={"X-API-Key": KEY}, raise_server_exceptions=False)


def sent(client: TestClient, body: bytes) -> Any:
    return client.post("/api/v1/ocorrencias", content=body, headers={"Content-Type": "application/json"})


def test_good_one_is_answered_503_while_the_log_is_away(client: TestClient) -> None:
    answer = sent(client, json.dumps({"start_ts": START, "type": "fade", "duration_s": 3}).encode())
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "2"


GOOD = f'"start_ts": "{START}", "type": "fade", "duration_s": 3'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"{" + GOOD.encode() + b', "confidence": NaN}',
        b"{" + GOOD.encode() + b', "confidence": 1e400}',
        b"{" + GOOD.encode() + b', "confidence": -Infinity}',
        b"{" + GOOD.encode() + b', "confidence": 1' + b"0" * 5000 + b"}",
        b"{" + GOOD.encode() + b', "confidence": "NaN"}',
        b"{" + GOOD.encode() + b', "human_description": "a\\u0000b"}',
        b"{" + GOOD.encode() + b', "human_description": "\\ud800"}',
        b"{" + GOOD.encode() + b', "category": "\\udfff"}',
        b"{" + GOOD.encode() + b', "category": "' + b"x" * 81 + b'"}',
        b"{" + GOOD.encode() + b', "channel": "../etc"}',
        b"{" + GOOD.encode() + b', "channel": "tv1\\n"}',
        b"{" + GOOD.encode() + b', "severity": "terrible"}',
        b"{" + GOOD.encode() + b', "evidence": {"clip_path": "../../etc/passwd"}}',
        b"{" + GOOD.encode() + b', "evidence": {"clip_path": "..\\\\x"}}',
        b"{" + GOOD.encode() + b', "evidence": {"event_window": [0, 1e400]}}',
        b"{" + GOOD.encode() + b', "evidence": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        b'{"start_ts": "0000-01-01T00:00:00Z", "type": "fade", "duration_s": 3}',
        b'{"start_ts": "0001-01-01T00:00:00+14:00", "type": "fade", "duration_s": 3}',
        b'{"start_ts": "9999-12-31T23:59:59-14:00", "type": "fade", "duration_s": 3}',
        b'{"start_ts": "10000-01-01T00:00:00Z", "type": "fade", "duration_s": 3}',
        b'{"start_ts": "2101-01-01T00:00:00Z", "type": "fade", "duration_s": 3}',
        b'{"start_ts": "2100-12-31T23:59:59Z", "type": "fade", "duration_s": 3}',
        b'{"start_ts": "2026-11-22T03:12:00", "type": "fade", "duration_s": 3}',
        b'{"start_ts": 1e300, "type": "fade", "duration_s": 3}',
        b'{"start_ts": "2026-11-22T03:12:00Z", "type": "fade", "duration_s": -1}',
        b'{"start_ts": "2026-11-22T03:12:00Z", "type": "fade", "duration_s": 1e18}',
        b'{"start_ts": "2026-11-22T03:12:00Z", "type": "fade"}',
        b'{"start_ts": "2026-11-22T03:12:00Z", "type": "fade", "end_ts": "2026-11-22T03:11:59Z"}',
        b'{"start_ts": "2026-11-22T03:12:00Z", "type": "unheard of", "duration_s": 3}',
        b'{"start_ts": "2026-11-22T03:12:00Z", "type": "  ", "duration_s": 3}',
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_reason(client: TestClient, body: bytes) -> None:
    answer = sent(client, body)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


@pytest.mark.parametrize("key", ["", "a\x7f", "x" * 256, "é"])
def test_idempotency_key_that_is_no_plain_text_is_refused(client: TestClient, key: str) -> None:
    answer = client.post(
        "/api/v1/ocorrencias",
        json={"start_ts": START, "type": "fade", "duration_s": 3},
        headers={"Idempotency-Key": key.encode()},
    )
    assert answer.status_code == 422


@pytest.mark.parametrize("body", ["{}", '{"type": null}', "[]", '{"duration_s": NaN}'])
def test_edit_that_says_nothing_is_refused(client: TestClient, body: str) -> None:
    answer = client.patch("/api/v1/ocorrencias/1", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    assert answer.json()["detail"]


@pytest.mark.parametrize("number", ["-1", "9223372036854775808", "1e3", "%00", "9" * 5000])
@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_number_that_no_id_can_have_is_refused(client: TestClient, method: str, number: str) -> None:
    answer = client.request(method, f"/api/v1/ocorrencias/{number}", json={"type": "fade"})
    assert answer.status_code in (404, 422)


@pytest.mark.parametrize(
    "question",
    [
        "q=a%00b",
        "category=%00",
        "from=1969-12-31T23:59:59Z",
        "to=10000-01-01T00:00:00Z",
        "channel=TV1",
        "type=",
        "&".join(["type=fade"] * 101),
    ],
)
@pytest.mark.parametrize("route", ["", "/count", "/export", "/stats"])
def test_filter_that_makes_no_sense_is_refused(client: TestClient, route: str, question: str) -> None:
    answer = client.get(f"/api/v1/ocorrencias{route}?{question}")
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize("cursor", ["-1", "9223372036854775808", "x", "1.5", ""])
def test_cursor_that_no_page_gave_is_refused(client: TestClient, cursor: str) -> None:
    assert client.get("/api/v1/ocorrencias", params={"cursor": cursor}).status_code == 422


@pytest.mark.parametrize(
    "question",
    [
        "zone=Mars",
        "zone=../../etc/passwd",
        "bucket=week",
        "from=2026-01-01T00:00:00Z&to=2025-01-01T00:00:00Z",
        "from=2000-01-01T00:00:00Z&bucket=hour",
    ],
)
def test_figures_that_no_chart_could_show_are_refused(client: TestClient, question: str) -> None:
    answer = client.get(f"/api/v1/ocorrencias/stats?{question}")
    assert answer.status_code == 422
    assert answer.json()["detail"]
