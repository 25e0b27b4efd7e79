"""The components as a plugin: what a program in any other language does, on the real engine.

SDKs of other languages send what these programs send: a type, a name and inputs in camelCase, as remote components. The
programs are in Python, since no other language host is part of the sandbox; they import nothing of ours.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from eks_access import provider

from sandbox.environment import Sandbox
from sandbox.stacks import Stack
from sandbox.state import PROJECT

from ..plans import small

pytestmark = pytest.mark.sandbox

PROGRAM = """
import json
import pathlib

import pulumi

asked = json.loads(pathlib.Path("asked.json").read_text())
made = pulumi.ComponentResource(
    asked["type"], "made", {**asked["inputs"], **dict.fromkeys(asked["outputs"])}, None, remote=True
)
for name in asked["outputs"]:
    pulumi.export(name, pulumi.get(made, name))
"""


class Program:
    """A stack with one component of ours, made by the plugin."""

    def __init__(self, sandbox: Sandbox, folder: Path, component: str, inputs: dict[str, Any], *outputs: str) -> None:
        folder.mkdir()
        (folder / "Pulumi.yaml").write_text(yaml.safe_dump({"name": folder.name, "runtime": "python"}))
        (folder / "__main__.py").write_text(PROGRAM)
        asked = {"type": f"eks-access:index:{component}", "inputs": inputs, "outputs": outputs}
        (folder / "asked.json").write_text(json.dumps(asked))
        self._stack = Stack(sandbox, "dev", folder)
        self._stack.select()

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return self._stack.run(*command, "--stack", "dev", "--non-interactive", check=False)

    def outputs(self) -> dict[str, Any]:
        return self._stack.outputs()


def test_a_component_is_made_by_the_plugin(sandbox: Sandbox, tmp_path: Path) -> None:
    inputs = {"kind": "self-managed", "clusterName": "remote", "account": "111122223333", "region": "eu-west-1"}
    program = Program(sandbox, tmp_path / "node", "NodeRole", inputs, "roleArn", "roleName", "instanceProfileName")

    done = program.run("up", "--yes", "--skip-preview")

    assert done.returncode == 0, done.stdout + done.stderr
    assert program.outputs() == {
        "roleArn": "arn:aws:iam::111122223333:role/remote-node-self-managed",
        "roleName": "remote-node-self-managed",
        "instanceProfileName": "remote-node-self-managed",
    }
    assert program.run("destroy", "--yes", "--skip-preview").returncode == 0


def test_a_whole_platform_is_previewed_as_from_python(sandbox: Sandbox, tmp_path: Path) -> None:
    access = small(teams={"payments": {"members": ["chie"]}}, externalGroups=["team:payments"])
    program = Program(sandbox, tmp_path / "whole", "Platform", {"access": access, "createUsers": True}, "groups")

    done = program.run("preview", "--json")

    assert done.returncode == 0, done.stdout + done.stderr
    made = {step["urn"].split("::", 2)[2] for step in json.loads(done.stdout)["steps"]}
    assert "eks-access:index:Platform$eks-access:index:Developers$aws:iam/user:User::made-people-aiko" in made
    assert any(urn.endswith("::made-cluster-access-person-chie") for urn in made)


def test_a_refusal_reaches_the_program_as_wrong_inputs(sandbox: Sandbox, tmp_path: Path) -> None:
    access = small(admins={"people": ["aiko"]})
    program = Program(sandbox, tmp_path / "refused", "Platform", {"access": access})

    done = program.run("preview")

    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert "EA101" in said
    assert "declare a second, independent admin path" in said
    assert "property admins has a problem: without person aiko" in said
    assert "eks_access/" not in said, "the stack that the consumer's SDK prints is its own, never ours"


def test_the_engine_finds_no_mistake_in_the_schema(sandbox: Sandbox, tmp_path: Path) -> None:
    """`pulumi schema check` binds the schema as code generation does: it knows more than its metaschema."""
    schema = PROJECT / "components" / "schema.json"
    assert _engine(sandbox, "schema", "check", str(schema)).returncode == 0

    broken = json.loads(schema.read_text())
    broken["resources"]["eks-access:index:NodeRole"]["inputProperties"]["kind"] = {
        "$ref": "#/types/eks-access:index:No"
    }
    (tmp_path / "broken.json").write_text(json.dumps(broken))
    assert _engine(sandbox, "schema", "check", str(tmp_path / "broken.json")).returncode != 0


def test_the_engine_gets_the_schema_from_the_plugin(sandbox: Sandbox) -> None:
    """The engine writes it in its own way, so that names are compared: of components, arguments and outputs."""
    plugin = Path(sys.executable).parent / "pulumi-resource-eks-access"

    done = _engine(sandbox, "package", "get-schema", str(plugin))

    assert done.returncode == 0, done.stdout + done.stderr
    got, ours = json.loads(done.stdout), provider.schema()
    assert (got["name"], got["version"]) == (ours["name"], ours["version"])
    assert _surface(got) == _surface(ours)


def _engine(sandbox: Sandbox, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sandbox.state().tools["pulumi"], *arguments]
    return subprocess.run(command, env=sandbox.env(), capture_output=True, text=True, check=False, timeout=120)


def _surface(schema: dict[str, Any]) -> dict[str, Any]:
    keys = ("inputProperties", "properties", "requiredInputs", "required")
    return {
        token: {key: sorted(definition.get(key, [])) for key in keys}
        for section in ("resources", "types")
        for token, definition in schema.get(section, {}).items()
    }
