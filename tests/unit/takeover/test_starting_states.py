"""Clusters as each tool leaves them: what is adopted is what runs, and what is missing for the next step is told.

What each tool writes is taken from its source; the files are named at each state.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
import yaml
from eks_access import compile_plan
from eks_access.audit.auditing import Subject, audit
from eks_access.audit.model import Kind
from eks_access.declaration import from_dict
from eks_access.migration.model import Fate
from eks_access.migration.planning import plan_migration
from eks_access.review.declared import state_of_plan
from eks_access.review.diff import diff_access
from eks_access.takeover.declaring import take_over

from ...plans import TODAY
from ..migration.messy import BY_INSTANCE, BY_SESSION, NODES, A, Raw, cluster, fargate, iam, node_group, read
from .test_declaring import ADMIN, entry

PROXIER = "system:node-proxier"


@dataclass(frozen=True)
class State:
    """One tool's cluster, its account, and who made it."""

    documents: list[Raw]
    creator: str
    kept: set[str]
    """Last parts of the ARNs that a declaration keeps."""
    fates: tuple[Fate, ...] = ()
    """Of the lines, on the way to API."""
    ready: bool = True
    """Whether the next mode can be entered as it is."""


def eksctl() -> State:
    """Roles of nodes by `AddNodeGroup`, others by `iamidentitymapping`, which appends what is there already.

    eksctl pkg/authconfigmap/authconfigmap.go, pkg/cfn/builder (names of instance roles).
    """
    node, windows = (f"eksctl-old-nodegroup-{name}-NodeInstanceRole-1ABCDEFGHIJKL" for name in ("linux", "win"))
    roles = [
        {"groups": NODES, "rolearn": f"{A}:role/{node}", "username": BY_INSTANCE},
        {"groups": ["eks:kube-proxy-windows", *NODES], "rolearn": f"{A}:role/{windows}", "username": BY_INSTANCE},
        {"groups": ["system:masters"], "rolearn": f"{A}:role/ops", "username": "admin"},
        {"groups": ["viewers"], "rolearn": f"{A}:role/ops", "username": "ops"},
        {"rolearn": f"{A}:role/AWSServiceRoleForAmazonEMRContainers", "username": "emr-containers"},
    ]
    emr = "aws-service-role/emr-containers.amazonaws.com/AWSServiceRoleForAmazonEMRContainers"
    return State(
        [*cluster(yaml.safe_dump(roles), "[]\n"), *iam(node, windows, "ops", emr, users=["eve"]), node_group(node)],
        f"{A}:user/eve",
        {node, windows, "ops", "AWSServiceRoleForAmazonEMRContainers"},
        (Fate.BY_EKS, Fate.ENTRY, Fate.SHADOWED, Fate.ENTRY, Fate.STUCK),
    )


def terraform_aws_auth() -> State:
    """terraform-aws-modules/eks v20 modules/aws-auth/main.tf: three sections, and `yamlencode` quotes all texts."""
    lines = f"""\
- "groups":
  - "system:bootstrappers"
  - "system:nodes"
  "rolearn": "{A}:role/general-eks-node-group-20240101"
  "username": "{BY_INSTANCE}"
- "groups":
  - "system:bootstrappers"
  - "system:nodes"
  - "system:node-proxier"
  "rolearn": "{A}:role/fargate"
  "username": "{BY_SESSION}"
- "groups":
  - "system:masters"
  "rolearn": "{A}:role/teams/admins"
  "username": "admins"
"""
    names = ("general-eks-node-group-20240101", "fargate", "teams/admins", "ci/terraform")
    documents = cluster(lines, "[]\n", '- "444455556666"\n')
    return State(
        [*documents, *iam(*names), node_group(names[0]), fargate("fargate")],
        f"{A}:role/ci/terraform",
        {names[0], "fargate"},
        (Fate.BY_EKS, Fate.BY_EKS, Fate.DEAD),
    )


