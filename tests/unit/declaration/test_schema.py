"""The JSON Schema that editors use says what loading does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from eks_access.declaration.nodes import plain
from eks_access.declaration.patterns import objects, pattern_words
from eks_access.declaration.schema import json_schema, schema_text
from eks_access.declaration.yaml_reading import read

from . import broken_form
from .broken import PIECES, Broken

ROOT = Path(__file__).parents[3]
ACCESS = ROOT / "stacks" / "access"
IN_THE_SCHEMA = [
    case
    for case in broken_form.CASES
    if not case.title.startswith("include of")
    and case.title not in {"a date that is none", "a year as until", "a person in two files"}
]


def test_the_committed_schema_is_current() -> None:
    committed = (ACCESS / "declaration.schema.json").read_text()
    assert committed == schema_text(), (
        "run python -m eks_access.declaration.schema > stacks/access/declaration.schema.json"
    )


def test_the_module_prints_the_schema_and_nothing_else() -> None:
    command = [sys.executable, "-W", "error", "-m", "eks_access.declaration.schema"]
    done = subprocess.run(command, cwd=ROOT / "components", capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == (schema_text(), "")


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


@pytest.mark.parametrize("path", sorted(ACCESS.glob("*.yaml")), ids=lambda path: path.name)
def test_the_declarations_of_the_stacks_name_the_schema_and_fit_it(path: Path) -> None:
    text = path.read_text()
    assert text.startswith("# yaml-language-server: $schema=./declaration.schema.json\n")
    jsonschema.validate(_parse(text), json_schema(), jsonschema.Draft202012Validator)


@pytest.mark.parametrize("text", PIECES.values(), ids=PIECES)
def test_sound_files_fit_the_schema(text: str) -> None:
    jsonschema.validate(_parse(text), json_schema(), jsonschema.Draft202012Validator)


@pytest.mark.parametrize("case", IN_THE_SCHEMA, ids=lambda case: case.title)
def test_an_editor_marks_the_mistakes_of_form_that_loading_refuses(case: Broken) -> None:
    validator = jsonschema.Draft202012Validator(json_schema())
    assert not validator.is_valid(_parse(case.text))


def test_every_pattern_has_words() -> None:
    patterns = {part["pattern"] for part in objects(json_schema()["$defs"]) if "pattern" in part}
    assert patterns
    assert patterns <= set(pattern_words())


def test_every_section_and_every_map_is_described() -> None:
    schema = json_schema()
    assert all(definition.get("description") for definition in schema["$defs"].values())
    undescribed = [
        name for name, section in schema["properties"].items() if "description" not in section and "$ref" not in section
    ]
    assert undescribed == []


def _parse(text: str) -> object:
    """Read as an editor does: YAML 1.2."""
    tree, _ = read(text, "any.yaml")
    assert tree is not None
    return plain(tree)
