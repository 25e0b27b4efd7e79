"""RBAC objects that the API server would refuse: a manifest of one grants nothing, since it never gets in.

Sources: k8s.io/kubernetes pkg/apis/rbac/validation/validation.go, k8s.io/apimachinery
pkg/api/validation/objectmeta.go.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..plan.model import RbacRule
from .manifests import RBAC_API
from .model import BindingSubject, Role, RoleBinding, Selector
from .names import is_label, is_label_key, is_label_value, is_path_segment, is_subdomain


def role_fault(role: Role) -> str:
    """Say why a Role or ClusterRole is refused; empty where it is not."""
    if fault := _metadata_fault(role):
        return fault
    for index, rule in enumerate(role.rules):
        if fault := rule_fault(rule, in_namespace=role.namespace is not None):
            return f"rules[{index}].{fault}"
    return _aggregation_fault(role.aggregation) if role.aggregation is not None else ""


def _metadata_fault(of: Role | RoleBinding) -> str:
    if of.unread:
        return of.unread
    if not of.name:
        return "metadata.name: an object has a name"
    if not is_path_segment(of.name):
        return "metadata.name: a name is neither '.' nor '..' and has no '/' and no '%'"
    if of.namespace is not None and not is_label(of.namespace):
        return "metadata.namespace: a namespace's name is up to 63 lower-case letters, digits and '-'"
    return ""


def _aggregation_fault(selectors: Sequence[Selector]) -> str:
    if not selectors:
        return "aggregationRule.clusterRoleSelectors: an aggregationRule has at least one"
    for expression in (each for selector in selectors for each in selector.expressions):
        wants = {"In": True, "NotIn": True, "Exists": False, "DoesNotExist": False}.get(expression.operator)
        if wants is None or wants != bool(expression.values):
            return (
                f"aggregationRule: {expression.operator or 'nothing'} is no operator, or has values where it must not"
            )
        if not is_label_key(expression.key) or not all(map(is_label_value, expression.values)):
            return f"aggregationRule: {expression.key} and its values are no key and values of a label"
    return ""


def rule_fault(rule: RbacRule, *, in_namespace: bool = False) -> str:
    """Say why a rule is refused; empty where it is not."""
    if not rule.verbs:
        return "verbs: verbs must contain at least one value"
    if rule.non_resource_urls:
        if in_namespace:
            return "nonResourceURLs: namespaced rules cannot apply to non-resource URLs"
        if rule.api_groups or rule.resources or rule.resource_names:
            return "nonResourceURLs: rules cannot apply to both regular resources and non-resource URLs"
        return ""
    if not rule.api_groups:
        return "apiGroups: resource rules must supply at least one api group"
    return "" if rule.resources else "resources: resource rules must supply at least one resource"


def binding_fault(binding: RoleBinding) -> str:
    """Say why a RoleBinding or ClusterRoleBinding is refused; empty where it is not."""
    if fault := _metadata_fault(binding):
        return fault
    kinds = ("ClusterRole",) if binding.namespace is None else ("Role", "ClusterRole")
    if binding.role_kind not in kinds:
        return f"roleRef.kind: {binding.role_kind or 'nothing'} is none of {', '.join(kinds)}"
    if not is_path_segment(binding.role_name):
        return "roleRef.name: a role's name is neither '.' nor '..' and has no '/' and no '%'"
    if binding.foreign_group:
        return f"roleRef.apiGroup: {binding.foreign_group} is not {RBAC_API}"
    for index, subject in enumerate(binding.subjects):
        if fault := _subject_fault(subject, in_namespace=binding.namespace is not None):
            return f"subjects[{index}].{fault}"
    return ""


def _subject_fault(subject: BindingSubject, *, in_namespace: bool) -> str:
    if not subject.name:
        return "name: a subject has a name"
    if subject.kind == "ServiceAccount":
        if not is_subdomain(subject.name):
            return "name: a ServiceAccount's name is lower-case letters, digits, '-' and '.'"
        if not (in_namespace or subject.namespace):
            return "namespace: a ClusterRoleBinding names a ServiceAccount's namespace"
    elif subject.kind not in ("User", "Group"):
        return f"kind: {subject.kind or 'nothing'} is none of User, Group, ServiceAccount"
    if subject.foreign_group:
        return f"apiGroup: {subject.foreign_group} is not the one of a {subject.kind}"
    return ""
