"""The preview job of a pull request, whole: a repository with two commits, the real engine, the comment."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from sandbox.environment import Sandbox
from sandbox.state import PROJECT

from ..engine import Environment

pytestmark = pytest.mark.sandbox

EXPECTED = Path(__file__).parent / "expected" / "preview_comment.md"
GITHUB_LIMIT = 65_536


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, timeout=60)


@pytest.fixture(scope="module")
def repository(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """A commit tagged `base`, which is deployed, and one that lets taro edit and the team search only view."""
    tmp_path = tmp_path_factory.mktemp("repository")
    made = Environment.copy(sandbox, tmp_path)
    git(tmp_path, "init", "-b", "main")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "base")
    git(tmp_path, "tag", "base")
    made.up("people")
    made.up("dev")
    made.edit("access/dev.yaml", "role: edit, namespaces: [search]", "role: view, namespaces: [search]")
    made.edit("access/dev.yaml", "role: view, namespaces: [batch]", "role: edit, namespaces: [batch]")
    git(tmp_path, "commit", "-am", "edit")
    return made


def job(repository: Environment, comment: Path, stack: str = "dev") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [PROJECT / "tools" / "preview.sh", stack, "base", comment],
        cwd=repository.project,
        env=repository.sandbox.env(),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_the_comment_says_who_gains_and_loses_what(repository: Environment, tmp_path: Path) -> None:
    comment = tmp_path / "comment.md"

    done = job(repository, comment)

    assert done.returncode == 0, done.stderr
    written = comment.read_text()
    assert written.startswith("<!-- eks-access preview: dev -->\n")
    assert "taro" in written
    assert "yuki" in written
    assert len(written) < GITHUB_LIMIT
    assert written == EXPECTED.read_text()


def test_an_environment_that_was_never_deployed_is_no_riddle(repository: Environment, tmp_path: Path) -> None:
    stacks = repository.project / "stacks"
    shutil.copy(stacks / "Pulumi.dev.yaml", stacks / "Pulumi.new.yaml")
    git(repository.project, "add", ".")
    git(repository.project, "commit", "-m", "a new environment")
    comment = tmp_path / "comment.md"

    done = job(repository, comment, "new")

    assert done.returncode == 1
    assert "the first deployment makes it" in comment.read_text()


def test_a_declaration_that_is_refused_is_told_and_fails_the_job(repository: Environment, tmp_path: Path) -> None:
    repository.edit("access/dev.yaml", "role: view, namespaces: [search]", "role: vieww, namespaces: [search]")
    git(repository.project, "commit", "-am", "typing error")
    comment = tmp_path / "comment.md"

    done = job(repository, comment)

    assert done.returncode == 1
    assert "vieww" in done.stderr
    assert "no preview" in comment.read_text()
    assert "Traceback" not in comment.read_text()
