"""What the README shows works; the program stays small; every test file is one that runs."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import eks_access
import pytest
from eks_access import compile_plan, load
from eks_access.checks import find_problems

from ..plans import ROOT, TODAY

README = (ROOT / "README.md").read_text()
HELPERS = {
    "conformance/api_server.py",
    "conformance/figures.py",
    "conformance/generated_aws_auth.py",
    "conformance/generated_http.py",
    "conformance/generated_rbac.py",
    "conformance/oracle.py",
    "conformance/yaml_corners.py",
    "golden/views.py",
    "mock_engine.py",
    "plans.py",
    "unit/audit/edits.py",
    "unit/checks/by_hand.py",
    "unit/checks/cluster_edits.py",
    "unit/checks/edits.py",
    "unit/checks/words.py",
    "unit/checks/examples.py",
    "unit/cli/hostile.py",
    "unit/declaration/broken.py",
    "unit/declaration/broken_form.py",
    "unit/declaration/broken_references.py",
    "unit/declaration/broken_yaml.py",
    "unit/declaration/mutations.py",
    "unit/declarations.py",
    "unit/diagnosis/team.py",
    "unit/diagnosis/wordings.py",
    "unit/migration/clusters.py",
    "unit/migration/messy.py",
    "unit/policy/pack.py",
    "unit/policy/stacks.py",
    "unit/review/asking.py",
    "unit/review/changing.py",
    "unit/review/manifests.py",
    "unit/review/mapped.py",
    "unit/review/renderings.py",
}
"""Files under tests that hold no tests, on purpose."""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_the_declaration_of_the_readme_is_sound(tmp_path: Path) -> None:
    for block in blocks("yaml"):
        name = re.match(r"# stacks/access/(\S+\.yaml)", block)
        assert name, "a YAML block begins with the file that it is"
        (tmp_path / name[1]).write_text(block)

    plan = compile_plan(load(tmp_path / "dev.yaml"), today=TODAY)

    assert [str(problem) for problem in find_problems(plan)] == []
    assert {e.person for e in plan.entrances} == {"hanako", "sato"}


def test_the_python_of_the_readme_compiles_and_uses_public_names() -> None:
    (block,) = blocks("python")
    tree = ast.parse(block)

    imported = {
        a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module == "eks_access" for a in n.names
    }
    assert imported
    assert imported <= set(eks_access.__all__)


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_every_link_to_a_file_leads_there(page: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", (ROOT / page).read_text())

    assert [link for link in links if not (ROOT / link).exists()] == []


def test_every_make_target_of_the_readme_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    assert set(re.findall(r"\bmake ([a-z]+)\b(?=`|\s+#)", README)) <= targets


def test_the_program_fits_on_a_screen() -> None:
    assert len((ROOT / "__main__.py").read_text().splitlines()) <= 25


@pytest.mark.parametrize("limit", [350])
def test_no_file_is_too_long_to_read(limit: int) -> None:
    files = [p for folder in ("components", "stacks", "tests") for p in (ROOT / folder).rglob("*.py")]

    assert {str(p.relative_to(ROOT)) for p in files if len(p.read_text().splitlines()) > limit} == set()


def test_every_file_under_tests_is_run_or_helps() -> None:
    folder = ROOT / "tests"
    files = {p.relative_to(folder) for p in folder.rglob("*.py") if "sandbox" not in p.relative_to(folder).parts}

    others = {str(p) for p in files if not p.name.startswith("test_") and p.name not in {"conftest.py", "__init__.py"}}
    assert others == HELPERS
