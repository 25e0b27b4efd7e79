"""Our components against the same resources registered by hand, on the real engine and the stand-ins."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from sandbox.controlplane import ControlPlane, ControlPlaneSettings
from sandbox.environment import Sandbox
from sandbox.processes import Processes
from sandbox.progress import Reporter
from sandbox.stacks import Stack
from sandbox.toolchain import Toolchain
from sandbox.tools import TOOLS
from tests.conformance.conftest import PARTS

from .rows import Row, Table, seconds
from .timing import PROJECT

PEOPLE, NAMESPACES, TEAMS = 200, 50, 25
PREVIEWS, UPDATES = 5, 3
MOST = 1.05
PROGRAMS = ("declared", "by_hand")


def declaration() -> dict[str, Any]:
    """Declare 200 people in 25 teams, each with two namespaces of its own and roles there."""
    teams = [f"team-{number:02}" for number in range(TEAMS)]
    people = {f"person-{number:03}": {"iamUser": {"path": "/people/"}} for number in range(PEOPLE)}
    names = list(people)
    spaces: dict[str, dict[str, str]] = {
        f"{teams[number % TEAMS]}-{number // TEAMS}": {} for number in range(NAMESPACES)
    }
    rules = [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list", "patch"]}]
    return {
        "people": {**people, "ci": {"iamRole": "arn:aws:iam::111122223333:role/ci/pulumi"}},
        "teams": {team: {"members": names[index::TEAMS]} for index, team in enumerate(teams)},
        "cluster": {
            "name": "bench",
            "account": "111122223333",
            "region": "eu-west-1",
            "version": "1.33",
            "creator": "ci",
        },
        "admins": {"people": names[:2]},
        "namespaces": spaces,
        "roles": {"releaser": {"rules": rules}},
        "grants": [
            {"team": team, "role": role, "namespaces": [name for name in spaces if name.startswith(team)]}
            for team in teams
            for role in ("view", "releaser")
        ],
    }


@dataclass(slots=True)
class _Runs:
    """Both programs on one engine."""

    stacks: dict[str, Stack]
    resources: Path
    seconds: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    count: int = 0

    def timed(self, program: str, verb: str, *options: str) -> None:
        """Run the engine and keep how long it took."""
        start = time.perf_counter()
        self.stacks[program].run(verb, "--stack", program, "--non-interactive", *options)
        self.seconds.setdefault((program, verb), []).append(time.perf_counter() - start)

    def export(self) -> None:
        """Write what the components have registered, for the program that does so by hand."""
        stack = self.stacks["declared"]
        exported = json.loads(stack.run("stack", "export", "--stack", "declared").stdout)
        kept = [
            each
            for each in exported["deployment"]["resources"]
            if each.get("custom") and not each["type"].startswith("pulumi:")
        ]
        self.count = len(kept)
        self.resources.write_text(json.dumps(kept))


def measure() -> Table:
    """Preview and deploy both in turn; each update starts from nothing."""
    with _engine() as runs:
        for number in range(UPDATES):
            for program in PROGRAMS:
                runs.timed(program, "up", "--yes", "--skip-preview")
                if program == "declared" and number == 0:
                    runs.export()
                runs.stacks[program].run("destroy", "--stack", program, "--yes", "--skip-preview", "--non-interactive")
        for _ in range(PREVIEWS):
            for program in PROGRAMS:
                runs.timed(program, "preview")
        rows = [_row(runs, verb) for verb in ("preview", "up")]
    notes = (
        f"{PEOPLE} people, {NAMESPACES} namespaces, {runs.count} resources; the whole `pulumi` command on the real "
        f"engine, the providers' stand-ins and a real API server; medians of {PREVIEWS} previews and {UPDATES} updates "
        "in turn",
    )
    return Table(title="Components against the same by hand", rows=rows, notes=notes)


def _row(runs: _Runs, verb: str) -> Row:
    ours, theirs = (median(runs.seconds[program, verb]) for program in PROGRAMS)
    return Row(
        what=f"pulumi {verb}",
        ours=seconds(ours),
        reference=f"by hand {seconds(theirs)}",
        ratio=f"{ours / theirs:.3f}x",
        target=f"≤ {MOST:g}x",
        met=ours / theirs <= MOST,
    )


@contextmanager
def _engine() -> Iterator[_Runs]:
    """Start AWS, a control plane, and a project for each program; stop it all in the end."""
    with tempfile.TemporaryDirectory(prefix="eks-access-bench-") as folder:
        home = Path(folder)
        sandbox = Sandbox(home / "sandbox" / "home")
        tools = Toolchain(Reporter()).ensure_all([tool for tool in TOOLS if tool.name in PARTS])
        plane = ControlPlane("bench", home / "cluster", tools, Processes(home), ControlPlaneSettings())
        try:
            sandbox.up()
            plane.start()
            access = home / "access.json"
            access.write_text(json.dumps(declaration()))
            variables = {
                "BENCH_ACCESS": str(access),
                "BENCH_RESOURCES": str(home / "resources.json"),
                "BENCH_KUBECONFIG": str(plane.admin_kubeconfig),
                "PYTHONPATH": str(PROJECT),
            }
            stacks = {program: _stack(sandbox, home, program, variables) for program in PROGRAMS}
            yield _Runs(stacks, home / "resources.json")
        finally:
            plane.stop()
            sandbox.down()


def _stack(sandbox: Sandbox, home: Path, program: str, variables: dict[str, str]) -> Stack:
    project = home / program
    project.mkdir()
    runtime = {"name": "python", "options": {"toolchain": "pip", "virtualenv": sys.prefix}}
    (project / "Pulumi.yaml").write_text(yaml.safe_dump({"name": "bench", "runtime": runtime}))
    (project / "__main__.py").write_text(f"import bench.programs.{program}\n")
    stack = Stack(sandbox, program, project, variables)
    stack.select()
    return stack
