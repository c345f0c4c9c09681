"""docs/api.md against the API itself: every route is in it, and nothing that is not there."""

import re
from collections.abc import Callable
from pathlib import Path

from api.app import create_app
from api.roles import methods_of, routes_of
from infra.settings import Settings
from tests.unit.api.doors import AWAY

DOCS = Path(__file__).parents[3] / "docs" / "api.md"
# A heading of a route: `### GET /api/v1/streams/{channel}`.
HEADING = re.compile(r"^### (GET|POST|PUT|PATCH|DELETE|WS) (\S+)$", re.MULTILINE)


def shape(path: str) -> str:
    # Names of parameters do not matter.
    return re.sub(r"\{[^}]*\}", "{}", path)


def documented() -> list[tuple[str, str]]:
    return [(method, shape(path)) for method, path in HEADING.findall(DOCS.read_text())]


def test_every_route_of_openapi_is_in_the_manual(settings: Callable[..., Settings]) -> None:
    paths = create_app(settings(**AWAY)).openapi()["paths"]
    there = {(method.upper(), shape(path)) for path, item in paths.items() for method in item}
    assert sorted(there - set(documented())) == []


def test_manual_has_each_route_once_and_none_that_is_not_there(settings: Callable[..., Settings]) -> None:
    app = create_app(settings(**AWAY))
    there = {(method, shape(route.path)) for route in routes_of(app) for method in methods_of(route)}
    told = documented()
    assert ("WS", "/ws/ocorrencias") in told
    assert sorted(set(told) - there) == []
    assert len(told) == len(set(told))
