"""What `make up` ends with: what was built, who can do what, and what to try as one of the people."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.table import Table

from sandbox.environment import Sandbox
from sandbox.people import desk, source_line
from sandbox.stacks import Stack


def summarise(sandbox: Sandbox, stack: str, console: Console) -> None:
    """Print the summary of one deployed stack."""
    outputs = Stack(sandbox, stack).outputs()
    access: list[dict[str, Any]] = outputs.get("access", [])
    if not outputs.get("cluster_name"):
        console.print(f"Stack {stack}: IAM users {', '.join(sorted(outputs.get('user_arns', {})))}.", highlight=False)
        return
    console.print(f"\nCluster {outputs['cluster_name']} is up. Who can get in, and as what:\n", highlight=False)
    console.print(_access_table(access))
    console.print("Roles: " + ", ".join(sorted(outputs["role_arns"].values())), highlight=False, soft_wrap=True)
    console.print(
        "Node roles: " + ", ".join(sorted(outputs["node_role_arns"].values())), highlight=False, soft_wrap=True
    )
    if person := _somebody_who_enters_directly(access):
        _print_trial(sandbox, stack, person, console)


def _access_table(access: list[dict[str, Any]]) -> Table:
    table = Table(box=None)
    for heading in ("person", "enters", "user name", "groups and access policies", "MFA"):
        table.add_column(heading, overflow="fold")
    for line in access:
        rights = [*line["groups"], *line["accessPolicies"]]
        table.add_row(line["person"], line["via"], line["username"], ", ".join(rights), "yes" if line["mfa"] else "")
    return table


def _somebody_who_enters_directly(access: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Find somebody with an IAM user of their own and a team: no MFA device is needed to try theirs."""
    direct = [a for a in access if a["via"] == "direct" and not a["clusterAdmin"] and ":user/" in a["principal"]]
    return max(direct, key=lambda a: any(g.startswith("team:") for g in a["groups"]), default=None)


def _print_trial(sandbox: Sandbox, stack: str, access: dict[str, Any], console: Console) -> None:
    person = access["person"]
    team = next((g.removeprefix("team:") for g in access["groups"] if g.startswith("team:")), None)
    line = source_line(desk(sandbox, stack, person))
    where = f" -n {team}" if team else ""
    console.print(f"\nTry it as {person}:\n", highlight=False)
    for command in (
        f"({line} && kubectl auth whoami)",
        f"({line} && kubectl auth can-i --list{where})",
        f"({line} && kubectl get secrets -n kube-system)   # Forbidden: nobody granted it",
    ):
        console.print(f"  {command}", markup=False, highlight=False, soft_wrap=True)
    console.print()
