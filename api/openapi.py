"""The OpenAPI document: what FastAPI knows, and what the door, the bodies and the servers add to it."""

import re
from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api import roles
from api.access import SAFE_METHODS
from api.problems import MEDIA_TYPE, Problem
from api.sessions import COOKIE
from infra.settings import Role

# A JSON document is a tree of dicts, and this is the one place that edits one.
Tree = dict[str, Any]

EVENTS = "text/event-stream"
TAGS = {
    "ocorrencias": "Occurrences: alarms, and what people say of them.",
    "coverage": "What was watched, and how available channels were.",
    "push": "Occurrences as they change.",
    "streams": "Channels: what is watched, by which rules, and how it fares.",
    "hls": "Pictures of a channel: live, or any past window.",
    "clips": "Evidence: clips and thumbnails.",
    "analysis": "Files: uploaded, analysed on the spot or in the background.",
    "replays": "The past decided again, beside what was told then.",
    "webhooks": "Occurrences, posted to others' servers.",
    "admin": "The installation: keys, audit, storage.",
    "docs": "The repository's Markdown.",
    "session": "Logging a browser in and out.",
    "health": "Liveness, readiness and figures.",
}
SCHEMES: Tree = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "a key"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key", "description": "a key"},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": COOKIE,
        "description": "after POST /api/v1/session; counts only for pages of this origin",
    },
}
ERRORS = {
    400: "the request is not HTTP as it should be, or its body was cut off",
    401: "no key, or one that opens nothing",
    403: "the role is too low, or a page of another origin acts by the cookie",
    404: "there is no such thing",
    408: "the body did not come in time",
    409: "it cannot be done to what is there now",
    412: "somebody has changed it since",
    413: "the body is too large",
    422: "a value cannot be: which, and why",
    429: "too many wrong keys from this address",
    503: "Kafka or Postgres is away: try again after Retry-After seconds",
}
DESCRIPTION = """\
Occurrences are technical faults in television channels. Every command here is an event first, written to
Kafka and confirmed, and every answer is a view of that log. Errors are RFC 9457 problem details.

A key is given as `Authorization: Bearer` or `X-API-Key`; each route says which role it takes at least.
"""


def install(app: FastAPI) -> None:
    """Let the app answer with the document, made once."""

    def document() -> Tree:
        if app.openapi_schema is None:
            app.openapi_schema = made(app)
        return app.openapi_schema

    # FastAPI's own way of saying it: https://fastapi.tiangolo.com/how-to/extending-openapi/
    app.openapi = document  # type: ignore[method-assign]


def made(app: FastAPI) -> Tree:
    """Return the document of an app."""
    tree = get_openapi(
        title="Horus",
        version=app.version,
        description=DESCRIPTION,
        routes=app.routes,
        tags=[{"name": name, "description": words} for name, words in TAGS.items()],
        separate_input_output_schemas=app.separate_input_output_schemas,
    )
    components = tree.setdefault("components", {})
    components["securitySchemes"] = SCHEMES
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema()
    for method, path, operation in _operations(tree):
        _complete(operation, method, path)
    # FastAPI's own form of errors: nothing answers with it here.
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    return tree


def _operations(tree: Tree) -> Iterator[tuple[str, str, Tree]]:
    for path, item in tree.get("paths", {}).items():
        for method, operation in item.items():
            if isinstance(operation, dict):
                yield method.upper(), path, operation


def _complete(operation: Tree, method: str, path: str) -> None:
    least = roles.least_role(method, path)
    operation["security"] = [] if least == "none" else [{name: []} for name in SCHEMES]
    if least != "none":
        operation["description"] = (
            f"{operation.get('description', '')}\n\nTakes the role **{least}**.".strip()
        )
    operation["summary"] = _summary(operation)
    operation["operationId"] = "_".join([method.lower(), *re.findall(r"\w+", path.removeprefix("/api/v1"))])
    responses: Tree = operation.setdefault("responses", {})
    for answer in responses.values():
        _tell_events(answer)
    for status in _statuses(operation, method, path, least):
        given = responses.get(str(status), {})
        if status == 422 or not given.get("content"):
            responses[str(status)] = {**_problem(status), **_described(given, status)}


def _tell_events(answer: Tree) -> None:
    """Tell of a stream what an event holds; FastAPI says text and message at once, which nothing can be."""
    stream = answer.get("content", {}).get(EVENTS)
    if stream is not None:
        message = {name: value for name, value in stream["schema"].items() if name == "anyOf"}
        data = {"type": "string", "contentMediaType": "application/json", "contentSchema": message}
        stream["schema"] = {
            "type": "object",
            "required": ["data"],
            "properties": {"id": {"type": "string", "description": "the cursor"}, "data": data},
        }


def _summary(operation: Tree) -> str:
    """Return the first clause of a route's own words: FastAPI's would be the name of its function."""
    return re.split(r"[.;:,(]", operation.get("description", ""), maxsplit=1)[0].replace("\n", " ").strip()


def _described(given: Tree, status: int) -> Tree:
    """Return a route's own words for an error; FastAPI's for 422 say nothing."""
    words = given.get("description", "")
    own = words and status != 422 and words != "Client Error"
    return {"description": words} if own else {}


def _statuses(operation: Tree, method: str, path: str, least: Role) -> Iterator[int]:
    yield from (int(each) for each in operation["responses"] if each.isdecimal() and int(each) >= 400)
    yield 422
    if least != "none" or path == "/api/v1/session":
        yield 503
    if any(each["in"] == "header" and each["name"] == "if-match" for each in operation.get("parameters", ())):
        yield 412
    if least != "none" or path == "/api/v1/session":
        yield from (401, 403, 429)
    if "{" in path:
        yield 404
    if method not in SAFE_METHODS:
        yield from (400, 408, 413)


def _problem(status: int) -> Tree:
    return {
        "description": ERRORS.get(status, "see detail"),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
