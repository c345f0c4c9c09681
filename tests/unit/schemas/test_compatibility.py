"""What may change in an event within its version: a new field with a default, and nothing else."""

from typing import Annotated, Any, Literal

import msgspec
import pytest

from schemas.compatibility import breaks
from schemas.events import EVENTS
from schemas.publish.history import broken, new_records, wire
from schemas.publish.json_schema import schema_of
from schemas.upcast import EARLIER

Field = tuple[str, Any] | tuple[str, Any, Any]
BASE: tuple[Field, ...] = (
    ("channel", str),
    ("count", int),
    ("level", float | None, None),
    ("state", Literal["on", "off"], "on"),
    ("names", tuple[str, ...], ()),
    ("scores", dict[str, float], {}),
    ("span", tuple[float, float] | None, None),
)


class Cat(msgspec.Struct, tag="cat"):
    lives: int


class Dog(msgspec.Struct, tag="dog"):
    name: str


class Bird(msgspec.Struct, tag="bird"):
    wings: int


class LameBird(msgspec.Struct, tag="bird"):
    pass


def schema(*fields: Field) -> dict[str, Any]:
    made = msgspec.json.schema(msgspec.defstruct("Thing", list(fields), kw_only=True))
    parts = made["$defs"]
    return {**parts.pop("Thing"), "$defs": parts}


def changed(**by_name: Field | None) -> dict[str, Any]:
    kept = [by_name.pop(field[0], field) for field in BASE]
    return schema(*[field for field in kept if field is not None], *[new for new in by_name.values() if new])


def test_what_is_unchanged_breaks_nobody() -> None:
    assert breaks(schema(*BASE), schema(*BASE)) == []


def test_a_new_field_with_a_default_breaks_nobody() -> None:
    assert breaks(schema(*BASE), changed(reason=("reason", str, ""))) == []


@pytest.mark.parametrize(
    ("new", "sentence"),
    [
        (changed(count=None), "count was removed"),
        (changed(names=None), "names was removed"),
        (changed(reason=("reason", str)), "reason is new and has no default"),
        (changed(count=None, number=("number", int)), "count was renamed to number"),
        (changed(count=("count", str)), "count was integer and is now string"),
        (changed(count=("count", float)), "count was integer and is now number"),
        (changed(level=("level", float, 0.0)), "level may no longer be null, which old events say"),
        (changed(count=("count", int | None)), "count may now be null, which an old reader refuses"),
        (changed(count=("count", int, 0)), "count may now be left out"),
        (changed(names=("names", tuple[str, ...])), "names lost its default"),
        (changed(state=("state", Literal["on"], "on")), "state may no longer be 'off'"),
        (changed(state=("state", Literal["on", "off", "dim"], "on")), "state may now be 'dim'"),
        (changed(state=("state", Literal["on", "off"], "off")), "its default was 'on' and is now 'off'"),
        (changed(names=("names", tuple[int, ...], ())), "names[] was string and is now integer"),
        (changed(scores=("scores", dict[str, str], {})), "scores{} was number and is now string"),
        (changed(span=("span", tuple[float, float, float] | None, None)), "span had 2 places and has 3"),
    ],
)
def test_a_change_that_breaks_a_reader_is_found_and_said(new: dict[str, Any], sentence: str) -> None:
    found = breaks(schema(*BASE), new)

    assert any(sentence in each for each in found), found


def test_a_change_deep_inside_is_found_by_its_path() -> None:
    old = schema(("pets", tuple[Cat | Dog, ...]), ("bird", Bird))
    new = schema(("pets", tuple[Cat | Bird, ...]), ("bird", LameBird))

    assert breaks(old, new) == [
        "bird.wings was removed: old readers look for it, and what old events say is lost",
        "pets[] may no longer be object with type 'dog', which old events say",
        "pets[] may now be object with type 'bird', which an old reader refuses",
    ]


def test_a_pattern_that_changes_is_found() -> None:
    old = schema(("id", str))
    new = schema(("id", Annotated[str, msgspec.Meta(pattern="^[a-z]+$")]))

    assert breaks(old, new) == ["id: pattern was not given and is now '^[a-z]+$'"]


@pytest.mark.parametrize("kind", sorted({**EARLIER, **EVENTS}))
def test_each_event_without_any_one_of_its_fields_is_a_break(kind: str) -> None:
    whole = schema_of({**EARLIER, **EVENTS}[kind])
    for name in whole["properties"]:
        fewer = {field: shape for field, shape in whole["properties"].items() if field != name}
        required = [field for field in whole["required"] if field != name]
        assert breaks(whole, {**whole, "properties": fewer, "required": required}), name


def test_an_event_type_that_was_written_may_not_go() -> None:
    history = {"horus.Old.v1": (schema(*BASE),)}

    assert broken({}, history) == [
        "horus.Old.v1 is gone: it was written, so it must stay readable (schemas/events/earlier.py)"
    ]


def test_today_is_compared_with_every_record_and_not_only_with_the_last() -> None:
    first, second = schema(*BASE), changed(extra=("extra", str, ""))
    history = {"horus.Thing.v1": (wire(first), wire(second))}

    assert broken({"horus.Thing.v1": second}, history) == []
    assert "extra was removed" in broken({"horus.Thing.v1": first}, history)[0]


def test_a_record_is_added_for_a_new_field_and_not_for_new_words() -> None:
    old = schema(*BASE)
    described = {**old, "description": "Other words."}
    history = {"horus.Thing.v1": (wire(old),)}

    assert new_records({"horus.Thing.v1": described}, history) == {}
    wider = changed(extra=("extra", str, ""))
    assert new_records({"horus.Thing.v1": wider}, history) == {"horus.Thing.v1/2.json": wire(wider)}


def test_a_field_that_is_called_title_or_description_is_no_word_for_people() -> None:
    assert wire(schema(("title", str)))["properties"] == {"title": {"type": "string"}}