def terraform_entries() -> State:
    """terraform-aws-modules/eks v21 main.tf: `access_entries`, `cluster_creator`; self-managed nodes get EC2_LINUX."""
    entries = [
        *entry(f"{A}:role/ci/terraform", ADMIN),
        *entry(f"{A}:role/ops", ADMIN, groups=("auditors",)),
        *entry(f"{A}:role/self-node", type="EC2_LINUX", groups=("system:nodes",)),
        *entry(f"{A}:role/Karpenter-old", type="EC2_LINUX", groups=("system:nodes",)),
    ]
    names = ("ci/terraform", "ops", "self-node", "Karpenter-old")
    return State(
        [*cluster(mode="API_AND_CONFIG_MAP", entries=entries), *iam(*names)],
        f"{A}:role/ci/terraform",
        {"terraform", "ops", "self-node", "Karpenter-old"},
    )


def cdk() -> State:
    """aws-cdk v1 @aws-cdk/aws-eks/lib/aws-auth.ts: JSON, a user name that is the ARN, paths of roles left in it."""
    node, masters = "Old-NodegroupRole-1A2B", "Old-MastersRole-3C4D"
    lines = [
        {"rolearn": f"{A}:role/{masters}", "username": f"{A}:role/{masters}", "groups": ["system:masters"]},
        {"rolearn": f"{A}:role/{node}", "username": BY_INSTANCE, "groups": NODES},
        {"rolearn": f"{A}:role/teams/dev", "username": f"{A}:role/teams/dev", "groups": ["devs"]},
    ]
    return State(
        [*cluster(json.dumps(lines), "[]", "[]"), *iam(node, masters, "teams/dev", "CreationRole"), node_group(node)],
        f"{A}:role/CreationRole",
        {node, masters},
        (Fate.ENTRY, Fate.BY_EKS, Fate.DEAD),
    )


def console() -> State:
    """The user guide, create-cluster: API_AND_CONFIG_MAP, an entry of the creator's, and EKS's own of node groups."""
    entries = [*entry(f"{A}:user/eve", ADMIN), *entry(f"{A}:role/nodes", type="EC2_LINUX", groups=("system:nodes",))]
    documents = cluster(mode="API_AND_CONFIG_MAP", entries=entries)
    return State([*documents, *iam("nodes", users=["eve"]), node_group("nodes")], f"{A}:user/eve", {"eve", "nodes"})


STATES = (eksctl, terraform_aws_auth, terraform_entries, cdk, console)


@pytest.mark.parametrize("state", [made() for made in STATES], ids=[made.__name__ for made in STATES])
class TestEach:
    def test_what_counts_is_kept(self, state: State) -> None:
        found, known = read(state.documents)

        keep = take_over(found, known, state.creator).declaration["keep"]

        arns = [each.get("rolearn") or each.get("principalArn") for items in keep.values() for each in items]
        assert {arn.rpartition("/")[2] for arn in arns} == state.kept

    def test_nobody_gains_or_loses_anything(self, state: State) -> None:
        found, known = read(state.documents)
        taken = take_over(found, known, state.creator)
        declared = state_of_plan(compile_plan(from_dict(yaml.safe_load(taken.text))), found.rbac)

        changes = diff_access(found, declared).effective

        # CONFIG_MAP hides the creator and mapAccounts has no names: of the one only the declaration tells, and of the
        # other it says that it doesn't
        hidden = {state.creator} | {state.creator.rpartition("/")[2]}
        unexpected = [each for each in changes if each.name not in hidden and each.kind != "account"]
        assert unexpected == []
        assert any("mapAccounts" in each for each in taken.decisions) is any(each.kind == "account" for each in changes)

    def test_the_next_mode_can_be_entered_and_each_line_has_its_fate(self, state: State) -> None:
        found, known = read(state.documents)

        migration = plan_migration(found, known)

        assert tuple(line.fate for line in migration.lines) == state.fates
        assert migration.is_blocked(migration.steps[0]) is not state.ready

    def test_an_audit_finds_nothing_but_the_lines_that_are_told(self, state: State) -> None:
        found, known = read(state.documents)
        taken = take_over(found, known, state.creator)
        declaration = from_dict(yaml.safe_load(taken.text))

        findings = audit(Subject(declaration=declaration, state=found, today=TODAY))

        told = " ".join((*taken.left_out, *taken.decisions))
        assert {each.name for each in findings if each.kind != Kind.CREATOR and each.name not in told} == set()
