"""The programs of examples/ as a newcomer copies them: up, what people then can do, nothing left to change.

One cluster serves three of them, as they would in a company: the platform's, a team's program, a scraper's.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.environment import Sandbox
from sandbox.people import Desk
from sandbox.profiles import set_profile
from sandbox.stacks import Stack
from sandbox.state import PROJECT, Credentials

from .at_the_desk import get, kubectl, says, works
from .engine import Environment, changes
from .environment.walker import becomes

pytestmark = pytest.mark.sandbox

EXAMPLES = PROJECT / "examples"


class Example:
    """A copy of one example as a stack called dev."""

    def __init__(self, sandbox: Sandbox, name: str, folder: Path) -> None:
        self.sandbox = sandbox
        self.folder = folder / name
        shutil.copytree(EXAMPLES / name, self.folder, ignore=shutil.ignore_patterns("__pycache__"))
        self.stack = Stack(sandbox, "dev", self.folder)
        self.stack.select()

    def up(self) -> None:
        self.stack.run("up", "--stack", "dev", "--yes", "--skip-preview", "--non-interactive")

    def pending(self) -> dict[str, str]:
        """What a preview would change."""
        shown = self.stack.run("preview", "--stack", "dev", "--json", "--non-interactive").stdout
        return changes(json.loads(shown)["steps"])

    def refused(self, *command: str) -> str:
        done = self.stack.run(*command, "--stack", "dev", "--non-interactive", check=False)
        assert done.returncode != 0, done.stdout
        return done.stdout + done.stderr

    def desk(self, person: str) -> Desk:
        """Where somebody sits who was given what the stack puts out for them."""
        desk = Desk(self.sandbox, self.sandbox.home / "people" / f"{self.folder.name}-{person}")
        if not (desk.folder / "kubeconfig").exists():
            outputs = self.stack.outputs()
            desk.write("config", outputs["aws_profiles"][person])
            desk.write("kubeconfig", outputs["kubeconfigs"][person])
            desk.add_key(person)
        return desk


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """An account in which only the examples are."""
    sandbox = Sandbox(tmp_path_factory.mktemp("examples") / "home")
    try:
        sandbox.up()
        yield sandbox
    finally:
        sandbox.down()


@pytest.fixture(scope="module")
def example(own: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Example]:
    folder = tmp_path_factory.mktemp("copied")
    return lambda name: Example(own, name, folder)


@pytest.fixture(scope="module")
def minimal(example: Callable[[str], Example]) -> Example:
    platform = example("minimal")
    platform.up()
    return platform


@pytest.fixture(scope="module")
def creator(own: Sandbox, minimal: Example) -> Environment:
    """kubectl and the AWS CLI of who made the cluster; programs without a provider of their own use it too."""
    environment = Environment(own, minimal.folder)
    environment.aws("eks", "update-kubeconfig", "--name", "minimal")
    return environment


class TestMinimal:
    def test_who_is_declared_gets_in_and_does_what_is_declared(self, minimal: Example) -> None:
        yuki, hanako = minimal.desk("yuki"), minimal.desk("hanako")

        assert works(yuki, "get", "pods", "-n", "payments")
        assert says(yuki, "Forbidden", "get", "secrets", "-n", "payments")
        assert says(yuki, "Forbidden", "get", "pods", "-n", "default")
        assert works(hanako, "get", "secrets", "-A")

    def test_a_second_preview_changes_nothing(self, minimal: Example) -> None:
        assert minimal.pending() == {}

    def test_a_lock_out_is_refused(self, minimal: Example) -> None:
        file = minimal.folder / "access.yaml"
        text = file.read_text()
        file.write_text(text.replace("  people: [hanako]\n", ""))
        try:
            said = minimal.refused("preview")
        finally:
            file.write_text(text)
        assert "EA101" in said
        assert "Traceback" not in said


@pytest.fixture(scope="module")
def team(own: Sandbox, minimal: Example, example: Callable[[str], Example]) -> Example:
    """The platform adds what the README says, and the team deploys with a key of its own."""
    _add(minimal.folder / "access.yaml", _block(EXAMPLES / "team-stack" / "README.md"))
    minimal.up()
    desk = minimal.desk("payments-ci")
    set_profile(own.state(), "payments-ci", _key_of(desk, "payments-ci"))
    team = example("team-stack")
    team.stack.run("config", "set", "platform", "organization/minimal/dev", "--stack", "dev")
    assert says(minimal.desk("yuki"), "is forbidden", "create", "deployment", "app", "--image=app:1", "-n", "payments")
    team.up()
    return team


class TestTeamStack:
    def test_the_team_may_do_what_it_gave_itself_and_only_there(self, minimal: Example, team: Example) -> None:
        yuki = minimal.desk("yuki")

        assert works(yuki, "create", "deployment", "app", "--image=app:1", "-n", "payments")
        assert works(yuki, "scale", "deployment", "app", "--replicas=2", "-n", "payments")
        assert kubectl(yuki, "auth", "can-i", "patch", "deployments", "-n", "default").stdout.strip() == "no"

    def test_nothing_is_left_to_change_in_either_program(self, minimal: Example, team: Example) -> None:
        assert team.pending() == {}
        assert minimal.pending() == {}

    def test_a_team_that_the_platform_does_not_map_is_refused_in_the_preview(self, team: Example) -> None:
        said = _edited(team, '"team": "payments"', '"team": "paiments"', lambda: team.refused("preview"))

        assert "the cluster maps nobody to it (found: team:paiments)" in said
        assert "did you mean team:payments?" in said
        assert "Traceback" not in said

    def test_a_team_cannot_give_itself_more_than_it_has(self, team: Example) -> None:
        """Kubernetes itself refuses it, and the update with it."""
        old, new = '"resources": ["deployments", "deployments/scale"]', '"resources": ["*"]'
        wider = _edited(team, old, new, lambda: team.refused("up", "--yes", "--skip-preview"))
        assert "attempting to grant RBAC permissions not currently held" in wider

        elsewhere = _edited(
            team,
            '"role": "deployer", "namespaces": ["payments"]',
            '"role": "deployer", "clusterWide": True',
            lambda: team.refused("up", "--yes", "--skip-preview"),
        )
        assert "forbidden" in elsewhere.lower()

    def test_what_a_team_takes_away_is_gone(self, minimal: Example, team: Example) -> None:
        team.stack.run("destroy", "--stack", "dev", "--yes", "--skip-preview", "--non-interactive")

        assert says(
            minimal.desk("yuki"), "is forbidden", "create", "deployment", "other", "--image=a:1", "-n", "payments"
        )
        assert works(minimal.desk("yuki"), "get", "pods", "-n", "payments")


class TestMetricsOnly:
    def test_a_service_account_reads_metrics_while_the_stack_is_there(
        self, own: Sandbox, creator: Environment, example: Callable[[str], Example]
    ) -> None:
        for kind, name, *scope in (
            ("namespace", "monitoring"),
            ("serviceaccount", "prometheus", "-n", "monitoring"),
            ("serviceaccount", "other", "-n", "monitoring"),
        ):
            assert creator.kubectl(None, "create", kind, name, *scope).returncode == 0

        def token(name: str) -> str:
            return creator.kubectl(None, "create", "token", name, "-n", "monitoring").stdout.strip()

        facts = own.state().cluster("minimal")
        prometheus, other = token("prometheus"), token("other")

        def metrics(account: str) -> int:
            return get(f"{facts.api_server}/metrics", facts.ca_file, account)[0]

        assert metrics(prometheus) == 403
        program = example("metrics-only")
        program.up()
        assert becomes(lambda: metrics(prometheus) == 200)
        assert metrics(other) == 403
        assert metrics("") == 401
        assert get(f"{facts.api_server}/debug/pprof/", facts.ca_file, prometheus)[0] == 403
        assert program.pending() == {}

        program.stack.run("destroy", "--stack", "dev", "--yes", "--skip-preview", "--non-interactive")
        assert becomes(lambda: metrics(prometheus) == 403)


def _block(readme: Path) -> dict[str, Any]:
    """The YAML that a README tells to add."""
    (text,) = [part.partition("```")[0] for part in readme.read_text().split("```yaml\n")[1:]]
    block: dict[str, Any] = yaml.safe_load(text)
    return block


def _add(file: Path, block: dict[str, Any]) -> None:
    """Do what somebody does with an editor: add to maps and lists."""
    document = yaml.safe_load(file.read_text())
    for key, value in block.items():
        if isinstance(value, dict):
            document.setdefault(key, {}).update(value)
        else:
            document.setdefault(key, []).extend(value)
    file.write_text(yaml.safe_dump(document))


def _edited(program: Example, old: str, new: str, act: Callable[[], str]) -> str:
    file = program.folder / "__main__.py"
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))
    try:
        return act()
    finally:
        file.write_text(text)


def _key_of(desk: Desk, user: str) -> Credentials:
    lines = (desk.folder / "credentials").read_text().splitlines()
    assert lines[0] == f"[{user}]"
    access_key, secret = (line.partition(" = ")[2] for line in lines[1:3])
    return Credentials(access_key, secret)
