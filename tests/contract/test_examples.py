"""Every example is a program that somebody can copy: complete, described, and made of public names only."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import eks_access
import pytest
import yaml
from eks_access import compile_plan, load
from eks_access.checks import find_problems

from ..plans import ROOT, TODAY

EXAMPLES = ROOT / "examples"
PROGRAMS = sorted(path.parent for path in EXAMPLES.rglob("Pulumi.yaml") if "walls" not in path.parts)
PAGES = [
    *sorted(EXAMPLES.glob("*/README.md")),
    *(ROOT / "docs" / name for name in ("api.md", "components.md", "versioning.md")),
]


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("folder", PROGRAMS, ids=named)
def test_an_example_is_complete(folder: Path) -> None:
    project = yaml.safe_load((folder / "Pulumi.yaml").read_text())

    assert project["name"] == folder.name
    assert project["runtime"]["name"] == "python"
    assert {"README.md", "__main__.py", "requirements.txt"} <= {path.name for path in folder.iterdir()}
    assert any(line.startswith("eks-access") for line in (folder / "requirements.txt").read_text().splitlines())
    assert "What to expect:" in (folder / "README.md").read_text()


@pytest.mark.parametrize("file", sorted(EXAMPLES.rglob("*.py")), ids=named)
def test_an_example_uses_public_names_only(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("eks_access"):
            assert node.module == "eks_access"
            assert {alias.name for alias in node.names} <= set(eks_access.__all__)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            modules = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            assert not {module.partition(".")[0] for module in modules} & {"sandbox", "stacks", "tests"}


DECLARED = [EXAMPLES / "minimal" / "access.yaml", *sorted((EXAMPLES / "fleet" / "clusters").glob("*.yaml"))]


@pytest.mark.parametrize("file", DECLARED, ids=named)
def test_the_declaration_of_an_example_is_sound(file: Path) -> None:
    assert [str(problem) for problem in find_problems(compile_plan(load(file), today=TODAY))] == []


def test_a_file_of_the_fleet_is_named_as_its_cluster() -> None:
    for file in DECLARED[1:]:
        cluster = load(file).cluster
        assert cluster
        assert cluster.name == file.stem


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_python_and_yaml_on_a_page_can_be_read(page: Path) -> None:
    for language, block in re.findall(r"^```(python|yaml)\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL):
        if language == "yaml":
            assert yaml.safe_load(block)
        elif page.name != "api.md":  # signatures, which stand without a body
            ast.parse(block)


def test_tests_that_are_named_as_proof_are_there() -> None:
    for page in PAGES:
        for path in re.findall(r"`(tests/[\w/.]+)`", page.read_text()):
            assert (ROOT / path).exists(), f"{page.name}: {path}"


def test_actions_are_pinned_alike_in_workflows_and_examples() -> None:
    pages = [*(ROOT / ".github" / "workflows").glob("*.yml"), *EXAMPLES.rglob("README.md")]
    used = {use for page in pages for use in re.findall(r"uses: (?!\./)(.+)", page.read_text())}

    assert [use for use in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)] == []
    assert len(used) == len({use.partition("@")[0] for use in used}), "one hash and one version each"
