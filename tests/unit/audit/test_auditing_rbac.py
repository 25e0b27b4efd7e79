"""Bindings and roles that were made or changed by hand, and whom they let do what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from eks_access.audit.auditing import Subject
from eks_access.audit.model import Kind, Severity
from eks_access.authz.model import BindingSubject, Role, RoleBinding
from eks_access.plan.model import RbacRule
from hypothesis import assume, given
from hypothesis import strategies as st

from ..declarations import ACCOUNT, raw_declarations
from .edits import both, faults, few, small, with_binding


@few
@given(raw_declarations(), st.data())
def test_binding_a_mapped_group_or_a_person_is_told_and_declared_bindings_are_not(
    raw: dict[str, Any], data: st.DataObject
) -> None:
    subject = both(raw)
    groups = sorted({g for each in subject.state.entries for g in each.groups})
    assume(groups)
    group = data.draw(st.sampled_from(groups))
    edited = with_binding(subject, "by-hand", "edit", ("Group", group), namespace="east")
    (found,) = faults(edited)
    assert (found.kind, found.name) == (Kind.UNDECLARED_BINDING, "RoleBinding/east/by-hand")
    assert group in found.what
    assert found.lines == "kubectl delete -n east rolebinding by-hand"
    unrelated = with_binding(subject, "by-hand", "edit", ("Group", "nobody-is-in-it"), ("User", "nobody"))
    assert faults(unrelated) == []


@pytest.mark.parametrize(
    ("name", "role", "kind", "who", "critical"),
    [
        ("cluster-admin", "cluster-admin", "Group", "system:authenticated", True),
        ("open", "view", "Group", "system:unauthenticated", True),
        ("open", "view", "User", "system:anonymous", True),
        ("eks:looks-like-eks", "cluster-admin", "Group", "system:nodes", True),
        ("person", "view", "User", "aiko", False),
        ("session", "view", "User", "team:ants:aiko", False),
        ("default-name", "view", "User", f"arn:aws:sts::{ACCOUNT}:assumed-role/demo-team-ants/aiko", False),
    ],
)
def test_what_is_bound_past_the_declaration(name: str, role: str, kind: str, who: str, critical: bool) -> None:
    (found,) = faults(with_binding(small(), name, role, (kind, who)))
    assert (found.kind, found.severity is Severity.CRITICAL) == (Kind.UNDECLARED_BINDING, critical)
    assert who in found.what


@pytest.mark.parametrize(
    ("name", "role", "who"),
    [
        ("eks:node-bootstrapper", "eks:node-bootstrapper", "system:nodes"),
        ("eks:kube-proxy-windows", "system:node-proxier", "eks:kube-proxy-windows"),
        ("cluster-admin", "cluster-admin", "system:masters"),
        ("support", "view", "vendor:support"),
    ],
)
def test_what_eks_binds_and_what_is_left_to_others_is_no_finding(name: str, role: str, who: str) -> None:
    assert faults(with_binding(small(), name, role, ("Group", who))) == []


def edit_rbac(subject: Subject, *, roles: Callable[[Role], Role | None], bindings: Any = lambda each: each) -> Subject:
    rbac = subject.state.rbac
    edited = replace(
        rbac,
        roles=tuple(new for each in rbac.roles if (new := roles(each)) is not None),
        bindings=tuple(new for each in rbac.bindings if (new := bindings(each)) is not None),
    )
    return replace(subject, state=replace(subject.state, rbac=edited))


OURS = "eks-access:releaser"


def test_a_role_of_ours_that_allows_more_or_is_gone_is_told() -> None:
    more = RbacRule(verbs=("get",), api_groups=("",), resources=("secrets",))
    widened = edit_rbac(small(), roles=lambda r: replace(r, rules=(*r.rules, more)) if r.name == OURS else r)
    (found,) = faults(widened)
    assert (found.kind, found.name) == (Kind.CHANGED_ROLE, f"Role/east/{OURS}")
    assert "secrets" in found.what
    gone = edit_rbac(small(), roles=lambda r: None if r.name == OURS else r)
    assert [each.kind for each in faults(gone)] == [Kind.MISSING_ROLE]
    left = edit_rbac(small(), roles=lambda r: r)
    left_over = replace(left.state.rbac, roles=(*left.state.rbac.roles, Role(name="eks-access:old", namespace="east")))
    (low,) = faults(replace(left, state=replace(left.state, rbac=left_over)))
    assert (low.kind, low.severity) == (Kind.UNDECLARED_ROLE, Severity.LOW)


def test_a_binding_of_ours_that_names_more_is_told_and_would_be_written_over() -> None:
    def edited(binding: RoleBinding) -> RoleBinding:
        more = BindingSubject(kind="User", name="mallory")
        return replace(binding, subjects=(*binding.subjects, more)) if binding.name.endswith("admins") else binding

    (found,) = faults(edit_rbac(small(), roles=lambda r: r, bindings=edited))
    assert (found.kind, found.severity, found.overwritten) == (Kind.CHANGED_BINDING, Severity.CRITICAL, True)
    assert "mallory" in found.what
