"""TeamRbac: Namespaces with their quotas, Roles, ClusterRoles and bindings."""

from typing import Any, TypedDict

import pulumi
import pulumi_kubernetes as k8s

from .authz.manifests import binding_manifest, namespace_manifest, quota_manifests, role_manifest
from .component import plan_part
from .plan.model import Binding, Rbac, RbacRole


class TeamRbacArgs(TypedDict):
    """Arguments of TeamRbac."""

    access: dict[str, Any]
    """The declaration, in the shape of stacks/access/*.yaml; its part about the inside of the cluster is used."""


class TeamRbac(pulumi.ComponentResource):
    """What the grants of a declaration need inside the cluster."""

    groups: pulumi.Output[list[str]]
    """Kubernetes groups that have a binding here."""

    def __init__(self, name: str, args: TeamRbacArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        plan = plan_part(args.get("access"))
        super().__init__("eks-access:index:TeamRbac", name, {}, opts)
        register_rbac(name, plan.rbac, self)
        bound = sorted({b.subject.name for b in plan.rbac.bindings if b.subject.kind == "Group"})
        self.groups = pulumi.Output.from_input(bound)
        self.register_outputs({"groups": self.groups})


def register_rbac(name: str, rbac: Rbac, parent: pulumi.ComponentResource) -> None:
    """Register Namespaces, then roles in them, then the bindings that name the roles.

    Names are plain, so the order is stated: a binding that appears before its role cannot be created by
    anybody who does not hold the role's rights.
    """
    namespaces = {n.name: _namespace(f"{name}-{n.name}", namespace_manifest(n), parent) for n in rbac.namespaces}
    for namespace in rbac.namespaces:
        for manifest in quota_manifests(namespace):
            _quota(f"{name}-{namespace.name}", manifest, _child(parent, [namespaces[namespace.name]]))
    roles: dict[tuple[str | None, str], pulumi.Resource] = {}
    for role in rbac.roles:
        needs = [namespaces[role.namespace]] if role.namespace in namespaces else []
        roles[role.namespace, role.name] = _role(f"{name}-{_key(role)}", role, _child(parent, needs))
    for binding in rbac.bindings:
        needs = [namespaces[binding.namespace]] if binding.namespace in namespaces else []
        named = roles.get((binding.namespace if binding.role_kind == "Role" else None, binding.role_name))
        _binding(f"{name}-{_key(binding)}", binding, _child(parent, [*needs, *([named] if named else [])]))


def _key(planned: RbacRole | Binding) -> str:
    return f"{planned.namespace}/{planned.name}" if planned.namespace else planned.name


def _child(parent: pulumi.Resource, needs: list[pulumi.Resource]) -> pulumi.ResourceOptions:
    return pulumi.ResourceOptions(parent=parent, depends_on=needs)


def _namespace(name: str, manifest: dict[str, Any], parent: pulumi.Resource) -> pulumi.Resource:
    return k8s.core.v1.Namespace(name, metadata=manifest["metadata"], opts=pulumi.ResourceOptions(parent=parent))


def _quota(name: str, manifest: dict[str, Any], opts: pulumi.ResourceOptions) -> None:
    if manifest["kind"] == "ResourceQuota":
        k8s.core.v1.ResourceQuota(f"{name}-quota", metadata=manifest["metadata"], spec=manifest["spec"], opts=opts)
    else:
        k8s.core.v1.LimitRange(f"{name}-limits", metadata=manifest["metadata"], spec=manifest["spec"], opts=opts)


def _role(name: str, role: RbacRole, opts: pulumi.ResourceOptions) -> pulumi.Resource:
    manifest = role_manifest(role)
    kind = k8s.rbac.v1.Role if role.namespace else k8s.rbac.v1.ClusterRole
    return kind(name, metadata=manifest["metadata"], rules=manifest["rules"], opts=opts)


def _binding(name: str, binding: Binding, opts: pulumi.ResourceOptions) -> pulumi.Resource:
    manifest = binding_manifest(binding)
    kind = k8s.rbac.v1.RoleBinding if binding.namespace else k8s.rbac.v1.ClusterRoleBinding
    return kind(
        name,
        metadata=manifest["metadata"],
        role_ref=manifest["roleRef"],
        subjects=manifest["subjects"],
        opts=opts,
    )
