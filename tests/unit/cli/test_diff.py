"""``eks-access diff``: what its arguments mean, what it prints for whom, and what it exits with."""

from __future__ import annotations

import copy
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from eks_access.cli.diff_markdown import LIMIT, as_markdown
from eks_access.cli.diff_output import EnvironmentDiff
from eks_access.cli.diff_sides import Compared
from eks_access.cli.output import code
from eks_access.review.diff import diff_access
from eks_access.review.diff.lines import changed_lines
from eks_access.review.state import AccessState

from ...plans import plan_of, small
from ..review.renderings import export_of
from . import hostile
from .conftest import PROJECT, Project, run

GRANT = {"person": "chie", "role": "view", "namespaces": ["payments"]}
MORE = {"person": "chie", "role": "edit", "namespaces": ["payments"]}
GITHUB = 65_536
"""Characters of a comment (https://github.com/orgs/community/discussions/27190)."""


def declared(*grants: dict[str, Any], **more: Any) -> dict[str, Any]:
    return copy.deepcopy(small(grants=list(grants), namespaces={"payments": {}}, **more))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A repository whose branch `main` has `dev`, and the next commit `prod` as well and more rights in `dev`."""
    made = Project(tmp_path)
    made.write("Pulumi.yaml", PROJECT)
    _stack(made, "dev", declared(GRANT))
    monkeypatch.chdir(tmp_path)
    git("init", "--initial-branch=main", ".")
    commit("first")
    git("branch", "topic")
    git("checkout", "-q", "topic")
    _stack(made, "dev", declared(GRANT, MORE))
    _stack(made, "prod", declared(cluster={"name": "prod"}))
    commit("second")
    return made


def _stack(project: Project, name: str, raw: dict[str, Any]) -> None:
    project.declare(name, raw)
    project.write(f"stacks/Pulumi.{name}.yaml", f"config:\n  eks-access:access: access/{name}.yaml\n")


def git(*arguments: str) -> None:
    who = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], check=True, capture_output=True)


def commit(message: str) -> None:
    git("add", "-A")
    git("commit", "-q", "-m", message)


def data(*arguments: str) -> dict[str, Any]:
    result = run("diff", *arguments, "--format", "json")
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def environments(*arguments: str) -> dict[str, bool]:
    """Name of each environment that is compared → whether nobody's rights change."""
    return {each["name"]: each["empty"] for each in data(*arguments)["environments"]}


def test_a_range_compares_every_environment_with_new_ones(project: Project) -> None:
    result = run("diff", "main..topic")

    assert result.exit_code == 1
    assert "chie" in result.stdout
    assert "in payments (directly, role edit)" in result.stdout
    assert "prod (new)" in result.stdout
    assert environments("main..topic") == {"dev": False, "prod": False}


def test_an_environment_that_goes_is_told(project: Project) -> None:
    assert "prod (removed)" in run("diff", "topic..main").stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["main..topic", "--stack", "dev"],
        ["main..", "--stack", "dev"],
        ["main...topic", "--stack", "dev"],
        ["main:dev", "topic:dev"],
        ["main:dev", "dev"],
        ["main", ".", "--stack", "dev"],
        ["main", "--stack", "dev"],
        ["main:", "stacks/access/dev.yaml"],
        ["HEAD~1:dev", "stacks/Pulumi.dev.yaml"],
    ],
)
def test_every_way_to_name_the_two_sides_finds_the_same(project: Project, arguments: list[str]) -> None:
    found = data(*arguments)["environments"]

    assert [change["name"] for each in found for change in each["changes"] if change["effective"]] == ["chie"]


def test_a_state_can_be_a_side(project: Project) -> None:
    exported = project.write("state.json", json.dumps(export_of(plan_of(declared(GRANT)))))
    assert run("diff", str(exported), "main:dev").exit_code == 0
    assert run("diff", str(exported), "dev").exit_code == 1


def test_the_work_tree_is_neither_read_nor_touched_for_a_revision(project: Project) -> None:
    project.write("stacks/access/dev.yaml", "half: [written")
    before = sorted(str(path) for path in project.root.rglob("*") if ".git" not in path.parts)

    assert run("diff", "main..topic").exit_code == 1
    assert sorted(str(path) for path in project.root.rglob("*") if ".git" not in path.parts) == before
    assert (project.root / "stacks/access/dev.yaml").read_text() == "half: [written"


def test_nothing_changes_exits_with_0_and_a_change_does_if_asked(project: Project) -> None:
    same = run("diff", "main..main")
    assert same.exit_code == 0
    assert "no effective change" in same.stdout
    assert run("diff", "main..topic", "--exit-zero").exit_code == 0


