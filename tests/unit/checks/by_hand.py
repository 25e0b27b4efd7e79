"""Plans, clusters and stacks that no declaration leads to, or none that fits on a page."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from eks_access import AccessPlan, AccessState, compile_plan
from eks_access.authn.access_entries import AccessEntry
from eks_access.authz.model import RbacObjects
from eks_access.checks.stack_plan import StackPlan
from eks_access.declaration.kinds import AuthenticationMode
from eks_access.plan.model import EntryType, MappedPrincipal, PolicyScope
from eks_access.plan.nodes import plan_node_role
from eks_access.review.objects import finished
from eks_access.review.state import Way

from ...plans import CLUSTER, TODAY, dev, plan_of, small
from .examples import Subject

PLAN = compile_plan(dev(), today=TODAY)
Case = tuple[Callable[[], Subject], Callable[[], Subject], Callable[[], Subject]]
"""What fires, the same mended, and a near one that is right."""


def remapped(change: Callable[[MappedPrincipal], MappedPrincipal | None]) -> AccessPlan:
    """The stack `dev` with its mappings changed, or dropped."""
    changed = (change(principal) for principal in PLAN.principals)
    return replace(PLAN, principals=tuple(principal for principal in changed if principal))


def only(key: str, **changes: object) -> AccessPlan:
    """The stack `dev` with one mapping changed."""
    return remapped(lambda p: replace(p, **changes) if p.key == key else p)  # type: ignore[arg-type]


def trusting(principal: object, condition: object = None) -> AccessPlan:
    """The stack `dev` with another trust policy on the break-glass role."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    text = json.dumps({"Statement": [{**statement, **({"Condition": condition} if condition else {})}]})
    roles = tuple(replace(role, trust=text) if role.key == "break-glass" else role for role in PLAN.entry_roles)
    return replace(PLAN, entry_roles=roles)


def entered_through(principal: object, condition: object = None) -> AccessState:
    """A cluster that is entered by a role with this trust policy."""
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    text = json.dumps({"Statement": [{**statement, **({"Condition": condition} if condition else {})}]})
    return finished(AccessState(aws_auth={"mapRoles": OPS_LINE}, trust_policies={"ops": text}), RbacObjects())


def node_state(lines: str = "", *, entry: EntryType | None = None, arn: str = "role/nodes") -> AccessState:
    """A cluster with one node group, whose role is mapped as said."""
    whole = f"arn:aws:iam::{CLUSTER['account']}:{arn}"
    made: tuple[AccessEntry, ...] = ()
    if entry:
        made = (AccessEntry(key="n", principal_arn=whole, type=entry, username=None, groups=(), policies=()),)
    state = AccessState(
        mode=AuthenticationMode.API_AND_CONFIG_MAP,
        entries=made,
        aws_auth={"mapRoles": lines},
        node_roles={"workers": whole},
    )
    return finished(state, RbacObjects())


def entries(number: int) -> AccessState:
    """A cluster with so many access entries."""
    arns = [f"arn:aws:iam::{CLUSTER['account']}:role/p{index}" for index in range(number)]
    made = (
        AccessEntry(key=arn, principal_arn=arn, type=EntryType.STANDARD, username="x", groups=(), policies=())
        for arn in arns
    )
    return finished(AccessState(mode=AuthenticationMode.API, entries=tuple(made)), RbacObjects())


def admins(*arns: str, all_mapped: bool = True) -> AccessState:
    """A running cluster that these principals enter as cluster admins."""
    whole = [f"arn:aws:iam::{CLUSTER['account']}:{arn}" for arn in arns]
    scope = PolicyScope(policy="AmazonEKSClusterAdminPolicy", arn="")
    made = tuple(
        AccessEntry(key=arn, principal_arn=arn, type=EntryType.STANDARD, username="x", groups=(), policies=(scope,))
        for arn in whole
    )
    ways = tuple(Way(person=arn, principal_arn=arn, session="", via="direct", own_arn=arn) for arn in whole)
    state = AccessState(
        mode=AuthenticationMode.API, entries=made, ways=ways, all_mapped=all_mapped, all_bound=True, version="1.33"
    )
    return finished(state, RbacObjects())


OPS_LINE = "- {rolearn: 'arn:aws:iam::111122223333:role/ops', username: ops}"
NODE_LINE = """- rolearn: arn:aws:iam::111122223333:role/nodes
  username: system:node:{{EC2PrivateDNSName}}
  groups: [system:bootstrappers, system:nodes]
"""
ADMIN_LINE = """- rolearn: arn:aws:iam::111122223333:role/nodes
  username: admin
  groups: [system:masters]
"""


