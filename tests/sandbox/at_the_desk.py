"""What people do at their desks, and what they are told: kubectl, the doctor, a paste into `why`, a plain GET."""

from __future__ import annotations

import json
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from eks_access import compile_plan, load
from eks_access.diagnosis.model import Finding
from eks_access.diagnosis.why import why

from sandbox.nodes import Node
from sandbox.people import Desk
from sandbox.walls import Program, Walls

from .environment.walker import becomes

Said = subprocess.CompletedProcess[str]


def kubectl(desk: Desk, *arguments: str) -> Said:
    return desk.run("kubectl", *arguments)


def says(desk: Desk, text: str, *arguments: str) -> bool:
    """Whether kubectl comes to fail with this text; a grant takes a moment to arrive."""
    return becomes(lambda: (said := kubectl(desk, *arguments)).returncode != 0 and text in said.stderr)


def works(desk: Desk, *arguments: str) -> bool:
    return becomes(lambda: kubectl(desk, *arguments).returncode == 0)


def doctor(desk: Desk, cluster: str, *arguments: str, admin: bool = False) -> dict[str, Any]:
    """What the doctor says at a desk; with an admin's profile at hand where it is asked for."""
    command = [sys.executable, "-m", "eks_access.cli", "doctor", "--cluster", cluster, "--format", "json", *arguments]
    variables: dict[str, str] = {}
    if admin:
        ours, theirs = desk.variables(), desk.sandbox.variables()
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            both = desk.folder / name.lower()
            both.write_text("\n".join(Path(each[name]).read_text() for each in (ours, theirs)))
            variables[name] = str(both)
        command += ["--admin-profile", theirs["AWS_PROFILE"]]
    done = desk.run(*command, **variables)
    assert done.returncode in (0, 1, 2), done.stderr
    assert "Traceback" not in done.stderr
    return {"exit": done.returncode, **json.loads(done.stdout)}


def explained(walls: Walls, text: str) -> Finding:
    """What `why` makes of an error that was just seen, by the declaration of our cluster."""
    (finding, *_) = why(text, compile_plan(load(walls.ours.folder / "access.yaml")))
    return finding


def get(url: str, authority: str, token: str = "") -> tuple[int, str]:
    """GET with a bearer token, or as nobody; the CA is the cluster's."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, context=ssl.create_default_context(cafile=authority)) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())["message"]


class Steps:
    """What the steps of a story have in common: machines, pods, and a look at what became of them."""

    def start(self, walls: Walls, program: Program, kind: str, role: str) -> Node:
        return walls.nodes.start(program.cluster, role, kind)

    def deploy(self, walls: Walls, name: str, program: Program | None = None) -> None:
        done = walls.look(program or walls.usual, "create", "deployment", name, "--image=registry.example/app:1")
        assert done.returncode == 0, done.stderr

    def phase(self, walls: Walls, name: str, program: Program | None = None) -> str:
        asked = ("get", "pods", "-l", f"app={name}", "-o", "jsonpath={.items[*].status.phase}")
        return walls.look(program or walls.usual, *asked).stdout

    def events(self, walls: Walls, name: str) -> str:
        said = walls.look(walls.usual, "describe", "pods", "-l", f"app={name}").stdout
        return said if "FailedScheduling" in said else ""

    def status(self, walls: Walls, program: Program, node: Node) -> str:
        """The Ready condition: True, False, Unknown, or nothing where there is no such Node."""
        ready = 'jsonpath={.status.conditions[?(@.type=="Ready")].status}'
        return walls.look(program, "get", "node", node.name, "-o", ready).stdout

    def turns(self, walls: Walls, program: Program, node: Node, ready: str) -> bool:
        """Whether the Ready condition becomes this within half a minute; kubectl watches it, so nobody keeps asking."""
        waiting = ("wait", f"node/{node.name}", f"--for=condition=Ready={ready}", "--timeout=30s")
        return walls.look(program, *waiting).returncode == 0

    def conditions(self, walls: Walls, program: Program, node: Node) -> str:
        return walls.look(program, "describe", "node", node.name).stdout

    def make_accounts(self, walls: Walls, program: Program) -> None:
        if program is walls.usual:
            walls.look(program, "create", "namespace", "monitoring")
        for name in ("prometheus", "other"):
            walls.look(program, "create", "serviceaccount", name, "-n", "monitoring")

    def token(self, walls: Walls, program: Program, account: str) -> str:
        return walls.look(program, "create", "token", account, "-n", "monitoring").stdout.strip()
