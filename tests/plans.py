"""Declarations and plans that tests start from: the stack `dev`, the documentation's example, and a small one."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from eks_access import AccessPlan, compile_plan, load
from eks_access.declaration import Declaration, from_dict
from eks_access.declaration.cluster_models import AuthenticationMode

ROOT = Path(__file__).parents[1]
STACKS = ROOT / "stacks"
TODAY = dt.date(2026, 7, 1)
"""The day on which grants are judged, so that no golden file changes overnight."""

PEOPLE: dict[str, Any] = {
    "aiko": {"iamUser": {"path": "/dev/"}},
    "botan": {"iamUser": {}},
    "chie": {"ssoPermissionSet": {"name": "Ops", "suffix": "0123456789abcdef", "region": "eu-west-1"}},
    "deployer": {"iamRole": "arn:aws:iam::111122223333:role/ci/deployer"},
}
CLUSTER: dict[str, Any] = {
    "name": "demo",
    "account": "111122223333",
    "region": "eu-west-1",
    "version": "1.33",
    "creator": "deployer",
}


def small(**parts: Any) -> dict[str, Any]:
    """Two admins and a cluster, with `parts` added or replaced; `cluster` is merged."""
    cluster = {**CLUSTER, **parts.pop("cluster", {})}
    return {"people": PEOPLE, "cluster": cluster, "admins": {"people": ["aiko", "botan"]}, **parts}


def plan_of(raw: dict[str, Any], today: dt.date = TODAY) -> AccessPlan:
    """Compile plain data without the loader's cross-reference rules."""
    return compile_plan(Declaration.model_validate(raw), today=today)


def stack(name: str) -> Declaration:
    """The declaration of one of the project's stacks."""
    return load(STACKS / "access" / f"{name}.yaml")


def dev() -> Declaration:
    """The stack `dev`."""
    return stack("dev")


def people() -> Declaration:
    """The stack `people`."""
    return stack("people")


def every_kind(mode: AuthenticationMode) -> Declaration:
    """Nodes of every kind that a cluster of this mode can have."""
    groups: dict[str, Any] = {
        "managed": {"kind": "managed", "instanceTypes": ["m7g.large"]},
        "windows": {"kind": "windows", "instanceTypes": ["m6i.large"]},
        "fargate": {"kind": "fargate", "namespaces": ["batch"]},
        "self-managed": {"kind": "self-managed"},
        "karpenter": {"kind": "karpenter"},
    }
    if mode.uses_entries:
        groups |= {
            "auto": {"kind": "auto", "nodePools": []},
            "hybrid": {"kind": "hybrid"},
            "hyperpod": {"kind": "hyperpod"},
        }
    cluster = {
        "authenticationMode": str(mode),
        **({"remoteNetworks": {"nodes": ["10.80.0.0/16"]}} if mode.uses_entries else {}),
        "addons": {"vpc-cni": "v1", "coredns": "v1", "kube-proxy": "v1"},
    }
    return from_dict(small(cluster=cluster, nodeGroups=groups))


def as_data(declaration: Declaration) -> dict[str, Any]:
    """A declaration as plain data, the shape in which components take it."""
    return declaration.model_dump(mode="json", by_alias=True, exclude_unset=True)


def prod(mode: AuthenticationMode) -> Declaration:
    """The documentation's example in a mode; access policies need entries, so CONFIG_MAP goes without them."""
    declaration = load(ROOT / "tests" / "unit" / "declaration" / "examples" / "prod.yaml")
    assert declaration.cluster is not None
    grants = [g for g in declaration.grants if mode.uses_entries or not g.access_policy]
    cluster = declaration.cluster.model_copy(update={"authentication_mode": mode})
    return declaration.model_copy(update={"cluster": cluster, "grants": grants})
