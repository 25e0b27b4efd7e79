"""Resources that decide who may do what and can't be read: what they make is told, never passed over.

Sources: https://www.pulumi.com/docs/iac/concepts/providers/any-terraform-provider/ (types such as
``aws:index/eksCluster:EksCluster``), github.com/pulumi/pulumi-terraform-module (``PACKAGE:tf:aws_eks_cluster``),
github.com/pulumi/pulumi-cdk (custom resources of the CDK), github.com/pulumi/pulumi-kubernetes pull request 2493 (Lists
are refused) and issue 758 (charts that a preview can't render),
https://docs.aws.amazon.com/eks/latest/userguide/authenticate-oidc-identity-provider.html and capability-role.html.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from .engine_clusters import ASSOCIATION, CLUSTERS, ENTRIES, Belonging
from .engine_gathered import Gathered
from .engine_reading import Resource
from .gaps import listed

_RELEASE = "kubernetes:helm.sh/v3:Release"
_RENDERED = re.compile(r"kubernetes:(helm\.sh|yaml|kustomize)(/v\d+)?:(Chart|ConfigFile|ConfigGroup|Directory)")
"""Components whose objects are resources of their own."""
_LISTS = re.compile(r"kubernetes:(rbac\.authorization\.k8s\.io/v\w+:\w+|(core/)?v1:(ConfigMap)?)List")
_SIGN_IN = ("aws:eks/identityProviderConfig:IdentityProviderConfig", "aws-native:eks:IdentityProviderConfig")
_CAPABILITIES = ("aws:eks/capability:Capability", "aws-native:eks:Capability")
_READ = {*CLUSTERS, *ENTRIES, ASSOCIATION}
_NO_LETTER = re.compile(r"[^a-z0-9]")
_DECIDING = re.compile(
    r"eksaccess(entry|policyassociation)|ekscluster(cluster)?$|kubernetes(index)?(cluster)?role|(^|tf)helm(index)?release"
)
"""Types, in small letters and without signs, of what decides about access in other providers."""
_CARRYING = re.compile(
    r"^awscloudcontrolresource|^awsnativeindexextensionresource|cloudformation(stack|customresource)"
    r"|^command(local|remote)command|kube(rnetes|ctl)(index)?(manifest|configmap)"
)
"""The same of what may make anything."""
_SIGNS = re.compile(
    r"(?i:\bAWS(::|CDK-)EKS(::|-)(AccessEntry|Cluster)\b)"
    r"|(?i:\b(aws-auth|rbac|access-entry|access-policy|iamidentitymapping|(cluster)?rolebindings?)\b)|\bclusterrole\b"
)
"""By what its contents show that it makes something that decides about access."""


def add_unread(gathered: Gathered, belonging: Belonging) -> None:
    """Tell what decides about access in a cluster and can't be counted."""
    made = [resource for resource in gathered.resources.by_urn.values() if resource.custom]
    _add_foreign(gathered, made)
    _add_kubernetes(gathered, [r for r in made if r.type.startswith("kubernetes:") and belonging.holds(r)])
    _add_eks(gathered, [r for r in made if r.type in _SIGN_IN + _CAPABILITIES and belonging.names_it(r)])


def _add_foreign(gathered: Gathered, made: Sequence[Resource]) -> None:
    types = {type_: _NO_LETTER.sub("", type_.lower()) for type_ in {resource.type for resource in made} - _READ}
    deciding = {type_ for type_, letters in types.items() if _DECIDING.search(letters)}
    carrying = {type_ for type_, letters in types.items() if _CARRYING.search(letters)}
    names = [
        f"{resource.name} ({resource.type})"
        for resource in made
        if resource.type in deciding or (resource.type in carrying and _shows_access(resource))
    ]
    gathered.uncounted(
        names,
        "resources of these types are not read here, so what they say about access is not counted: "
        f"{listed(names)}; ask --live, or add it with -f",
    )


def _shows_access(resource: Resource) -> bool:
    return bool(_SIGNS.search(str(resource.inputs or resource.values)))


def _add_kubernetes(gathered: Gathered, made: Sequence[Resource]) -> None:
    releases = [resource.name for resource in made if resource.type == _RELEASE]
    gathered.uncounted(
        releases,
        f"what the Helm releases {listed(releases)} put into the cluster is not in the state and not counted: "
        "add it with `helm get manifest … | … -f -`",
    )
    lists = [resource.name for resource in made if _LISTS.fullmatch(resource.type)]
    gathered.uncounted(
        lists,
        f"the Kubernetes provider makes nothing of Lists, so {listed(lists)} are not counted: make each object a "
        "resource of its own, or all of them a ConfigGroup",
    )
    if gathered.resources.preview:
        gathered.untold(_unrendered(gathered.resources.by_urn.values()))


def _unrendered(resources: Collection[Resource]) -> Iterator[Resource]:
    """Find components that a preview shows empty, as it does where their cluster or their values aren't known."""
    parents = {resource.parent for resource in resources}
    for resource in resources:
        if _RENDERED.fullmatch(resource.type) and resource.urn not in parents:
            yield resource


def _add_eks(gathered: Gathered, made: Sequence[Resource]) -> None:
    sign_in = [resource.name for resource in made if resource.type in _SIGN_IN]
    gathered.uncounted(
        sign_in,
        f"whoever signs in by the OIDC identity providers {listed(sign_in)} is mapped by neither aws-auth nor access "
        "entries, and is not counted: ask about their groups as `group:NAME`",
    )
    capabilities = [resource.name for resource in made if resource.type in _CAPABILITIES]
    gathered.uncounted(
        capabilities,
        f"EKS makes the access entries of the capabilities {listed(capabilities)}, which are not in the state and not "
        "counted: ask --live",
    )