def team_of(number: int, teams: int = 1) -> AccessPlan:
    """A team of so many IAM users with long names, or several teams of as many."""
    people: dict[str, Any] = {f"{'long-name-' * 5}{index}": {"iamUser": {}} for index in range(number * teams)}
    names = sorted(people)
    made = {f"t{t}": {"members": names[t * number : (t + 1) * number], "assumeRole": {}} for t in range(teams)}
    whole = small(teams=made)
    grants = [{"team": team, "role": "view", "clusterWide": True} for team in made]
    return plan_of({**whole, "people": {**whole["people"], **people}, "grants": grants})


def in_teams(number: int) -> AccessPlan:
    """One IAM user who enters through the roles of so many teams."""
    teams = {f"team-{index:02}": {"members": ["aiko"], "assumeRole": {}} for index in range(number)}
    grants = [{"team": team, "role": "view", "clusterWide": True} for team in teams]
    return plan_of(small(teams=teams, grants=grants))


def named(name: str) -> AccessPlan:
    """The stack `dev` with another name for the first IAM user."""
    return replace(PLAN, users=(replace(PLAN.users[0], name=name), *PLAN.users[1:]))


def clusters(number: int) -> list[StackPlan]:
    """Stacks of clusters that one user enters through teams' roles, and the stack that makes the user."""
    teams = {"ops": {"members": ["aiko"], "assumeRole": {}}}
    grants = [{"team": "ops", "role": "view", "clusterWide": True}]
    declared = {"people": {"account": {"id": CLUSTER["account"]}, "people": small()["people"]}}
    declared |= {
        f"c{index}": small(cluster={"name": f"cluster-{index}"}, teams=teams, grants=grants) for index in range(number)
    }
    return [StackPlan(name=name, file=f"{name}.yaml", plan=plan_of(raw)) for name, raw in declared.items()]


def many_users(number: int) -> AccessPlan:
    """So many IAM users."""
    user = PLAN.users[0]
    users = (replace(user, name=f"u{index}", arn=f"{user.arn}{index}") for index in range(number))
    return replace(plan_of({"account": {"id": CLUSTER["account"]}}), users=tuple(users))


def with_policies(number: int) -> AccessPlan:
    """A node role with so many managed policies."""
    assert PLAN.cluster
    role = plan_node_role(PLAN.node_roles[0].kind, PLAN.account, PLAN.region, PLAN.cluster.name)
    policies = {f"P{index}": PLAN.account.managed_policy(f"P{index}") for index in range(number)}
    return replace(PLAN, node_roles=(replace(role, policies=policies), *PLAN.node_roles[1:]))


ROOT_OF_ACCOUNT = {"AWS": "arn:aws:iam::111122223333:root"}
BY_HAND: dict[str, Case] = {
    "EA105": (
        lambda: trusting(ROOT_OF_ACCOUNT),
        lambda: PLAN,
        lambda: trusting(ROOT_OF_ACCOUNT, {"StringEquals": {"sts:ExternalId": "x"}}),
    ),
    "EA108": (
        lambda: entered_through({"AWS": "*"}),
        lambda: entered_through({"AWS": f"arn:aws:iam::{CLUSTER['account']}:user/aiko"}),
        lambda: entered_through({"AWS": "*"}, {"StringEquals": {"aws:PrincipalOrgID": "o-example"}}),
    ),
    "EA109": (
        lambda: admins("role/ops"),
        lambda: admins("role/ops", "user/sato"),
        lambda: admins("role/ops", all_mapped=False),
    ),
    "EA201": (
        lambda: remapped(lambda p: None if p.key == "node-managed" else p),
        lambda: PLAN,
        lambda: node_state(NODE_LINE),
    ),
    "EA203": (
        lambda: node_state(NODE_LINE + ADMIN_LINE),
        lambda: node_state(NODE_LINE),
        lambda: node_state(NODE_LINE, entry=EntryType.EC2_LINUX),
    ),
    "EA204": (
        lambda: node_state(NODE_LINE, arn="role/eks/nodes"),
        lambda: node_state(NODE_LINE),
        lambda: node_state(entry=EntryType.EC2_LINUX),
    ),
    "EA303": (lambda: entries(3001), lambda: entries(3000), lambda: entries(1)),
    "EA320": (
        lambda: only("person-taro", in_aws_auth=False),
        lambda: PLAN,
        lambda: remapped(lambda p: replace(p, in_aws_auth=False) if p.entry_type is not EntryType.STANDARD else p),
    ),
    "EA407": (lambda: clusters(9), lambda: clusters(2), lambda: clusters(1)),
    "EA701": (lambda: team_of(40), lambda: team_of(10, 4), lambda: team_of(10)),
    "EA702": (lambda: named("x" * 65), lambda: named("x" * 64), lambda: named("a+=,.@_-")),
    "EA704": (lambda: in_teams(30), lambda: in_teams(3), lambda: with_policies(10)),
    "EA705": (lambda: many_users(5001), lambda: many_users(5000), lambda: many_users(1)),
}
