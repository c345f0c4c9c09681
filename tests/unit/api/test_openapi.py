"""The OpenAPI document and the page that shows it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from api.roles import least_role
from infra.settings import Settings
from tests.unit.api.doors import AWAY, Closed, closed


@pytest.fixture
def horus(settings: Callable[..., Settings]) -> Closed:
    return closed(settings(**AWAY))


@pytest.fixture
def document(horus: Closed) -> dict[str, Any]:
    answer = horus.client("viewer").get("/api/v1/openapi.json")
    assert answer.status_code == 200
    read: dict[str, Any] = answer.json()
    return read


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield method.upper(), path, operation


def test_every_route_has_a_name_of_its_own_a_tag_and_words(document: dict[str, Any]) -> None:
    named = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(set(named)) == len(named)
    known = {tag["name"] for tag in document["tags"]}
    for method, path, operation in operations(document):
        assert operation["description"], (method, path)
        assert set(operation["tags"]) <= known, (method, path)


def test_every_error_is_a_problem(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        for status, answer in operation["responses"].items():
            # A browser's form is answered with the form.
            forms = ["text/html"] if (path, status) == ("/api/v1/session", "401") and method == "POST" else []
            if int(status) >= 400 and path != "/readyz":
                assert list(answer["content"]) == ["application/problem+json", *forms], (method, path, status)
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_closed_route_says_so(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        least = least_role(method, path)
        assert bool(operation["security"]) is (least != "none"), (method, path)
        if least != "none":
            assert {"401", "403", "429"} <= operation["responses"].keys(), (method, path)
            assert f"**{least}**" in operation["description"]


def test_every_answer_with_json_has_a_shape(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        for status, answer in operation["responses"].items():
            shape = answer.get("content", {}).get("application/json")
            assert shape is None or shape["schema"], (method, path, status)


def test_every_answer_with_json_is_shown_by_example(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        for status, answer in operation["responses"].items():
            shape = answer.get("content", {}).get("application/json")
            assert shape is None or exemplified(document, shape, frozenset()), (method, path, status)


def exemplified(document: dict[str, Any], part: object, seen: frozenset[str]) -> bool:
    """Tell whether a part of the document, or a model that it refers to, has an example."""
    match part:
        case {"$ref": str(name)}:
            model = document["components"]["schemas"][name.rpartition("/")[2]]
            return name not in seen and exemplified(document, model, seen | {name})
        case dict():
            shown = bool({"example", "examples"} & part.keys())
            return shown or any(exemplified(document, each, seen) for each in part.values())
        case list():
            return any(exemplified(document, each, seen) for each in part)
        case _:
            return False


def test_event_of_a_stream_is_a_text_that_holds_a_message(document: dict[str, Any]) -> None:
    answer = document["paths"]["/api/v1/events"]["get"]["responses"]["200"]
    event = answer["content"]["text/event-stream"]["schema"]
    data = event["properties"]["data"]
    assert (event["type"], data["type"]) == ("object", "string")
    held = [each["$ref"].rpartition("/")[2] for each in data["contentSchema"]["anyOf"]]
    assert held == ["Pushed", "NotRecovered"]
    assert set(held) <= document["components"]["schemas"].keys()


def test_documentation_is_served_whole_from_here(horus: Closed) -> None:
    client = horus.client("viewer")
    shown = client.get("/docs").text
    for name in ("swagger-ui.css", "swagger-ui-bundle.js", "api_docs.js"):
        assert f"/docs/{name}" in shown
        answer = client.get(f"/docs/{name}")
        assert answer.status_code == 200
        assert len(answer.content) > 100


@pytest.mark.parametrize("name", ["swagger-initializer.js", "index.html", "..%2fapp.py", "MANIFEST.MF", "x"])
def test_documentation_gives_nothing_else_away(horus: Closed, name: str) -> None:
    assert horus.client("viewer").get(f"/docs/{name}").status_code == 404


def test_commands_say_where_the_version_and_the_new_thing_are(document: dict[str, Any]) -> None:
    paths = document["paths"]
    create = paths["/api/v1/ocorrencias"]["post"]["responses"]
    assert create["201"]["headers"].keys() == {"ETag", "Location"}
    assert create["201"]["content"]["application/json"]["schema"]
    for path in ("/api/v1/ocorrencias/{number}", "/api/v1/ocorrencias/{number}/ack"):
        for method, operation in paths[path].items():
            if method in ("get", "patch", "post"):
                assert operation["responses"]["200"]["headers"].keys() == {"ETag"}, (method, path)
            if method in ("patch", "post"):
                assert {"404", "409", "412", "503"} <= operation["responses"].keys(), (method, path)
