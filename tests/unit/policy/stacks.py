"""What a plan or a cluster would be as the resources of a stack, in the shape in which the pack reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from eks_access import AccessPlan, AccessState
from eks_access.authz.model import Role, RoleBinding
from eks_access.checks.view import ClusterView
from eks_access.plan.model import EntryType, RbacRule
from eks_access.review.engine_reading import Resource

from ..review import renderings

RBAC = "kubernetes:rbac.authorization.k8s.io/v1"
Raw = dict[str, Any]


def resources_of(subject: AccessPlan | AccessState) -> list[Resource]:
    """Render all of it, without the stack's own outputs, by which only our program names people."""
    if isinstance(subject, AccessPlan):
        raw = [each for each in renderings.resources(subject) if each["type"] != "pulumi:pulumi:Stack"]
        return [made(each["type"], each["urn"].rpartition("::")[2], each["outputs"] | each["inputs"]) for each in raw]
    return [made(type_, name, values) for type_, name, values in _of_state(subject)]


def made(type_: str, name: str, values: Raw) -> Resource:
    """One resource, of which an update knows everything."""
    return Resource(urn=renderings.urn(type_, name), type=type_, values=values, inputs=values)


def _of_state(state: AccessState) -> Iterator[tuple[str, str, Raw]]:
    view, name = ClusterView(state), state.name or "main"
    config = {"authenticationMode": str(state.mode), "bootstrapClusterCreatorAdminPermissions": False}
    described = {"name": name, "arn": state.arn, "version": state.version, "accessConfig": config}
    yield "aws:eks/cluster:Cluster", name, described
    if state.aws_auth is not None:
        metadata = {"name": "aws-auth", "namespace": "kube-system"}
        yield "kubernetes:core/v1:ConfigMap", "aws-auth", {"metadata": metadata, "data": dict(state.aws_auth)}
    for role, policy in state.trust_policies.items():
        yield "aws:iam/role:Role", role, {"name": role, "assumeRolePolicy": policy}
    for group, arn in state.node_roles.items():
        path, _, role = arn.partition(":role")[2].rpartition("/")
        yield "aws:iam/role:Role", role, {"name": role, "path": f"{path}/", "arn": arn}
        yield "aws:eks/nodeGroup:NodeGroup", group, {"clusterName": name, "nodeGroupName": group, "nodeRoleArn": arn}
    yield from _entries(state, name)
    for each in view.roles:
        yield f"{RBAC}:{'Role' if each.namespace else 'ClusterRole'}", f"{each.namespace}-{each.name}", _role(each)
    for binding in view.bindings:
        kind = "RoleBinding" if binding.namespace else "ClusterRoleBinding"
        yield f"{RBAC}:{kind}", f"{binding.namespace}-{binding.name}", _binding(binding)
    for namespace in state.namespaces:
        yield "kubernetes:core/v1:Namespace", namespace, {"metadata": {"name": namespace}}


def _entries(state: AccessState, cluster: str) -> Iterator[tuple[str, str, Raw]]:
    for entry in state.entries:
        raw: Raw = {"clusterName": cluster, "principalArn": entry.principal_arn, "type": str(entry.type)}
        if entry.username or entry.type is EntryType.STANDARD:
            raw["userName"] = entry.username
        yield "aws:eks/accessEntry:AccessEntry", entry.principal_arn, raw | {"kubernetesGroups": list(entry.groups)}
        for index, scope in enumerate(entry.policies):
            policy = scope.arn or f"arn:aws:eks::aws:cluster-access-policy/{scope.policy}"
            kind = {"type": "namespace"} if scope.namespaces else {"type": "cluster"}
            associated = {
                "clusterName": cluster,
                "principalArn": entry.principal_arn,
                "policyArn": policy,
                "accessScope": {**kind, "namespaces": list(scope.namespaces)},
            }
            type_ = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
            yield type_, f"{entry.principal_arn}-{index}", associated


def _role(role: Role) -> Raw:
    return {"metadata": _metadata(role.name, role.namespace), "rules": [_rule(rule) for rule in role.rules]}


def _rule(rule: RbacRule) -> Raw:
    return {
        "verbs": list(rule.verbs),
        "apiGroups": list(rule.api_groups),
        "resources": list(rule.resources),
        "resourceNames": list(rule.resource_names),
        "nonResourceURLs": list(rule.non_resource_urls),
    }


def _binding(binding: RoleBinding) -> Raw:
    subjects = [
        {"kind": each.kind, "name": each.name, **({"namespace": each.namespace} if each.namespace else {})}
        for each in binding.subjects
    ]
    reference = {"kind": binding.role_kind, "name": binding.role_name}
    return {"metadata": _metadata(binding.name, binding.namespace), "roleRef": reference, "subjects": subjects}


def _metadata(name: str, namespace: str | None) -> Raw:
    return {"name": name, **({"namespace": namespace} if namespace else {})}
