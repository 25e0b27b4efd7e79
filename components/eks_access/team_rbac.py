"""TeamRbac: Namespaces with their quotas, Roles, ClusterRoles and bindings."""

from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_kubernetes as k8s

from .authz.manifests import Manifest, manifests
from .component import plan_part, refusing
from .declaration import part_from_dict
from .plan import compile_part
from .plan.carried import carry, refuse_unasked
from .plan.model import Rbac
from .traces import short_traces

_CLASSES: dict[str, Any] = {
    "Namespace": k8s.core.v1.Namespace,
    "ResourceQuota": k8s.core.v1.ResourceQuota,
    "LimitRange": k8s.core.v1.LimitRange,
    "Role": k8s.rbac.v1.Role,
    "ClusterRole": k8s.rbac.v1.ClusterRole,
    "RoleBinding": k8s.rbac.v1.RoleBinding,
    "ClusterRoleBinding": k8s.rbac.v1.ClusterRoleBinding,
}
_SAID = {"apiVersion", "kind"}
"""Fields that the class says."""
_ONE_PER_NAMESPACE = {"ResourceQuota": "quota", "LimitRange": "limits"}
"""Kind → the end of the resource's name, after its namespace's."""
_Key = tuple[str, str | None, str]
"""Kind, namespace and name."""
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
    """Register the manifests in the order in which they can be applied.

    Names are plain, so the order is stated: a binding that appears before its role cannot be created by
    anybody who does not hold the role's rights.
    """
    made: dict[_Key, pulumi.Resource] = {}
    with short_traces():
        for manifest in manifests(rbac):
            needs = [made[key] for key in _needed(manifest) if key in made]
            made[_key(manifest)] = _CLASSES[manifest["kind"]](
                f"{name}-{_name(manifest)}",
                opts=pulumi.ResourceOptions(parent=parent, depends_on=needs),
                **_inputs(manifest, carried),
            )


def _key(manifest: Manifest) -> _Key:
    metadata = manifest["metadata"]
    return manifest["kind"], metadata.get("namespace"), metadata["name"]


def _needed(manifest: Manifest) -> list[_Key]:
    """Return what has to be there first, as far as it is registered here: the namespace, and a binding's role."""
    namespace = manifest["metadata"].get("namespace")
    role = manifest.get("roleRef")
    needed: list[_Key] = [("Namespace", None, namespace)] if namespace else []
    return [*needed, (role["kind"], namespace if role["kind"] == "Role" else None, role["name"])] if role else needed


def _name(manifest: Manifest) -> str:
    kind, namespace, name = _key(manifest)
    if kind in _ONE_PER_NAMESPACE:
        return f"{namespace}-{_ONE_PER_NAMESPACE[kind]}"
    return f"{namespace}/{name}" if namespace else name


def _inputs(manifest: Manifest, carried: Carried) -> dict[str, Any]:
    """Return a manifest as arguments of its class; subjects wait until it is known that somebody carries them."""
    given = {"role_ref" if key == "roleRef" else key: value for key, value in manifest.items() if key not in _SAID}
    if carried is not None and "subjects" in given:
        given["subjects"] = carried.apply(lambda _: manifest["subjects"])
    return given
