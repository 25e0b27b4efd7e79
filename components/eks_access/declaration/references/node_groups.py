"""Node groups: each kind with what it needs and without what means nothing to it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...iam.instances import is_arm
from ..cluster_models import NODE_POOLS, Cluster, NodeGroup
from ..kinds import NodeKind
from ..models import Declaration
from ..nodes import Location
from .cluster import ADDONS
from .finding import Finding, duplicates

_KEYS = {
    "instance_types": "instanceTypes",
    "min": "min",
    "max": "max",
    "ami_type": "amiType",
    "release_version": "releaseVersion",
    "namespaces": "namespaces",
    "node_pools": "nodePools",
    "trust_anchor": "trustAnchor",
}
_EC2_KEYS = frozenset({"instance_types", "min", "max", "ami_type", "release_version"})
_OF_KIND = {
    NodeKind.MANAGED: _EC2_KEYS,
    NodeKind.WINDOWS: _EC2_KEYS,
    NodeKind.FARGATE: frozenset({"namespaces"}),
    NodeKind.AUTO: frozenset({"node_pools"}),
    NodeKind.HYBRID: frozenset({"trust_anchor"}),
}
_WHY = {
    NodeKind.FARGATE: "Fargate has no instances to choose or count",
    NodeKind.SELF_MANAGED: "you start these instances yourself; only their role is made and mapped here",
    NodeKind.KARPENTER: "Karpenter decides by its NodePools; only the nodes' role is made and mapped here",
    NodeKind.AUTO: "Auto Mode decides by its node pools",
    NodeKind.HYBRID: "these are machines of yours; only their role is made and mapped here",
    NodeKind.HYPERPOD: "SageMaker decides by the HyperPod cluster; only the instances' role is made and mapped here",
}
_FOR = {
    "namespaces": "Fargate: other nodes take pods of every namespace",
    "node_pools": "Auto Mode",
    "trust_anchor": "hybrid nodes: others get their credentials from AWS",
}


NEEDS_ENTRIES, ACCOUNT = "EA205", "EA506"
"""Ids of the checks that these rules are."""
_ACCELERATED = re.compile(r"^(p|g|gr|inf|trn|dl)[0-9]")
_AMI_FAMILIES = ("AL2_", "AL2023_", "BOTTLEROCKET_", "WINDOWS_")
"""https://docs.aws.amazon.com/eks/latest/APIReference/API_Nodegroup.html"""
_ADDONS_OF_KIND = {
    NodeKind.HYBRID: ("coredns", "kube-proxy"),  # the VPC CNI can't be used there
    NodeKind.FARGATE: ("coredns",),
}


def node_groups_findings(declaration: Declaration) -> Iterator[Finding]:
    """Check every node group against its kind, and the cluster against the kinds of its nodes."""
    for name, group in declaration.node_groups.items():
        at: Location = ("nodeGroups", name)
        yield from _foreign_keys(group, at)
        if group.kind is NodeKind.FARGATE:
            yield from _fargate(group, at)
        elif group.kind is NodeKind.AUTO:
            yield from _auto(group, at)
        elif group.kind.is_node_group:
            yield from _ec2(group, at)
        if declaration.cluster is not None:
            yield from _cluster(group, declaration.cluster, at)
    yield from _auto_once(declaration)
    yield from _hybrid_one_way(declaration)
    yield from _auto_beside_others(declaration)


def _foreign_keys(group: NodeGroup, at: Location) -> Iterator[Finding]:
    """Refuse what the kind has no use for: whoever writes it believes that it does something."""
    for attribute, key in _KEYS.items():
        written = attribute in group.model_fields_set and getattr(group, attribute) not in (None, [])
        kinds = [kind for kind, keys in _OF_KIND.items() if attribute in keys]
        if not written or group.kind in kinds:
            continue
        rule = f"{key} is for {_FOR.get(attribute, f'node groups on EC2; {_WHY.get(group.kind)}')}"
        fix = f"remove {key}, or write {' or '.join(f'`kind: {kind}`' for kind in kinds)}"
        yield Finding(at=(*at, key), rule=rule, fix=fix)


def _fargate(group: NodeGroup, at: Location) -> Iterator[Finding]:
    if not group.namespaces:
        rule = "a Fargate profile says which namespaces' pods it runs"
        yield Finding(at=(*at, "namespaces"), rule=rule, fix="add `namespaces: [<name>]`")
    yield from duplicates(group.namespaces, (*at, "namespaces"))
    if len(group.namespaces) > 5:
        rule = "a Fargate profile takes five selectors, and each namespace is one"
        yield Finding(at=(*at, "namespaces"), rule=rule, fix="split it into two node groups of kind fargate")
    if str(at[1]).startswith("eks-"):
        rule = "names of Fargate profiles that start with eks- are EKS's own"
        yield Finding(at=at, value=str(at[1]), rule=rule, fix="rename it")


def _ec2(group: NodeGroup, at: Location) -> Iterator[Finding]:
    if not group.instance_types:
        rule = "EC2 node groups name their instance types"
        yield Finding(
            at=(*at, "instanceTypes"), rule=rule, fix="add `instanceTypes: [m7g.large]` or those that are meant"
        )
    yield from duplicates(group.instance_types, (*at, "instanceTypes"))
    yield from _machine(group, at)
    if group.max < group.min:
        rule = f"max is at least min, which is {group.min}"
        yield Finding(at=(*at, "max"), value=str(group.max), rule=rule, fix=f"write `max: {group.min}` or more")
    if group.ami_type is not None and group.ami_type.startswith("WINDOWS_") != (group.kind is NodeKind.WINDOWS):
        rule = "kind and amiType agree about Windows: the kind decides how the nodes' role is mapped"
        fix = (
            "write `kind: windows`" if group.kind is NodeKind.MANAGED else "write an amiType that starts with WINDOWS_"
        )
        yield Finding(at=(*at, "amiType"), value=group.ami_type, rule=rule, fix=fix)


