"""A cluster as its declaration makes it, and edits of it by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import yaml
from eks_access import AccessPlan, compile_plan
from eks_access.audit.auditing import Subject, audit
from eks_access.audit.iam import enter_policy
from eks_access.audit.model import AuditFinding, IamFacts, IamPrincipal, Kind
from eks_access.authn.access_entries import AccessEntry
from eks_access.authz.model import BindingSubject, RoleBinding
from eks_access.declaration.models import Declaration
from eks_access.iam.arns import identity
from eks_access.plan.model import EntryType
from eks_access.review.declared import state_of_plan
from eks_access.review.state import AccessState
from hypothesis import settings

from ..declarations import ACCOUNT

few = settings(max_examples=max(10, (settings.default or settings()).max_examples // 5))
"""For what costs several audits an example."""

TODAY = dt.date(2026, 6, 1)
CREATED = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)
MADE = CREATED + dt.timedelta(seconds=5)
STRANGER = f"arn:aws:iam::{ACCOUNT}:role/stranger"


def clean(declaration: Declaration) -> Subject:
    """Return what an audit sees right after the update."""
    plan = compile_plan(declaration, today=TODAY)
    state = state_of_plan(plan)
    return Subject(
        declaration=declaration,
        state=state,
        today=TODAY,
        iam=iam_of(plan),
        created={entry.principal_arn: MADE for entry in state.entries},
    )


def iam_of(plan: AccessPlan) -> IamFacts:
    """Return IAM as the update leaves it."""
    assert plan.cluster is not None
    enters = {policy.user for policy in plan.user_policies}
    found = [
        IamPrincipal(
            arn=user.arn,
            created=CREATED,
            policies=("eks-access-self-service", *((enter_policy(plan.cluster.name),) if user.name in enters else ())),
            mfa_devices=1,
        )
        for user in plan.users
    ]
    found += [
        IamPrincipal(arn=role.arn, created=CREATED, trust=role.trust, max_session_seconds=role.max_session_seconds)
        for role in plan.entry_roles
    ]
    found += [IamPrincipal(arn=role.arn, created=CREATED, trust=role.trust) for role in plan.node_roles]
    known = {each.arn for each in found}
    others = {entrance.own_arn for entrance in plan.entrances} | {plan.cluster.creator_arn}
    others |= {arn for role in plan.entry_roles for arn in role.trusted}
    found += [IamPrincipal(arn=arn, created=CREATED) for arn in sorted(others - known)]
    return IamFacts(account=ACCOUNT, principals={identity(each.arn): each for each in found})


def items(state: AccessState, section: str) -> list[dict[str, Any]]:
    """Read a section as plain data."""
    return yaml.safe_load((state.aws_auth or {}).get(section, "")) or []


def with_items(subject: Subject, section: str, found: list[dict[str, Any]]) -> Subject:
    """Write a section anew."""
    return with_text(subject, section, yaml.safe_dump(found, sort_keys=False))


def with_text(subject: Subject, section: str, text: str) -> Subject:
    """Write a section as a text."""
    data = {**(subject.state.aws_auth or {}), section: text}
    return replace(subject, state=replace(subject.state, aws_auth=data))


def with_entries(subject: Subject, entries: tuple[AccessEntry, ...]) -> Subject:
    """Put other entries into the cluster."""
    return replace(subject, state=replace(subject.state, entries=entries))


def with_binding(subject: Subject, name: str, role: str, *subjects: tuple[str, str], namespace: str = "") -> Subject:
    """Bind somebody, over a binding of the same name."""
    made = RoleBinding(
        name=name,
        namespace=namespace or None,
        role_kind="ClusterRole",
        role_name=role,
        subjects=tuple(BindingSubject(kind=kind, name=each) for kind, each in subjects),
    )
    rbac = subject.state.rbac
    kept = tuple(each for each in rbac.bindings if (each.namespace, each.name) != (made.namespace, made.name))
    return replace(subject, state=replace(subject.state, rbac=replace(rbac, bindings=(*kept, made))))


def entry(arn: str = STRANGER, **more: Any) -> AccessEntry:
    """Make an entry."""
    told: dict[str, Any] = {"type": EntryType.STANDARD, "username": None, "groups": (), "policies": (), **more}
    return AccessEntry(key=arn, principal_arn=arn, **told)


def with_iam(subject: Subject, *principals: IamPrincipal, without: tuple[str, ...] = ()) -> Subject:
    """Put principals into IAM, and take some out."""
    assert subject.iam is not None
    found: Mapping[str, IamPrincipal] = {
        **subject.iam.principals,
        **{identity(each.arn): each for each in principals},
    }
    gone = {identity(arn) for arn in without}
    return replace(
        subject, iam=replace(subject.iam, principals={key: each for key, each in found.items() if key not in gone})
    )


def faults(subject: Subject) -> list[AuditFinding]:
    """What counts."""
    return [each for each in audit(subject) if each.counts]


def told(subject: Subject, kind: Kind) -> list[str]:
    """Names of what is found of one kind."""
    return [each.name for each in faults(subject) if each.kind is kind]


def both(raw: dict[str, Any]) -> Subject:
    """A declaration in the mode that has everything."""
    cluster = {**raw["cluster"], "authenticationMode": "API_AND_CONFIG_MAP"}
    return clean(Declaration.model_validate({**raw, "cluster": cluster}))


def small(**more: Any) -> Subject:
    """A declaration with one of each."""
    return clean(Declaration.model_validate(raw_small() | more))


def raw_small() -> dict[str, Any]:
    return {
        "people": {
            "aiko": {"iamUser": {"path": "/dev/"}},
            "botan": {"iamUser": {}},
            "deployer": {"iamRole": f"arn:aws:iam::{ACCOUNT}:role/ci/deployer"},
        },
        "teams": {"ants": {"members": ["aiko"], "assumeRole": {"mfa": True}}},
        "cluster": {
            "name": "demo",
            "account": ACCOUNT,
            "region": "eu-west-1",
            "version": "1.33",
            "authenticationMode": "API_AND_CONFIG_MAP",
            "creator": "deployer",
        },
        "nodeGroups": {"general": {"kind": "managed", "instanceTypes": ["m7g.large"]}},
        "admins": {"people": ["botan"], "breakGlass": {"trustedBy": ["botan"]}},
        "namespaces": {"east": {}},
        "roles": {"releaser": {"rules": [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"]}]}},
        "externalGroups": ["vendor:support"],
        "keep": {
            "mapRoles": [
                {
                    "rolearn": "arn:aws:iam::444455556666:role/vendor",
                    "username": "vendor:{{SessionName}}",
                    "groups": ["vendor:support"],
                }
            ]
        },
        "grants": [
            {"team": "ants", "role": "releaser", "namespaces": ["east"]},
            {"person": "aiko", "role": "view", "namespaces": ["east"]},
        ],
    }
