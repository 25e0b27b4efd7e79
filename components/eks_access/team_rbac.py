"""TeamRbac: Namespaces with their quotas, Roles, ClusterRoles and bindings."""

from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_kubernetes as k8s

from .authz.manifests import binding_manifest, namespace_manifest, quota_manifests, role_manifest
from .component import plan_part, refusing
from .declaration import part_from_dict
from .plan import compile_part
from .plan.carried import carry, refuse_unasked
from .plan.model import Binding, Rbac, RbacRole

Carried = pulumi.Output[None] | None
"""Done once it is known that somebody carries every group that is bound; None where that needs no asking."""


class TeamRbacArgs(TypedDict):
    """Arguments of TeamRbac."""

    access: dict[str, Any]
    """The declaration, in the shape of stacks/access/*.yaml; its part about the inside of the cluster is used.

    In a team's own program: only that part, so `namespaces`, `roles`, `externalRoles` and `grants`, no `cluster`."""
    existing_namespaces: NotRequired[list[str]]
    """Of a part: namespaces that another program makes and grants here may name."""
    mapped_groups: NotRequired[pulumi.Input[list[str]]]
    """Groups that the cluster's mappings carry: the output `groups` of the platform's program.

    A part needs it where it grants something to teams or people: a group that nobody carries is refused."""


class TeamRbac(pulumi.ComponentResource):
    """What the grants of a declaration need inside the cluster: Namespaces, Roles, ClusterRoles and bindings.

    It takes the Kubernetes provider that it is given (`providers=[…]`) and needs nothing of AWS. Its objects are named
    after roles and groups, so two programs of one cluster use different names for roles in one namespace.

    Raises:
        pulumi.RunError: the declaration, or a group that is bound and not mapped, is refused.
    """

    groups: pulumi.Output[list[str]]
    """Kubernetes groups that have a binding here, as the API server compares them, e.g. ``team:payments``."""

    def __init__(self, name: str, args: TeamRbacArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        rbac = _rbac(args)
        mapped = args.get("mapped_groups")
        super().__init__("eks-access:index:TeamRbac", name, {}, opts)
        carried = None
        if mapped is not None and rbac.groups:
            carried = pulumi.Output.from_input(mapped).apply(lambda groups: refusing(lambda: carry(rbac, groups)))
        register_rbac(name, rbac, self, carried)
        self.groups = pulumi.Output.from_input(list(rbac.groups))
        self.register_outputs({"groups": self.groups})


def _rbac(args: TeamRbacArgs) -> Rbac:
    """Compile the whole declaration's inside, or a part of it; refuse what is plainly wrong before registering."""
    access, mapped = args.get("access"), args.get("mapped_groups")
    if access is not None and "cluster" in access:
        rbac = plan_part(access).rbac
    else:
        rbac = refusing(lambda: compile_part(part_from_dict(access, args.get("existing_namespaces") or ())))
        refusing(lambda: refuse_unasked(rbac, mapped is not None))
    if isinstance(mapped, list):
        refusing(lambda: carry(rbac, mapped))
    return rbac


def register_rbac(name: str, rbac: Rbac, parent: pulumi.ComponentResource, carried: Carried = None) -> None:
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
        _binding(f"{name}-{_key(binding)}", binding, _child(parent, [*needs, *([named] if named else [])]), carried)


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


def _binding(name: str, binding: Binding, opts: pulumi.ResourceOptions, carried: Carried) -> pulumi.Resource:
    manifest = binding_manifest(binding)
    kind = k8s.rbac.v1.RoleBinding if binding.namespace else k8s.rbac.v1.ClusterRoleBinding
    return kind(
        name,
        metadata=manifest["metadata"],
        role_ref=manifest["roleRef"],
        subjects=manifest["subjects"] if carried is None else carried.apply(lambda _: manifest["subjects"]),
        opts=opts,
    )