def _machine(group: NodeGroup, at: Location) -> Iterator[Finding]:
    """Compare instance types and AMI: instances of another architecture never start, and a driver is never added."""
    kinds = {is_arm(each) for each in group.instance_types}
    if len(kinds) > 1:
        rule = "the instance types of a node group have one architecture; Graviton's are arm64, the others x86_64"
        yield Finding(at=(*at, "instanceTypes"), rule=rule, fix="split it into two node groups")
    accelerated = [each for each in group.instance_types if _ACCELERATED.match(each)]
    if group.kind is NodeKind.MANAGED and accelerated and group.ami_type is None:
        rule = f"{accelerated[0]} has accelerators, whose driver is part of some AMI types only"
        fix = "write `amiType: AL2023_x86_64_NVIDIA`, AL2023_x86_64_NEURON or the one that is meant"
        yield Finding(at=(*at, "amiType"), rule=rule, fix=fix)
    if group.ami_type is None:
        return
    where = (*at, "amiType")
    if not group.ami_type.startswith(_AMI_FAMILIES):
        rule = f"an AMI type of EKS starts with {', '.join(_AMI_FAMILIES)}; CUSTOM needs a launch template"
        yield Finding(at=where, value=group.ami_type, rule=rule, fix="write one like AL2023_x86_64_STANDARD")
    elif len(kinds) == 1 and group.kind is NodeKind.MANAGED and ("ARM" in group.ami_type) is not kinds.pop():
        rule = f"{group.instance_types[0]} is of another architecture than {group.ami_type}"
        yield Finding(at=where, value=group.ami_type, rule=rule, fix="write the AMI type of the same architecture")


def _auto(group: NodeGroup, at: Location) -> Iterator[Finding]:
    pools = group.node_pools or []
    yield from duplicates(pools, (*at, "nodePools"))
    for index, pool in enumerate(pools):
        if pool not in NODE_POOLS:
            rule = f"EKS's own node pools are {' and '.join(NODE_POOLS)}; others are made in the cluster"
            yield Finding(at=(*at, "nodePools", index), value=pool, rule=rule, fix="remove it, or write one of the two")


def _cluster(group: NodeGroup, cluster: Cluster, at: Location) -> Iterator[Finding]:
    if group.kind.needs_entries and not cluster.authentication_mode.uses_entries:
        rule = f"{group.kind} nodes need access entries, which the authentication mode CONFIG_MAP doesn't have"
        fix = "write `authenticationMode: API_AND_CONFIG_MAP` in the cluster"
        yield Finding(at=(*at, "kind"), value=str(group.kind), rule=rule, fix=fix, check=NEEDS_ENTRIES)
    if group.trust_anchor is not None and group.trust_anchor.split(":")[1:5:3] != [cluster.partition, cluster.account]:
        rule = f"the trust anchor is in the cluster's partition and account, {cluster.partition} and {cluster.account}"
        fix = "name an anchor of this account"
        yield Finding(at=(*at, "trustAnchor"), value=group.trust_anchor, rule=rule, fix=fix, check=ACCOUNT)
    if group.kind is NodeKind.HYBRID and cluster.remote_networks is None:
        rule = "the cluster must know the networks of its hybrid nodes, or the API server can't reach their kubelets"
        fix = "add `remoteNetworks: {nodes: [<CIDR>]}` to the cluster"
        yield Finding(at=("cluster", "remoteNetworks"), rule=rule, fix=fix)


def _auto_once(declaration: Declaration) -> Iterator[Finding]:
    """Auto Mode is a setting of the cluster, with one role."""
    groups = [name for name, group in declaration.node_groups.items() if group.kind is NodeKind.AUTO]
    for name in groups[1:]:
        rule = f"a cluster has Auto Mode once, here as `{groups[0]}`"
        yield Finding(at=("nodeGroups", name), value=name, rule=rule, fix="merge the two")


def _hybrid_one_way(declaration: Declaration) -> Iterator[Finding]:
    """AWS: use Systems Manager or IAM Roles Anywhere, not both; the nodes share one role and its trust."""
    hybrid = {name: group for name, group in declaration.node_groups.items() if group.kind is NodeKind.HYBRID}
    with_certificates = [name for name, group in hybrid.items() if group.trust_anchor]
    if with_certificates and len(with_certificates) < len(hybrid):
        name = next(name for name in hybrid if name not in with_certificates)
        rule = f"hybrid nodes get their credentials one way; `{with_certificates[0]}` has a trustAnchor"
        yield Finding(at=("nodeGroups", name), value=name, rule=rule, fix="give all of them a trustAnchor, or none")


def _auto_beside_others(declaration: Declaration) -> Iterator[Finding]:
    """Ask for add-ons: a cluster with Auto Mode starts without any, and only its own nodes have them built in."""
    kinds = {group.kind for group in declaration.node_groups.values()}
    others = kinds - {NodeKind.AUTO}
    needed = {name for kind in others for name in _ADDONS_OF_KIND.get(kind, ADDONS)}
    missing = [name for name in ADDONS if declaration.cluster and name in needed - set(declaration.cluster.addons)]
    if NodeKind.AUTO in kinds and missing:
        rule = f"a cluster with Auto Mode has no add-ons of its own, and {', '.join(sorted(others))} nodes need them"
        fix = f"pin {', '.join(missing)} under `addons:`"
        yield Finding(at=("cluster", "addons"), rule=rule, fix=fix)
