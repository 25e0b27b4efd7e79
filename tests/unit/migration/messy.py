"""Clusters as they are found: an aws-auth that many hands have written, and what IAM and EKS know beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from eks_access.declaration.kinds import AuthenticationMode
from eks_access.migration.model import Fate, LineFate, Migration
from eks_access.migration.planning import plan_migration
from eks_access.migration.surroundings import Surroundings, read_surroundings
from eks_access.plan.model import AccessPlan
from eks_access.review.documents import Document
from eks_access.review.dumps import read_dump
from eks_access.review.state import AccessState

ACCOUNT = "111122223333"
A = f"arn:aws:iam::{ACCOUNT}"
CLUSTER_ARN = f"arn:aws:eks:eu-west-1:{ACCOUNT}:cluster/old"
BY_INSTANCE, BY_SESSION = "system:node:{{EC2PrivateDNSName}}", "system:node:{{SessionName}}"
NODES = ["system:bootstrappers", "system:nodes"]
Raw = dict[str, Any]


def role(name: str, username: str = "somebody", groups: Iterable[str] = ("devs",), **more: Any) -> Raw:
    """A line of mapRoles."""
    arn = name if name.startswith("arn:") else f"{A}:role/{name}"
    return {"rolearn": arn, "username": username, "groups": list(groups), **more}


def user(name: str, username: str = "somebody", groups: Iterable[str] = ("devs",)) -> Raw:
    """A line of mapUsers."""
    return {"userarn": f"{A}:user/{name}", "username": username, "groups": list(groups)}


def binding(name: str, group: str, cluster_role: str = "view", namespace: str | None = None) -> Raw:
    """A binding to a group."""
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding" if namespace else "ClusterRoleBinding",
        "metadata": {"name": name, **({"namespace": namespace} if namespace else {})},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": cluster_role},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": group}],
    }


def cluster(
    roles: Iterable[Raw] | str = (),
    users: Iterable[Raw] | str = (),
    accounts: str = "",
    *,
    mode: str = "CONFIG_MAP",
    arn: str = CLUSTER_ARN,
    bindings: Iterable[Raw] = (),
    entries: Iterable[Raw] = (),
) -> list[Raw]:
    """The documents of one cluster."""
    import yaml

    sections = {"mapRoles": roles, "mapUsers": users}
    data = {
        key: value if isinstance(value, str) else yaml.safe_dump(list(value), default_style='"')
        for key, value in sections.items()
        if value
    }
    if accounts:
        data["mapAccounts"] = accounts
    described = {"name": "old", "arn": arn, "version": "1.33", "accessConfig": {"authenticationMode": mode}}
    config_map = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "aws-auth", "namespace": "kube-system"}}
    return [{"cluster": described}, {**config_map, "data": data}, *bindings, *entries]


def iam(*names: str, users: Iterable[str] = (), trusts: Mapping[str, str] | None = None, base: str = A) -> list[Raw]:
    """What IAM has, all of it; a name may have a path, and a role a service that it trusts."""
    roles = []
    for name in names:
        service = (trusts or {}).get(name)
        statement = [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}]
        trust = {"AssumeRolePolicyDocument": {"Statement": statement}} if service else {}
        roles.append({"Arn": f"{base}:role/{name}", **trust})
    return [{"Roles": roles}, {"Users": [{"Arn": f"{base}:user/{name}"} for name in users]}]


def node_group(name: str, ami: str = "AL2023_x86_64_STANDARD") -> Raw:
    """A managed node group with this role."""
    return {"nodegroup": {"nodegroupName": name, "nodeRole": f"{A}:role/{name}", "amiType": ami}}


def fargate(name: str) -> Raw:
    """A Fargate profile with this role."""
    return {"fargateProfile": {"fargateProfileName": name, "podExecutionRoleArn": f"{A}:role/{name}"}}


def read(documents: Iterable[Raw]) -> tuple[AccessState, Surroundings]:
    """Read it as the command does."""
    known, rest = read_surroundings([Document(content=each) for each in documents])
    known.asked_eks = True
    return read_dump(rest).state(), known


def planned(*documents: list[Raw], to: AuthenticationMode | None = None, plan: AccessPlan | None = None) -> Migration:
    """Plan the migration of a cluster."""
    state, known = read(document for part in documents for document in part)
    return plan_migration(state, known, to=to, plan=plan)


def fate_of(migration: Migration, place: str) -> LineFate:
    """What becomes of one line."""
    (found,) = (line for line in migration.lines if line.place == place)
    return found


def fates(migration: Migration) -> list[Fate]:
    """What becomes of all lines, in their order."""
    return [line.fate for line in migration.lines]