def test_what_cant_be_read_is_told_with_its_revision_and_the_rest_is_compared(project: Project) -> None:
    project.write("stacks/access/prod.yaml", "cluster: [no")
    commit("broken")
    result = run("diff", "main..HEAD", "--exit-zero")

    assert result.exit_code == 2
    assert "HEAD:stacks/access/prod.yaml" in result.stderr
    assert "chie" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ["--", "--output=/tmp/x", "dev"],
        ["nothing-like-this"],
        ["main..no-such-branch"],
        ["main;id..topic"],
        ["main:nothing", "dev"],
        ["--upload-pack=touch x..topic"],
        ["$(id)..topic"],
        ["-", "-"],
    ],
)
def test_odd_names_are_refused_with_a_hint(project: Project, arguments: list[str]) -> None:
    result = run("diff", *arguments)

    assert result.exit_code == 2
    assert result.stderr


def test_links_and_files_outside_of_the_project_are_not_followed(project: Project) -> None:
    (project.root / "stacks/access/prod.yaml").unlink()
    (project.root / "stacks/access/prod.yaml").symlink_to("/etc/hostname")
    commit("a link")

    assert run("diff", "main..HEAD").exit_code == 2


def harmful(number: int = 1) -> EnvironmentDiff:
    new = hostile.review().state
    names = [f"{name}{at}" for at in range(number) for name in hostile.NAMES]
    new = AccessState(**{f: getattr(new, f) for f in new.__slots__} | {"people": tuple(names)})
    old = AccessState(name="x", version=new.version, mode=new.mode)
    name = hostile.NAMES[1]
    return EnvironmentDiff(name=name, is_new=True, diff=diff_access(old, new), lines=changed_lines(old, new))


def outside_of_code(text: str) -> str:
    """A comment without its code, as Markdown pairs runs of backticks."""
    blocks = re.sub(r"^(`{3,})diff\n.*?^\1$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"(?<!`)(`+)(?!`)(.*?)(?<!`)\1(?!`)", "", blocks)


def test_a_comment_holds_whatever_the_names_are() -> None:
    text = as_markdown(Compared(old=hostile.NAMES[1], new="@everyone"), [harmful()])
    left = outside_of_code(text)

    for bad in ("@everyone", "http://", "<script", "<img", "](", "\x1b", "\u202e"):
        assert bad not in left
    assert text.count("<details>") == text.count("</details>") > 0
    assert code("@everyone") in text


def test_a_comment_is_never_too_long_and_says_what_is_left_out() -> None:
    crowd: dict[str, Any] = {f"person{number}": {"iamUser": {}} for number in range(400)}
    teams = {"payments": {"members": list(crowd)}}
    old, new = AccessState(name="demo"), plan_of(declared(people={**small()["people"], **crowd}, teams=teams))
    from eks_access.review.declared import state_of_plan

    after = state_of_plan(new)
    big = EnvironmentDiff(name="prod", diff=diff_access(old, after), lines=changed_lines(old, after))
    text = as_markdown(Compared(old="a", new="b"), [big] * 40)

    assert len(text) <= LIMIT < GITHUB
    assert "left out here" in text
    assert text.count("<details>") == text.count("</details>")
    assert len(re.findall(r"^`{3,}", text, re.MULTILINE)) % 2 == 0


def test_json_has_stable_keys(project: Project) -> None:
    found = data("main..topic", "--stack", "dev")
    (environment,) = found["environments"]
    (change,) = (each for each in environment["changes"] if each["effective"])

    assert set(found) == {"old", "new", "empty", "environments", "problems"}
    assert {"kind", "name", "effective", "escalations", "facts", "gains", "loses"} == set(change)
    assert "secrets" in change["escalations"]
    assert {"everywhere", "namespaces", "patterns", "butNot"} == set(change["gains"][0]["where"])


@pytest.mark.parametrize("format", ["text", "md", "json"])
def test_patterns_that_overlap_in_too_many_ways_are_told_and_each_is_compared(project: Project, format: str) -> None:
    crossing = [f"*{letter}*" for letter in "abcdefghijklmnop"]
    policy = {"person": "chie", "accessPolicy": "AmazonEKSViewPolicy"}
    late = "a-name-that-a-walk-by-length-never-reaches-*"
    _stack(project, "dev", declared({**policy, "namespaces": crossing}))
    commit("crossing")
    _stack(project, "dev", declared({**policy, "namespaces": [*crossing, late]}))
    commit("one more")

    result = run("diff", "HEAD~1..HEAD", "--stack", "dev", "--format", format)
    assert "17 namespace patterns of chie overlap in more ways than are compared" in result.stdout
    assert late in result.stdout
