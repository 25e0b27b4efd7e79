"""Names are forever: a changed URN is a deletion and a creation in somebody's account.

Every component alone, with every kind of declaration that makes it register something else; and all of them together.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from eks_access import ClusterAccess, Developers, EksCluster, MetricsAccess, NodeRole, Platform, TeamRbac
from eks_access.declaration.kinds import AuthenticationMode, NodeKind
from eks_access.provider import COMPONENTS
from syrupy.assertion import SnapshotAssertion

from ..mock_engine import run_program
from ..plans import as_data, every_kind, prod, small, stack

# Files are named after what they show, not after the test; syrupy warns of that when it writes them.
pytestmark = pytest.mark.filterwarnings(r"ignore:\s*Can not relate snapshot name")
STACKS = ("dev", "people", "prod", "staging")
ADVICE = """
URNs differ from those that were released. Who updates would lose these resources and get new ones.
  → keep the old name, or give the resource `aliases=[pulumi.Alias(name=…)]` (type_=, parent= where those changed),
    and write it into CHANGELOG under "Preview impact". Without an alias it takes a new major version
    (docs/versioning.md). What is only new needs no alias. Then `make golden`, and read the difference.
"""


def for_good(access: dict[str, Any]) -> dict[str, Any]:
    """Take `until` out of grants: names must not change with the calendar."""
    grants = [{key: value for key, value in grant.items() if key != "until"} for grant in access["grants"]]
    return access | {"grants": grants}


MODES = {f"every-kind-{mode}": as_data(every_kind(mode)) for mode in AuthenticationMode}
EXAMPLE = {f"example-{mode}": for_good(as_data(prod(mode))) for mode in AuthenticationMode}
FULL = small(
    people={
        "aiko": {"iamUser": {"path": "/dev/", "accessKey": True, "consoleLogin": True}},
        "botan": {"iamUser": {}},
        "chie": {"ssoPermissionSet": {"name": "Ops", "suffix": "0123456789abcdef", "region": "eu-west-1"}},
        "deployer": {"iamRole": "arn:aws:iam::111122223333:role/ci/deployer"},
    },
    teams={"in": {"members": ["aiko"], "assumeRole": {}}, "direct": {"members": ["chie"]}},
    admins={"people": ["botan"], "breakGlass": {"trustedBy": ["aiko"]}},
    namespaces={"east": {"quota": {"pods": "5"}, "limits": [{"type": "Container", "default": {"cpu": "1"}}]}},
    roles={"r": {"rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}]}},
    grants=[
        {"team": "in", "role": "r", "namespaces": ["east"]},
        {"team": "in", "role": "r", "clusterWide": True},
        {"person": "chie", "role": "view", "namespaces": ["east"]},
        {"team": "direct", "role": "view", "clusterWide": True},
        {"serviceAccount": "east/runner", "role": "edit", "namespaces": ["east"]},
        {"person": "chie", "accessPolicy": "AmazonEKSViewPolicy", "namespaces": ["east"]},
    ],
    metricsReaders=[{"serviceAccount": "east/prometheus", "kubelets": True}],
)
"""Every kind of person, team, grant and object inside the cluster."""
PART = {"namespaces": {"own": {}}, "roles": FULL["roles"], "grants": FULL["grants"][:2]}


def node_role(kind: NodeKind) -> Callable[[], object]:
    args: Any = {"kind": str(kind), "cluster_name": "demo", "account": "111122223333", "region": "eu-west-1"}
    return lambda: NodeRole("c", args)


ALONE: dict[str, Callable[[], object]] = {
    **{f"NodeRole-{kind}": node_role(kind) for kind in NodeKind},
    **{f"ClusterAccess-{name}": (lambda a=a: ClusterAccess("c", {"access": a})) for name, a in MODES.items()},
    **{f"EksCluster-{name}": (lambda a=a: EksCluster("c", {"access": a})) for name, a in MODES.items()},
    **{f"Platform-{name}": (lambda a=a: Platform("c", {"access": a})) for name, a in (MODES | EXAMPLE).items()},
    "ClusterAccess-full": lambda: ClusterAccess("c", {"access": FULL}),
    "Developers-full": lambda: Developers("c", {"access": FULL}),
    "Developers-full-with-users": lambda: Developers("c", {"access": FULL, "create_users": True}),
    "Platform-full": lambda: Platform("c", {"access": FULL, "create_users": True}),
    "TeamRbac-full": lambda: TeamRbac("c", {"access": FULL}),
    "TeamRbac-part": lambda: TeamRbac(
        "c", {"access": PART, "existing_namespaces": ["east"], "mapped_groups": ["team:in"]}
    ),
    "MetricsAccess": lambda: MetricsAccess(
        "c", {"readers": [{"service_account": "a/b"}, {"service_account": "c/d", "kubelets": True}]}
    ),
}


def urns(program: Callable[[], object]) -> list[str]:
    """Types and names, without stack and project."""
    return sorted(urn.split("::", 2)[2] for urn in run_program(program).urns)


@pytest.mark.parametrize("name", STACKS)
def test_a_stack_keeps_the_names_of_its_resources(name: str, golden: SnapshotAssertion) -> None:
    access = as_data(stack(name))

    assert urns(lambda: Platform("platform", {"access": access})) == golden, ADVICE


@pytest.mark.parametrize("case", ALONE)
def test_a_component_keeps_the_names_of_its_resources(case: str, golden: SnapshotAssertion) -> None:
    assert urns(ALONE[case]) == golden, ADVICE


def test_every_component_is_looked_at() -> None:
    assert {case.partition("-")[0] for case in ALONE} == set(COMPONENTS)


def test_two_of_a_kind_in_one_program_share_no_name() -> None:
    def both() -> None:
        for name in ("one", "two"):
            TeamRbac(name, {"access": FULL})
            Developers(f"{name}-people", {"access": FULL, "create_users": True})
            ClusterAccess(f"{name}-access", {"access": FULL})

    found = urns(both)
    assert len(found) == len(set(found))


def test_what_a_platform_makes_of_it_is_what_the_parts_make_alone() -> None:
    """Who takes the parts instead of the whole, or the other way round, finds the same keys behind the name."""
    together = {urn.rpartition("::")[2] for urn in urns(lambda: Platform("p", {"access": FULL}))}
    parts = {
        "p-people": lambda: Developers("p-people", {"access": FULL}),
        "p-cluster": lambda: EksCluster("p-cluster", {"access": FULL}),
        "p-rbac": lambda: TeamRbac("p-rbac", {"access": FULL}),
    }
    for made in parts.values():
        assert {urn.rpartition("::")[2] for urn in urns(made)} <= together
