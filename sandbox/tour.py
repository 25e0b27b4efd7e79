"""The walls, played one by one in a terminal: what the developer types, what is said, the fix, and the same again."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console

from sandbox.environment import Sandbox
from sandbox.errors import SandboxError
from sandbox.nodes import Node
from sandbox.people import Desk
from sandbox.progress import Reporter
from sandbox.walls import ADMIN, DEVELOPER, EXAMPLE, Program, Walls

Run = Callable[..., subprocess.CompletedProcess[str]]
_LOG_LINE = re.compile(r"[EIW]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ |SDK \d{4}/")
"""Lines in which client libraries log what they will report in the end."""
PATIENCE = 60.0


class Tour:
    """Plays the scenes on two clusters: one made the usual way, one with eks-access."""

    def __init__(self, walls: Walls, console: Console) -> None:
        self._walls = walls
        self._console = console
        self._steps = Reporter(console)

    def play(self) -> None:
        """Play them all, in the order in which people meet them.

        Raises:
            SandboxError: a cluster or a node could not be made.
        """
        with self._steps.step("a cluster the usual way, plain pulumi-eks (examples/walls/usual_way)"):
            self._walls.usual.up()
        with self._steps.step("the same with eks-access (examples/walls/with_eks_access)"):
            self._walls.ours.up()
        for scene in (self.credentials, self.mapping, self.binding, self.nodes, self.metrics, self.creator):
            scene()

    def credentials(self) -> None:
        """Wall 0."""
        self._title("Wall 0: no credentials", "naoki has a kubeconfig, and its AWS profile isn't on this machine.")
        desk = self._desk(self._walls.usual)
        stranger = Desk(self._walls.sandbox, desk.folder.parent / "nobody")
        stranger.write("config", "")
        stranger.write("credentials", "")
        stranger.write("kubeconfig", (desk.folder / "kubeconfig").read_text())
        self._plays(DEVELOPER, stranger.run, "kubectl", "get", "pods", fails=True)
        self._doctor(stranger, self._walls.usual)
        self._fix("the stack exports kubeconfig and profile of everybody who enters (kubeconfigs, aws_profiles)")
        self._plays(DEVELOPER, self._desk(self._walls.ours).run, "kubectl", "get", "pods", "-n", "payments")

    def mapping(self) -> None:
        """Wall 1."""
        self._title(
            "Wall 1: not mapped", "Who made the cluster gets in, and naoki doesn't. No permission in AWS helps."
        )
        desk = self._desk(self._walls.usual)
        self._plays("deployer", self._as_deployer(self._walls.usual), "kubectl", "get", "pods")
        said = self._plays(DEVELOPER, desk.run, "kubectl", "get", "pods", fails=True)
        self._why(said)
        self._doctor(desk, self._walls.usual)
        self._declared("payments: {members", "role: view, namespaces: [payments]")
        self._plays(DEVELOPER, self._desk(self._walls.ours).run, "kubectl", "get", "pods", "-n", "payments")

    def binding(self) -> None:
        """Wall 2."""
        self._title("Wall 2: mapped, and bound to the wrong role", "Somebody mapped naoki and bound a role for pods.")
        with self._steps.step("pulumi up, with developer=bound"):
            self._walls.usual.up(developer="bound")
        desk, asked = self._desk(self._walls.usual), ("kubectl", "get", "services", "-n", "sample-namespace")
        self._waits(lambda: "Forbidden" in desk.run(*asked).stderr)
        self._why(self._plays(DEVELOPER, desk.run, *asked, fails=True))
        self._declared("role: view, namespaces: [payments]")
        self._plays(DEVELOPER, self._desk(self._walls.ours).run, "kubectl", "get", "services", "-n", "payments")

    def nodes(self) -> None:
        """Wall 3."""
        self._title("Wall 3: a node's role that nobody mapped", "A machine starts and its pods stay Pending.")
        usual = self._walls.usual
        node = self._walls.nodes.start(usual.cluster, usual.outputs()["node_role_arn"], "self-managed")
        self._deploys(usual)
        self._waits(lambda: "FailedScheduling" in self._as_deployer(usual)("kubectl", "describe", "pods").stdout)
        events = ("get", "events", "--field-selector", "reason=FailedScheduling", "-o", "jsonpath={.items[0].message}")
        self._plays("deployer", self._as_deployer(usual), "kubectl", *events)
        said = self._kubelet(node, "Unable to register node")
        self._why(said)
        self._declared("own: {kind: self-managed}")
        ours = self._walls.ours
        node = self._walls.nodes.start(ours.cluster, ours.outputs()["node_role_arns"]["self-managed"], "self-managed")
        self._deploys(ours)
        self._waits(lambda: "Running" in self._as_deployer(ours)("kubectl", "get", "pods").stdout)
        self._kubelet(node, "Successfully registered node")
        self._plays("deployer", self._as_deployer(ours), "kubectl", "get", "pods", "-o", "wide")

    def metrics(self) -> None:
        """/metrics, and the role of the article."""
        self._title("/metrics", "A controller asks the API server who may read it; so does the API server itself.")
        usual, ours = self._walls.usual, self._walls.ours
        self._plays("anybody", self._curl(usual, ""), "curl", "-k", f"{usual.facts.controllers}/metrics", fails=True)
        self._plays("deployer", self._as_deployer(usual), "kubectl", "apply", "-f", self._article(), fails=True)
        self._declared("serviceAccount: monitoring/prometheus")
        for name in ("prometheus", "other"):
            self._as_deployer(ours)("kubectl", "create", "serviceaccount", name, "-n", "monitoring")
            token = self._as_deployer(ours)("kubectl", "create", "token", name, "-n", "monitoring").stdout.strip()
            url = f"{ours.facts.controllers}/metrics"
            self._plays(f"monitoring/{name}", self._curl(ours, token), "curl", "-k", url, fails=name == "other")

    def creator(self) -> None:
        """Last, since nothing can follow."""
        self._title("The creator goes", "Its role is deleted; on the usual cluster it was the only one who could map.")
        desk = self._walls.desk(ADMIN, self._walls.usual)
        for program in (self._walls.usual, self._walls.ours):
            self._as_deployer(program)("kubectl", "get", "nodes")
        self._walls.remove_creator()
        self._plays("deployer", self._as_deployer(self._walls.usual), "kubectl", "get", "namespaces", fails=True)
        self._plays(ADMIN, desk.run, "kubectl", "get", "namespaces", fails=True)
        self._declared("people: [mika]")
        self._plays(ADMIN, self._walls.desk(ADMIN, self._walls.ours).run, "kubectl", "get", "namespaces")

    def _title(self, title: str, story: str) -> None:
        self._console.print(
            f"\n{title}\n{'─' * len(title)}\n{story}", style="bold", highlight=False, markup=False, soft_wrap=True
        )

    def _plays(self, who: str, run: Run, *command: str, fails: bool = False) -> str:
        """Show a command and what it says; one that ends otherwise than expected is told, and ends the tour."""
        self._console.print(f"\n{who}$ {_shown(command)}", style="cyan", highlight=False, markup=False, soft_wrap=True)
        done = run(*command)
        said = _told(done)
        self._console.print(
            _indented(said), style="red" if fails else "green", highlight=False, markup=False, soft_wrap=True
        )
        if (done.returncode != 0) is not fails:
            raise AssertionError(f"this was to {'fail' if fails else 'work'} (exit code {done.returncode})")
        return said

    def _why(self, said: str) -> None:
        self._asks("why", said, "--stack", "access.yaml", show=("why", "'<that>'", "--stack", "access.yaml"))

    def _doctor(self, desk: Desk, program: Program) -> None:
        asked = ("doctor", "--cluster", program.cluster)
        self._asks(*asked, show=asked, run=desk.run)

    def _asks(self, *command: str, show: Sequence[str], run: Run | None = None) -> None:
        self._console.print(
            f"\n{DEVELOPER}$ eks-access {' '.join(show)}", style="cyan", highlight=False, markup=False, soft_wrap=True
        )
        program = [sys.executable, "-m", "eks_access.cli", *command]
        done = run(*program) if run else _in_folder(self._walls.ours.folder, program)
        self._console.print(
            _indented((done.stdout + done.stderr).strip()), highlight=False, markup=False, soft_wrap=True
        )

    def _fix(self, text: str) -> None:
        self._console.print(
            f"\n→ with eks-access: {text}", style="yellow", highlight=False, markup=False, soft_wrap=True
        )

    def _declared(self, *parts: str) -> None:
        """Show the lines of access.yaml that do it."""
        lines = (self._walls.ours.folder / "access.yaml").read_text().splitlines()
        self._fix("access.yaml says\n" + "\n".join(f"    {line}" for line in lines if any(p in line for p in parts)))

    def _desk(self, program: Program) -> Desk:
        return self._walls.desk(DEVELOPER, program)

    def _as_deployer(self, program: Program) -> Run:
        return lambda *command: self._walls.deployer(program, *command)

    def _deploys(self, program: Program) -> None:
        command = ("kubectl", "create", "deployment", "web", "--image=registry.example/web:1")
        self._plays("deployer", self._as_deployer(program), *command)

    def _kubelet(self, node: Node, what: str) -> str:
        self._waits(lambda: what in node.log)
        lines = node.log.splitlines()
        line = next((line.partition("] ")[2] for line in lines if what in line), None)
        if line is None:
            raise SandboxError(f"the kubelet did not say {what!r}; the end of its log:\n" + "\n".join(lines[-15:]))
        self._console.print(
            f"\nthe kubelet of {node.session_arn} says\n{_indented(line)}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
        return line

    def _curl(self, program: Program, token: str) -> Run:
        """Run curl as written, with the token beside it: it is shown nowhere."""

        def run(*command: str) -> subprocess.CompletedProcess[str]:
            key = ("-H", "@-") if token else ()
            options = ("--silent", "--show-error", "--fail-with-body", "--max-time", "20")
            header = f"Authorization: Bearer {token}\n"
            done = subprocess.run([*command, *options, *key], input=header, capture_output=True, text=True, check=False)
            message = re.search(r'"message": "(.*)",', done.stdout)
            shown = message[1].replace('\\"', '"') if message else f"{len(done.stdout.splitlines())} lines of metrics"
            return subprocess.CompletedProcess(command, done.returncode, shown, "")

        return run

    def _article(self) -> str:
        shutil.copy(EXAMPLE / "metrics" / "as-in-the-article.yaml", self._walls.sandbox.home)
        return str(self._walls.sandbox.home / "as-in-the-article.yaml")

    @staticmethod
    def _waits(condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition() and time.monotonic() < deadline:
            time.sleep(0.3)


def _told(done: subprocess.CompletedProcess[str]) -> str:
    """Return what a program said: not what its libraries log, and what it repeats when it tries again only once."""
    lines = [line for line in (done.stdout + done.stderr).splitlines() if line and not _LOG_LINE.match(line)]
    return "\n".join(dict.fromkeys(lines))


def _in_folder(folder: Path, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def _shown(command: Sequence[str]) -> str:
    return " ".join(Path(part).name if part.startswith("/") else part for part in command)


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def play(console: Console | None = None) -> None:
    """Play the walls in a sandbox of their own, and remove it."""
    console = console or Console()
    with tempfile.TemporaryDirectory(prefix="eks-access-tour-") as folder:
        sandbox = Sandbox(Path(folder) / "home")
        try:
            sandbox.up()
            Tour(Walls(sandbox, "API_AND_CONFIG_MAP"), console).play()
        finally:
            sandbox.down()
