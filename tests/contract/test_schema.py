"""What other languages see: the package schema that Pulumi infers, as it was reviewed."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
import yaml
from eks_access import provider

from ..plans import ROOT
from .test_surface import components

SCHEMA = ROOT / "components" / "schema.json"
Node = Mapping[str, Any]


@cache
def inferred() -> dict[str, Any]:
    return provider.schema()


def test_other_languages_see_the_schema_that_was_reviewed(request: pytest.FixtureRequest) -> None:
    text = json.dumps(inferred(), indent=2, ensure_ascii=False) + "\n"

    if request.config.getoption("update_snapshots"):
        SCHEMA.write_text(text)
    assert text == SCHEMA.read_text(), (
        "arguments and outputs are contract (docs/versioning.md): read the difference; `make schema` writes it anew"
    )


def test_every_component_is_in_the_schema() -> None:
    names = {component.__name__ for component in components()}

    assert set(provider.COMPONENTS) == names
    assert set(inferred()["resources"]) == {f"eks-access:index:{name}" for name in names}
    assert all(resource["isComponent"] for resource in inferred()["resources"].values())


def test_what_decides_which_resources_exist_is_plain() -> None:
    for resource in inferred()["resources"].values():
        for key in {"access", "readers", "kind"} & set(resource["inputProperties"]):
            assert resource["inputProperties"][key]["plain"] is True


def test_everything_in_the_schema_says_what_it_is() -> None:
    silent = [path for path, node in _described(inferred()) if not node.get("description", "").strip()]

    assert silent == []


def test_descriptions_are_not_indented_as_the_source_is() -> None:
    texts = [node["description"] for _, node in _described(inferred())]

    assert [text for text in texts if text != inspect.cleandoc(text)] == []


def test_no_reference_in_the_schema_leads_nowhere() -> None:
    types = {f"#/types/{token}" for token in inferred().get("types", {})}
    referred = {ref for ref in _references(inferred()) if not ref.startswith("pulumi.json#/")}

    assert referred <= types


def test_the_plugin_of_the_checkout_is_the_one_of_the_wheel() -> None:
    assert yaml.safe_load((ROOT / "components" / "PulumiPlugin.yaml").read_text()) == {"runtime": "python"}
    done = subprocess.run(
        [sys.executable, str(ROOT / "components"), "--schema"], capture_output=True, text=True, check=True, timeout=60
    )
    assert json.loads(done.stdout) == inferred()


def _described(schema: Node) -> Iterator[tuple[str, Node]]:
    """Components, types, and each argument and output of theirs."""
    for section in ("resources", "types"):
        for token, definition in schema.get(section, {}).items():
            yield token, definition
            for part in ("inputProperties", "properties"):
                for name, node in definition.get(part, {}).items():
                    yield f"{token}.{name}", node


def _references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
        for value in node.values():
            yield from _references(value)
    elif isinstance(node, list):
        for value in node:
            yield from _references(value)
