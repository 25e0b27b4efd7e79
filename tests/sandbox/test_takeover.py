"""Clusters as other tools leave them are adopted: the first preview shows no change, and people move one by one.

The program is examples/existing-cluster, on the real engine.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.account_network import PRIVATE_SUBNETS
from sandbox.environment import Sandbox
from sandbox.stacks import Stack
from sandbox.state import PROJECT

from .engine import Changes, changes
from .environment.walker import becomes
from .logins import Account, Cluster, Seen

pytestmark = pytest.mark.sandbox

NODES = ["system:bootstrappers", "system:nodes"]
BY_INSTANCE = "system:node:{{EC2PrivateDNSName}}"
ADMIN, VIEW = "AmazonEKSClusterAdminPolicy", "AmazonEKSViewPolicy"
Raw = dict[str, Any]


@dataclass(frozen=True)
class Program:
    """The example, with the files that `adopt` wrote for one cluster."""

    cluster: Cluster
    folder: Path
    stack: Stack

    @classmethod
    def of(cls, cluster: Cluster, folder: Path) -> Program:
        shutil.copytree(PROJECT / "examples" / "existing-cluster", folder, dirs_exist_ok=True)
        cluster.write_context()
        return cls(cluster, folder, Stack(cluster.account.sandbox, cluster.name, folder))

    def adopt(self, *options: str) -> tuple[int, str]:
        """Run `eks-access adopt` as somebody does in the program's folder."""
        creator = self.cluster.account.creator
        out = str(self.folder / "stacks")
        return self.cluster.command("adopt", "--creator", creator, "--out", out, *options)

    def take_in(self) -> None:
        """Do what `adopt` says comes next."""
        self.stack.run("stack", "init", self.cluster.name)
        file = self.folder / "stacks" / f"import.{self.cluster.name}.json"
        options = ("--generate-code=false", "--protect=false", "--yes", "--skip-preview", "--non-interactive")
        self.stack.run("import", "--file", str(file), "--stack", self.cluster.name, *options)

    def preview(self) -> Changes:
        shown = self.stack.run("preview", "--stack", self.cluster.name, "--json", "--non-interactive").stdout
        return changes(json.loads(shown)["steps"])

    def up(self) -> Changes:
        """Deploy what the preview shows."""
        found = self.preview()
        self.stack.run("up", "--stack", self.cluster.name, "--yes", "--skip-preview", "--non-interactive")
        return found

    def edit(self, edit: Callable[[Raw], None]) -> None:
        """Edit the declaration."""
        file = self.folder / "stacks" / "access" / f"{self.cluster.name}.yaml"
        raw = yaml.safe_load(file.read_text())
        edit(raw)
        file.write_text(yaml.safe_dump(raw, sort_keys=False))


@pytest.fixture(scope="module")
def account(sandbox: Sandbox) -> Account:
    account = Account(sandbox)
    for name in ("own-mika", "own-hana", "own-sora"):
        account.user(name)
    account.role("own-team", "/teams/")
    account.role("own-auditor")
    account.instance_role("own-nodes")
    return account


def removed(cluster: Cluster) -> None:
    for name in cluster.eks.list_nodegroups(clusterName=cluster.name)["nodegroups"]:
        cluster.eks.delete_nodegroup(clusterName=cluster.name, nodegroupName=name)
    cluster.eks.delete_cluster(name=cluster.name)
    cluster.eks.get_waiter("cluster_deleted").wait(name=cluster.name, WaiterConfig={"Delay": 1})
    cluster.eks.close()


