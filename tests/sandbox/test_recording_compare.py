"""`sandbox compare`: every difference is found, at its place, and told from both sides alike."""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rich.console import Console
from typer.testing import CliRunner

from sandbox.__main__ import app
from sandbox.compare import ABSENT, compare, load, show, summary
from sandbox.errors import SandboxError
from sandbox.recording import FORMAT, SECTIONS

FEWER = settings(max_examples=25)
LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=5)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
ITEMS = st.lists(
    st.builds(
        lambda key, properties: {**properties, "key": key},
        st.text("abc: ", min_size=1, max_size=4),
        st.dictionaries(st.text(max_size=4), VALUES, max_size=3),
    ),
    max_size=3,
    unique_by=lambda item: item["key"],
)
RECORDINGS = st.fixed_dictionaries(dict.fromkeys(SECTIONS, ITEMS)).map(lambda r: {"format": FORMAT, **r})


@FEWER
@given(RECORDINGS)
def test_a_recording_equals_itself(recording: Any) -> None:
    assert compare(recording, copy.deepcopy(recording)) == []


@FEWER
@given(RECORDINGS, RECORDINGS)
def test_both_sides_see_the_same_differences(a: Any, b: Any) -> None:
    there = {(d.section, d.key, d.path, repr(d.a), repr(d.b)) for d in compare(a, b)}
    back = {(d.section, d.key, d.path, repr(d.b), repr(d.a)) for d in compare(b, a)}
    assert there == back


@st.composite
def changed(draw: Callable[..., Any]) -> tuple[Any, Any, str, str]:
    """A recording, the same with one property changed, added or removed, and where."""
    recording = draw(RECORDINGS)
    filled = [section for section in SECTIONS if recording[section]]
    assume(filled)
    other = copy.deepcopy(recording)
    section = draw(st.sampled_from(filled))
    item = draw(st.sampled_from(other[section]))
    name = draw(st.sampled_from(sorted(item.keys() - {"key"})) | st.text(max_size=4)) if len(item) > 1 else "new"
    assume(name != "key")
    before, value = item.get(name, ABSENT), draw(VALUES)
    assume(json.dumps(before, default=repr) != json.dumps(value))
    item[name] = value
    return recording, other, section, item["key"]


@FEWER
@given(changed())
def test_a_changed_property_is_always_found_where_it_is(case: tuple[Any, Any, str, str]) -> None:
    recording, other, section, key = case

    found = compare(recording, other)
    assert found
    assert {(d.section, d.key) for d in found} == {(section, key)}


def recording(**sections: Any) -> dict[str, Any]:
    return {"format": FORMAT, **{section: sections.get(section, []) for section in SECTIONS}}


def shown(a: dict[str, Any], b: dict[str, Any]) -> str:
    output = io.StringIO()
    show(compare(a, b), Console(file=output, width=40))
    return output.getvalue()


def test_differences_are_told_object_by_object_with_both_values() -> None:
    a = recording(objects=[{"key": "User taro", "inputs": {"tags": {"a b": 1}, "list": [1]}}, {"key": "User yuki"}])
    b = recording(
        objects=[{"key": "User taro", "inputs": {"tags": {"a b": 2}, "list": [1, "x"]}}],
        cluster=[{"key": "Role edit"}],
    )
    assert shown(a, b).splitlines() == [
        "objects",
        "  ~ User taro",
        '      inputs.list[1]: (absent) ≠ "x"',
        '      inputs.tags["a b"]: 1 ≠ 2',
        "  - only in A: User yuki",
        "cluster",
        "  + only in B: Role edit",
        "different: 1 only in A, 1 only in B, 1 differ",
    ]


def test_equal_recordings_say_so() -> None:
    assert summary(compare(recording(), recording())) == "equal"


def test_dependencies_are_told_apart() -> None:
    a = recording(objects=[{"key": "User taro", "id": "a", "options": {"dependencies": ["Role x"]}}])
    b = recording(objects=[{"key": "User taro", "id": "b", "options": {"dependencies": ["Role y"]}}])
    assert shown(a, b).splitlines() == [
        "objects",
        "  ~ User taro",
        '      id: "a" ≠ "b"',
        "dependencies (not counted without --strict)",
        "  ~ User taro",
        '      options.dependencies[0]: "Role x" ≠ "Role y"',
        "different: 0 only in A, 0 only in B, 1 differ; dependencies of 1 differ",
    ]


@pytest.mark.parametrize("value", [True, None, "1", 1.5])
def test_values_of_other_types_differ(value: Any) -> None:
    one, other = (recording(aws=[{"key": "cluster", "x": x}]) for x in (1, value))
    assert len(compare(one, other)) == 1


def test_versions_of_providers_are_known_to_differ() -> None:
    one, other = (
        recording(objects=[{"key": "pulumi:providers:kubernetes main", "inputs": {"version": v, "context": "c"}}])
        for v in ("4.34.2", "4.30.0")
    )
    assert compare(one, other) == []
    one["objects"][0]["options"] = {"propertyDependencies": {"version": ["a:b:C d"], "context": ["a:b:C d"]}}
    other["objects"][0]["options"] = {"propertyDependencies": {"context": ["a:b:C d"]}}
    assert compare(one, other) == []
    other["objects"][0]["inputs"]["context"] = "d"
    assert [difference.path for difference in compare(one, other)] == ["inputs.context"]


@pytest.mark.parametrize("text", [None, "{", "[]", "{}", '{"format": 1}', '{"format": 0, "objects": []}'])
def test_what_is_no_recording_is_refused_by_name(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "a.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(SandboxError, match=r"a\.json"):
        load(file)


def test_a_preview_is_not_compared_with_an_update() -> None:
    with pytest.raises(SandboxError, match="same --operation"):
        compare(recording() | {"operation": "up"}, recording() | {"operation": "preview"})


def test_the_exit_code_tells_equal_different_and_unreadable(tmp_path: Path) -> None:
    files = {name: tmp_path / f"{name}.json" for name in ("one", "other", "broken", "after", "before")}
    for name in ("after", "before"):
        waiting = {"key": "a:b:C d", "options": {"propertyDependencies": {"id": [f"a:b:C {name}"]}}}
        files[name].write_text(json.dumps(recording(objects=[waiting])))
    files["one"].write_text(json.dumps(recording()))
    files["other"].write_text(json.dumps(recording(calls=[{"key": "aws:x:get"}])))
    files["broken"].write_text("{")

    def code(a: str, b: str, *options: str) -> int:
        return CliRunner().invoke(app, ["compare", str(files[a]), str(files[b]), *options]).exit_code

    assert code("one", "one") == 0
    assert code("one", "other") == 1
    assert code("after", "before") == 0
    assert code("after", "before", "--strict") == 1
    assert code("one", "broken") == 2
