"""The published contract: up to date, true of real records, and whole."""

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from schemas.events import EVENTS
from schemas.publish.contract import (
    COMMAND,
    EXAMPLES,
    HISTORY,
    PUBLISHED,
    ROOT,
    Breaks,
    contract,
    schemas,
    stale,
    write,
)
from schemas.publish.examples import NoExample, example_of
from schemas.publish.history import broken, read_history
from schemas.topics import all_topics
from schemas.upcast import EARLIER

ALL = {**EARLIER, **EVENTS}


def test_published_files_are_up_to_date() -> None:
    names = [str(path) for path in stale(contract())]

    assert not names, f"stale: {', '.join(names)}. Run `{COMMAND}` and commit what it writes"


def test_no_event_broke_its_readers() -> None:
    assert broken(schemas(), read_history(ROOT / HISTORY)) == []


@pytest.mark.parametrize("kind", sorted(ALL))
def test_published_schema_is_one_and_holds_for_the_golden_example(kind: str) -> None:
    schema = schemas()[kind]
    jsonschema_rs.meta.validate(schema)
    validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)

    validator.validate(example_of(kind, ROOT / EXAMPLES).value)
    with pytest.raises(jsonschema_rs.ValidationError):
        validator.validate({"channel": 7})


def test_writing_once_is_enough_and_an_edited_file_is_found_stale(tmp_path: Path) -> None:
    (tmp_path / HISTORY).mkdir(parents=True)
    (tmp_path / EXAMPLES).symlink_to(ROOT / EXAMPLES)
    write(contract(tmp_path), tmp_path)
    assert write(contract(tmp_path), tmp_path) == []
    document = tmp_path / PUBLISHED / "asyncapi.yaml"
    document.write_text(document.read_text() + "# a word of somebody's own\n")
    (tmp_path / PUBLISHED / "events" / "horus.Never.v1.json").write_text("{}")

    assert stale(contract(tmp_path), tmp_path) == [
        PUBLISHED / "asyncapi.yaml",
        PUBLISHED / "events" / "horus.Never.v1.json",
    ]


def test_an_event_that_breaks_its_past_is_not_published(tmp_path: Path) -> None:
    (tmp_path / EXAMPLES).parent.mkdir(parents=True)
    (tmp_path / EXAMPLES).symlink_to(ROOT / EXAMPLES)
    past = tmp_path / HISTORY / "horus.StreamRemoved.v1"
    past.mkdir(parents=True)
    (past / "1.json").write_text(
        '{"type": "object", "properties": {"why": {"type": "string"}}, "required": ["why"]}'
    )

    with pytest.raises(Breaks, match=r"horus.StreamRemoved.v1: why was removed[\s\S]*make a new version"):
        contract(tmp_path)


def test_an_event_without_an_example_is_refused_with_where_it_belongs(tmp_path: Path) -> None:
    with pytest.raises(NoExample, match=r"StreamRemoved.v1 has no golden example.*StreamRemoved.v1.json"):
        example_of("horus.StreamRemoved.v1", tmp_path)


def document() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / PUBLISHED / "asyncapi.yaml").read_text())
    return found


def test_asyncapi_names_every_topic_with_its_partitions() -> None:
    channels = document()["channels"].values()

    assert {each["address"]: each["bindings"]["kafka"]["partitions"] for each in channels} == {
        topic.name: topic.partitions for topic in all_topics()
    }


def test_every_reference_in_asyncapi_leads_somewhere() -> None:
    whole = document()
    references = list(found(whole))
    assert len(references) > 100
    for reference in references:
        if reference.startswith("#/"):
            at: Any = whole
            for step in reference.removeprefix("#/").split("/"):
                at = at[step]
        else:
            assert (ROOT / PUBLISHED / reference).is_file(), reference


def test_asyncapi_says_who_writes_and_who_reads_each_topic() -> None:
    operations = document()["operations"]

    assert operations["evidence-sends-ocorrencias"]["action"] == "send"
    assert operations["analysts-receives-detections"]["action"] == "receive"
    assert {each["action"] for each in operations.values()} == {"send", "receive"}
    for topic in all_topics():
        mine = [each for each in operations if each.endswith(f"s-{short_of(topic.name)}")]
        assert len(mine) == len(topic.written_by) + len(topic.read_by), topic.name


def short_of(name: str) -> str:
    return name.removeprefix("horus.").replace(".v1", "")


def found(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [each for value in node.values() for each in found(value)]
    if isinstance(node, list):
        return [each for value in node for each in found(value)]
    return []