@pytest.fixture(scope="module")
def by_eksctl(account: Account) -> Iterator[Cluster]:
    """As eksctl leaves it, with some years of hands on top.

    Sources: eksctl pkg/authconfigmap/authconfigmap.go (user name and groups of nodes, `iamidentitymapping` appends and
    makes duplicates), pkg/apis/eksctl.io/v1alpha5/types.go (API_AND_CONFIG_MAP, the creator stays admin).
    """
    cluster = Cluster.made(account, "by-eksctl", "API_AND_CONFIG_MAP")
    home = account.root
    cluster.eks.create_nodegroup(
        clusterName=cluster.name, nodegroupName="ng-1", nodeRole=f"{home}:role/own-nodes", subnets=list(PRIVATE_SUBNETS)
    )
    roles = [
        {"groups": NODES, "rolearn": f"{home}:role/own-nodes", "username": BY_INSTANCE},
        {"groups": ["system:masters"], "rolearn": f"{home}:role/own-team", "username": "team"},
        {"groups": ["viewers"], "rolearn": f"{home}:role/own-team", "username": "team:{{SessionName}}"},
        {"groups": ["system:masters"], "rolearn": f"{home}:role/teams/own-team", "username": "team"},
        {"groups": ["system:masters"], "rolearn": f"{home}:role/own-auditor", "username": "auditor"},
    ]
    users = [
        {"groups": ["system:masters"], "userarn": f"{home}:user/own-mika", "username": "mika"},
        {"groups": ["viewers"], "userarn": f"{home}:user/own-hana", "username": "hana"},
        {"groups": ["system:masters"], "userarn": f"{home}:user/own-sora", "username": "sora"},
    ]
    bind(cluster)
    cluster.write_aws_auth(mapRoles=yaml.safe_dump(roles), mapUsers=yaml.safe_dump(users))
    yield cluster
    removed(cluster)


@pytest.fixture(scope="module")
def by_terraform(account: Account) -> Iterator[Cluster]:
    """As terraform-aws-modules/eks v21 leaves it, with entries by hand and a broken aws-auth on top.

    Source: its main.tf (bootstrap_cluster_creator_admin_permissions is false, `cluster_creator` and `access_entries`
    are entries with tags and policy associations) and variables.tf (API_AND_CONFIG_MAP).
    """
    more = {"bootstrapClusterCreatorAdminPermissions": False}
    cluster = Cluster.made(account, "by-terraform", "API_AND_CONFIG_MAP", **more)
    home, tags = account.root, {"tags": {"terraform": "true"}}
    cluster.eks.create_nodegroup(
        clusterName=cluster.name, nodegroupName="ng-1", nodeRole=f"{home}:role/own-nodes", subnets=list(PRIVATE_SUBNETS)
    )
    cluster.entry(account.creator, ADMIN, **tags)
    cluster.entry(f"{home}:role/own-auditor", ADMIN, **tags)
    cluster.entry(f"{home}:user/own-mika", ADMIN, username="mika", **tags)
    cluster.entry(f"{home}:user/own-hana", VIEW, namespaces=["default"], kubernetesGroups=["viewers"])
    cluster.entry(f"{home}:role/teams/own-team", kubernetesGroups=["viewers"], username="team:{{SessionName}}")
    bind(cluster)
    sora = f"- userarn: {home}:user/own-sora\n  username: sora\n  groups: [system:masters]\n"
    cluster.write_aws_auth(mapUsers=f"{sora}- userarn: {home}:user/own-hana\n  username: {{{{SessionName}}}}\n")
    yield cluster
    removed(cluster)


def bind(cluster: Cluster) -> None:
    """Grant something inside, as somebody did with kubectl."""
    cluster.kubectl("create", "rolebinding", "viewers", "--clusterrole", "view", "--group", "viewers", "-n", "default")


def to_viewer(raw: Raw) -> None:
    raw["people"]["own-hana"] = {"iamUser": {}}
    raw.setdefault("grants", []).append({"person": "own-hana", "role": "view", "namespaces": ["default"]})


def to_admin(raw: Raw) -> None:
    raw["people"]["own-mika"] = {"iamUser": {}}
    raw["admins"] = {"people": ["own-mika"]}


def with_break_glass(raw: Raw) -> None:
    raw["people"]["own-sora"] = {"iamUser": {}}
    raw["admins"]["breakGlass"] = {"trustedBy": ["own-sora"], "mfa": True}


def not_kept(raw: Raw, name: str) -> None:
    """Take somebody out of `keep`, wherever they are."""
    for key, arn in (("mapUsers", "userarn"), ("entries", "principalArn")):
        if key in raw["keep"]:
            raw["keep"][key] = [each for each in raw["keep"][key] if not each[arn].endswith(f":user/{name}")]


def answers(seen: dict[str, Seen]) -> dict[str, tuple[bool, tuple[bool, ...]]]:
    """What everybody may do, by whatever name."""
    return {arn: (who is not None, said) for arn, (who, said) in seen.items()}


