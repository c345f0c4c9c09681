"""What `benchmarks.fuzz` asks: cases drawn from the OpenAPI document, some of them led to what is there.

A drawn id meets nothing and a drawn URL is none, so most cases would end at the first check. Therefore some
get the id of something that an earlier answer told of, an address on loopback, or a file that is media.
"""

import io
import random
import wave
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest import SkipTest

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, BaseSchema, Case, GenerationMode, Response
from schemathesis.core.result import Err

Operation = APIOperation[Any, Any, Any, Any]
AnyCase = Case[Any]

LEAD = 0.6
"""Share of the cases that are led; the rest stays as drawn."""
KEPT = 20
"""Ids of a kind that are remembered; older ones have often been deleted since."""
TOLD_BY = {
    "/api/v1/ocorrencias": ("id", "number"),
    "/api/v1/streams": ("channel", "channel"),
    "/api/v1/webhooks": ("id", "webhook_id"),
    "/api/v1/admin/keys": ("key_id", "key_id"),
    "/api/v1/analysis/upload": ("job_id", "id"),
    "/api/v1/analyze": ("job_id", "id"),
}
"""Path whose answers tell of ids -> their field there, and the path parameter that they are for."""
A_PAGE = {"folder": "docs", "name": "README.md"}
"""What the docs viewer has for certain."""
DRAWN = 0.3
"""Share of the fields of a led body that are as drawn; the others are those of the document's example."""


def sound() -> bytes:
    """Return a WAV file of half a second of silence: the smallest media that an upload takes."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(bytes(8000))
    return file.getvalue()


@dataclass
class Lead:
    """Leads cases to what is there."""

    rng: random.Random
    sources: list[str]
    """Addresses for streams; some are to be refused."""
    targets: list[str]
    """Addresses for webhooks, likewise."""
    examples: dict[tuple[str, str], dict[str, Any]]
    """Of the document, by method and path (`examples_of`)."""
    known: dict[str, deque[Any]] = field(default_factory=lambda: defaultdict(lambda: deque(maxlen=KEPT)))

    def learn(self, case: AnyCase, response: Response) -> None:
        """Remember the ids that an answer tells of."""
        told = TOLD_BY.get(case.path)
        if told is None or response.status_code >= 300:
            return
        answer = response.json()
        for each in answer[:KEPT] if isinstance(answer, list) else [answer]:
            if each.get(told[0]) is not None:
                self.known[told[1]].append(each[told[0]])

    def lead(self, case: AnyCase) -> None:
        """Change a case in place, now and then."""
        for name in case.path_parameters or ():
            ids = self.known.get(name)
            if ids and self._now():
                case.path_parameters[name] = self.rng.choice(ids)
        if case.path == "/api/v1/docs/file" and self._now():
            case.query.update(A_PAGE)
        if isinstance(case.body, dict) and self._now():
            case.body = self._led(case, case.body)

    def _led(self, case: AnyCase, body: dict[str, Any]) -> dict[str, Any]:
        if case.media_type == "multipart/form-data":
            return {**body, "file": sound()}
        drawn = {name: value for name, value in body.items() if self.rng.random() < DRAWN}
        led = {**self.examples.get((case.method, case.path), {}), **drawn}
        if "url" in led or case.path == "/api/v1/streams/start":
            led["url"] = self.rng.choice(self.targets if "webhooks" in case.path else self.sources)
        return led

    def _now(self) -> bool:
        return self.rng.random() < LEAD


def examples_of(schema: BaseSchema) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the first example of each JSON body that the document shows one of."""
    document = schema.raw_schema
    found = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            for each in (body.get("schema", {}), *body.get("schema", {}).get("anyOf", ())):
                name = each.get("$ref", "").rpartition("/")[2]
                shown = document["components"]["schemas"].get(name, {}).get("examples")
                if shown:
                    found[method.upper(), path] = shown[0]
    return found


def operations(schema: BaseSchema) -> list[Operation]:
    """Return all operations of the document. Raises InvalidSchema for one that is none."""
    made = []
    for each in schema.get_all_operations():
        if isinstance(each, Err):
            raise each.err()
        made.append(each.ok())
    return made


def draw(
    operation: Operation,
    mode: GenerationMode,
    count: int,
    number: int,
    ask: Callable[[AnyCase], None],
) -> None:
    """Ask up to ``count`` different cases of an operation; none where nothing of it can be drawn.

    ``number`` seeds what is drawn. ``ask`` must raise nothing: a failure is no reason to draw simpler ones.
    """

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def drawn(case: AnyCase) -> None:
        ask(case)

    try:
        drawn()
    except (SkipTest, Unsatisfiable):
        # Without parameters and body there is nothing that could be wrong.
        return


def rounds(
    schema: BaseSchema, share: Callable[[str], int], rng: random.Random, ask: Callable[[AnyCase], None]
) -> Iterator[None]:
    """Ask some valid and as many invalid cases of every operation, again and again; yields after each lot.

    ``share`` gives their number for a path. Later rounds know ids from the ones before.
    """
    every = operations(schema)
    while True:
        rng.shuffle(every)
        for operation in every:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                draw(operation, mode, share(operation.path), rng.getrandbits(64), ask)
                yield
