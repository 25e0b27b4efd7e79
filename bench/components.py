"""Our components against the same resources registered by hand, on the real engine and the stand-ins."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
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


def declaration(size: int = PEOPLE, of_teams: int = TEAMS, of_namespaces: int = NAMESPACES) -> dict[str, Any]:
    """Declare people in teams, each team with namespaces of its own and roles there."""
    teams = [f"team-{number:02}" for number in range(of_teams)]
    people = {f"person-{number:03}": {"iamUser": {"path": "/people/"}} for number in range(size)}
    names = list(people)
    spaces: dict[str, dict[str, str]] = {
        f"{teams[number % of_teams]}-{number // of_teams}": {} for number in range(of_namespaces)
    }
    rules = [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "list", "patch"]}]
    return {
        "people": {**people, "ci": {"iamRole": "arn:aws:iam::111122223333:role/ci/pulumi"}},
        "teams": {team: {"members": names[index::of_teams]} for index, team in enumerate(teams)},
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
            {"team": team, "role": role, "namespaces": [name for name in spaces if name.startswith(f"{team}-")]}
            for team in teams
            for role in ("view", "releaser")
        ],
    }


@dataclass(slots=True)
class _Runs:
    """What was measured so far, and what the components have registered, for the program that does so by hand."""

    seconds: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    resources: list[Any] = field(default_factory=list)
    state: dict[str, int] = field(default_factory=dict)
    """Program → characters of its stack's state."""

    def timed(self, stack: Stack, verb: str, *options: str) -> None:
        """Run the engine and keep how long it took."""
        start = time.perf_counter()
        stack.run(verb, "--stack", stack.name, "--non-interactive", *options)
        self.seconds.setdefault((stack.name, verb), []).append(time.perf_counter() - start)

    def preview(self, stacks: Mapping[str, Stack]) -> None:
        """Preview both in turn, where there is nothing."""
        for _ in range(PREVIEWS):
            for program in PROGRAMS:
                self.timed(stacks[program], "preview")

    def update(self, stack: Stack) -> None:
        """Deploy from nothing."""
        self.timed(stack, "up", "--yes", "--skip-preview")

    def export(self, stack: Stack) -> None:
        """Keep what the components have registered.

        Raises:
            RuntimeError: it was not the same by hand.
        """
        exported = stack.run("stack", "export", "--stack", stack.name).stdout
        self.state[stack.name] = len(exported)
        everything = json.loads(exported)["deployment"]["resources"]
        found = [r for r in everything if r.get("custom") and not r["type"].startswith("pulumi:")]
        if self.resources and _inputs(found) != _inputs(self.resources):
            raise RuntimeError("what was registered by hand is not what the components have registered")
        self.resources = self.resources or found


def measure() -> Table:
    """Deploy both in turn, each into an account and a cluster of its own, and preview both where there is nothing."""
    runs = _Runs()
    with _engine(runs) as stacks:  # not counted: the first one finds everything cold
        stacks["declared"].run("up", "--stack", "declared", "--non-interactive", "--yes", "--skip-preview")
        runs.export(stacks["declared"])
    for number in range(UPDATES):
        for program in PROGRAMS if number % 2 else reversed(PROGRAMS):
            with _engine(runs) as stacks:
                if not runs.seconds:
                    runs.preview(stacks)
                runs.update(stacks[program])
                runs.export(stacks[program])
    notes = (
        f"{PEOPLE} people, {NAMESPACES} namespaces, {len(runs.resources)} resources; the whole `pulumi` command on the "
        f"real engine, the providers' stand-ins and a real API server; medians of {PREVIEWS} previews and {UPDATES} "
        "updates in turn, after one that isn't counted. An update writes the state at every step; there a resource of "
        "a component has a longer URN and a shorter stack trace than one of a flat program",
    )
    rows = [*(_row(runs, verb) for verb in ("preview", "up")), _state_row(runs)]
    return Table(title="Components against the same by hand", rows=rows, notes=notes)


def _inputs(resources: list[Any]) -> dict[tuple[str, str], Any]:
    """Return everybody's inputs, without what classes and providers keep of their own."""
    return {
        (each["type"], each["urn"].rpartition("::")[2]): {k: v for k, v in each["inputs"].items() if k != "__defaults"}
        for each in resources
    }


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


def _state_row(runs: _Runs) -> Row:
    ours, theirs = (runs.state[program] for program in PROGRAMS)
    return Row(
        what="the stack's state",
        ours=f"{ours / 1e6:.2f} MB",
        reference=f"by hand {theirs / 1e6:.2f} MB",
        ratio=f"{ours / theirs:.3f}x",
    )


@contextmanager
def _engine(runs: _Runs) -> Iterator[dict[str, Stack]]:
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
            (home / "resources.json").write_text(json.dumps(runs.resources))
            yield {program: _stack(sandbox, home, program, variables) for program in PROGRAMS}
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