def moves_people(program: Program, before: dict[str, Seen]) -> list[Changes]:
    """Move two people, one update each; nobody's answers change, and nobody else is touched."""
    done = []
    for name, declare in (("own-hana", to_viewer), ("own-mika", to_admin)):

        def moved(raw: Raw, name: str = name, declare: Callable[[Raw], None] = declare) -> None:
            not_kept(raw, name)
            declare(raw)

        program.edit(moved)
        done.append(program.up())
        assert becomes(lambda: answers(program.cluster.seen()) == answers(before)), program.cluster.seen()
        now = program.cluster.seen()
        others = {arn for arn in before if not arn.endswith(("own-hana", "own-mika"))}
        assert {arn: now[arn] for arn in others} == {arn: before[arn] for arn in others}
        assert program.preview() == {}
    return done


def test_a_cluster_of_eksctl_is_adopted_and_its_people_move(by_eksctl: Cluster, tmp_path: Path) -> None:
    before, aws_auth, entries = by_eksctl.seen(), by_eksctl.aws_auth(), by_eksctl.entries()
    program = Program.of(by_eksctl, tmp_path)

    code, said = program.adopt()

    assert code == 0, said
    assert "mapRoles[1]" in said
    assert "mapRoles[3]" in said
    program.take_in()
    assert program.preview() == {}
    assert program.up() == {}
    assert (by_eksctl.seen(), by_eksctl.aws_auth(), by_eksctl.entries()) == (before, aws_auth, entries)

    hana, mika = moves_people(program, before)

    assert {key for key, op in hana.items() if op == "create"} == {
        "UserPolicy people-own-hana-enter",
        "AccessEntry access-person-own-hana",
        "RoleBinding rbac-default/eks-access:person:own-hana:view",
    }
    assert "AccessEntry access-person-own-mika" in mika
    assert by_eksctl.aws_auth() == aws_auth
    assert all(entry in by_eksctl.entries() for entry in entries)


def test_a_cluster_of_terraform_is_adopted_and_its_people_move(by_terraform: Cluster, tmp_path: Path) -> None:
    before, aws_auth, entries = by_terraform.seen(), by_terraform.aws_auth(), by_terraform.entries()
    sora = f"{by_terraform.account.root}:user/own-sora"
    assert before[sora][0] is None, "nobody in a broken section is let in"
    program = Program.of(by_terraform, tmp_path)

    code, said = program.adopt()

    assert code == 1
    assert "mapUsers is broken" in said
    kept = yaml.safe_load((tmp_path / "stacks" / "access" / "by-terraform.yaml").read_text())["keep"]
    assert [line["userarn"] for line in kept["mapUsers"]] == [sora, f"{by_terraform.account.root}:user/own-hana"]
    assert len(kept["entries"]) == 6
    # decided: nobody is meant any more
    program.edit(lambda raw: raw["keep"].pop("mapUsers"))
    program.take_in()
    assert program.preview() == {}
    assert program.up() == {}
    assert (by_terraform.seen(), by_terraform.aws_auth(), by_terraform.entries()) == (before, aws_auth, entries)

    hana, mika = moves_people(program, before)

    assert hana["AccessEntry access-person-own-hana"] == "update"
    assert mika["AccessEntry access-person-own-mika"] == "update"
    assert not [op for done in (hana, mika) for op in done.values() if "replace" in op]

    seen = by_terraform.seen()
    program.edit(with_break_glass)
    assert program.up() == {
        "UserPolicy people-own-sora-enter": "create",
        "Role people-break-glass": "create",
        "RolePolicy people-break-glass-enter": "create",
        "AccessEntry access-break-glass": "create",
        "AccessPolicyAssociation access-break-glass-AmazonEKSClusterAdminPolicy": "create",
    }
    assert by_terraform.seen() == seen

    program.stack.run("destroy", "--stack", "by-terraform", "--yes", "--skip-preview", "--non-interactive")
    left = {entry[0] for entry in by_terraform.entries()}
    moved = {f"{by_terraform.account.root}:user/{name}" for name in ("own-hana", "own-mika")}
    assert left == {entry[0] for entry in entries} - moved, "what others made stays"


def test_nothing_is_written_over_files_that_are_there(by_eksctl: Cluster, tmp_path: Path) -> None:
    program = Program.of(by_eksctl, tmp_path)
    file = tmp_path / "stacks" / "access" / "by-eksctl.yaml"
    file.parent.mkdir(parents=True)
    file.write_text("people: {}\n")

    with pytest.raises(AssertionError, match="is there already"):
        program.adopt()
    assert file.read_text() == "people: {}\n"
    assert [each.name for each in (tmp_path / "stacks").iterdir()] == ["access"]

    _, said = program.adopt("--force")
    assert f"written over: {file}" in said
