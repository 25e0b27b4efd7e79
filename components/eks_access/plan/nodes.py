"""What each kind of node is: who may take its role, what the role may do, who it is in Kubernetes.

Sources: https://docs.aws.amazon.com/eks/latest/userguide/create-node-role.html,
https://docs.aws.amazon.com/eks/latest/userguide/pod-execution-role.html,
https://docs.aws.amazon.com/eks/latest/userguide/windows-support.html (group eks:kube-proxy-windows),
https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html (aws-auth lines),
https://docs.aws.amazon.com/eks/latest/userguide/auto-create-node-role.html,
https://docs.aws.amazon.com/eks/latest/userguide/hybrid-nodes-creds.html,
https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-hyperpod-prerequisites-iam.html.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from ..declaration.cluster_models import NODE_POOLS, NodeGroup
from ..declaration.kinds import NodeKind
from ..declaration.models import Declaration
from ..iam.arns import AwsAccount, service_principal
from ..iam.documents import service_trust
from ..iam.instances import is_arm
from ..iam.node_documents import activation_trust, certificate_trust, hybrid_permissions, hyperpod_permissions
from .model import ClusterPlan, EntryType, MappedPrincipal, NodeGroupPlan, NodeRolePlan, PolicyScope
from .naming import node_role

_PULL = "AmazonEC2ContainerRegistryPullOnly"
_EC2_POLICIES = ("AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", _PULL)
_SSM_POLICY = "AmazonSSMManagedInstanceCore"
_EC2_USERNAME = "system:node:{{EC2PrivateDNSName}}"
_SESSION_USERNAME = "system:node:{{SessionName}}"
_NODE_GROUPS = ("system:bootstrappers", "system:nodes")


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeIdentity:
    """The fixed facts of one kind of node."""

    service: str
    """AWS service that assumes the role."""
    policies: tuple[str, ...]
    """Names of AWS-managed policies."""
    username: str
    groups: tuple[str, ...]
    entry_type: EntryType
    access_policy: str | None = None
    """Access policy that the entry needs."""
    in_aws_auth: bool = True
    """False where AWS documents no line of aws-auth: such nodes enter by their access entry only."""


_EC2 = NodeIdentity(
    service="ec2",
    policies=_EC2_POLICIES,
    username=_EC2_USERNAME,
    groups=_NODE_GROUPS,
    entry_type=EntryType.EC2_LINUX,
)

NODE_IDENTITIES: Mapping[NodeKind, NodeIdentity] = MappingProxyType(
    {
        NodeKind.MANAGED: _EC2,
        NodeKind.SELF_MANAGED: _EC2,
        NodeKind.KARPENTER: _EC2,
        NodeKind.WINDOWS: NodeIdentity(
            service="ec2",
            policies=_EC2_POLICIES,
            username=_EC2_USERNAME,
            groups=(*_NODE_GROUPS, "eks:kube-proxy-windows"),
            entry_type=EntryType.EC2_WINDOWS,
        ),
        NodeKind.FARGATE: NodeIdentity(
            service="eks-fargate-pods",
            policies=("AmazonEKSFargatePodExecutionRolePolicy",),
            username=_SESSION_USERNAME,
            groups=(*_NODE_GROUPS, "system:node-proxier"),
            entry_type=EntryType.FARGATE_LINUX,
        ),
        NodeKind.AUTO: NodeIdentity(
            service="ec2",
            policies=("AmazonEKSWorkerNodeMinimalPolicy", _PULL),
            username=_EC2_USERNAME,
            groups=("system:nodes",),
            entry_type=EntryType.EC2,
            access_policy="AmazonEKSAutoNodePolicy",
            in_aws_auth=False,
        ),
        NodeKind.HYBRID: NodeIdentity(
            service="ssm",
            policies=(_PULL, _SSM_POLICY),
            username=_SESSION_USERNAME,
            groups=_NODE_GROUPS,
            entry_type=EntryType.HYBRID_LINUX,
        ),
        NodeKind.HYPERPOD: NodeIdentity(
            service="sagemaker",
            policies=("AmazonSageMakerClusterInstanceRolePolicy", "AmazonEKS_CNI_Policy", _PULL),
            username=_SESSION_USERNAME,
            groups=("system:nodes",),
            entry_type=EntryType.HYPERPOD_LINUX,
            in_aws_auth=False,
        ),
    }
)


def default_ami_type(kind: NodeKind, instance_types: Sequence[str]) -> str | None:
    """Choose the AMI type where none is declared, since EKS would take Linux on x86 for whatever it is."""
    if kind is NodeKind.WINDOWS:
        return "WINDOWS_CORE_2022_x86_64"
    if kind is NodeKind.MANAGED:
        arm = bool(instance_types) and all(map(is_arm, instance_types))
        return "AL2023_ARM_64_STANDARD" if arm else "AL2023_x86_64_STANDARD"
    return None


def plan_node_role(
    kind: NodeKind, account: AwsAccount, region: str, cluster: str, trust_anchors: Sequence[str] = ()
) -> NodeRolePlan:
    """Plan the role of one kind of node in one cluster.

    Args:
        kind: what runs the kubelet.
        account: where the role is.
        region: region of the cluster.
        cluster: name of the cluster, with which the role's name begins.
        trust_anchors: of hybrid nodes, their IAM Roles Anywhere trust anchors; Systems Manager where there are none.
    """
    identity = NODE_IDENTITIES[kind]
    name = node_role(cluster, kind)
    anchors = sorted(set(trust_anchors))
    policies = [p for p in identity.policies if p != _SSM_POLICY or not anchors]
    return NodeRolePlan(
        kind=kind,
        name=name,
        arn=account.role(name),
        trust=_trust(kind, account, region, cluster, anchors),
        policies={policy: account.managed_policy(policy) for policy in sorted(policies)},
        permissions=_permissions(kind, account, region, cluster, uses_ssm=not anchors),
        instance_profile=kind is NodeKind.SELF_MANAGED,
        trust_anchors=tuple(anchors),
    )


def _trust(kind: NodeKind, account: AwsAccount, region: str, cluster: str, anchors: Sequence[str]) -> str:
    if kind is NodeKind.HYBRID:
        return certificate_trust(anchors) if anchors else activation_trust(account, region)
    # Fargate's trusts the profiles of this one cluster only.
    profiles = account.fargate_profiles(region, cluster) if kind is NodeKind.FARGATE else None
    return service_trust(service_principal(NODE_IDENTITIES[kind].service, account.partition), profiles)


def _permissions(kind: NodeKind, account: AwsAccount, region: str, cluster: str, *, uses_ssm: bool) -> str | None:
    if kind is NodeKind.HYBRID:
        return hybrid_permissions(account, region, cluster, uses_ssm=uses_ssm)
    if kind is NodeKind.HYPERPOD:
        return hyperpod_permissions(account.cluster(region, cluster))
    return None


def node_roles(declaration: Declaration, cluster: ClusterPlan) -> tuple[NodeRolePlan, ...]:
    """Plan one role for each kind of node that is declared."""
    kinds = sorted({group.kind for group in declaration.node_groups.values()})
    return tuple(
        plan_node_role(
            kind,
            cluster.account,
            cluster.region,
            cluster.name,
            [group.trust_anchor for group in declaration.node_groups.values() if group.trust_anchor]
            if kind is NodeKind.HYBRID
            else (),
        )
        for kind in kinds
    )


def node_groups(declaration: Declaration, cluster: ClusterPlan) -> tuple[NodeGroupPlan, ...]:
    """Plan the declared node groups, whoever starts their nodes."""
    return tuple(
        NodeGroupPlan(
            name=name,
            kind=group.kind,
            role_arn=cluster.account.role(node_role(cluster.name, group.kind)),
            instance_types=tuple(group.instance_types),
            min=group.min,
            max=group.max,
            ami_type=group.ami_type or default_ami_type(group.kind, group.instance_types),
            release_version=group.release_version,
            namespaces=tuple(sorted(group.namespaces)),
            node_pools=_node_pools(group),
        )
        for name, group in sorted(declaration.node_groups.items())
    )


def _node_pools(group: NodeGroup) -> tuple[str, ...]:
    if group.kind is not NodeKind.AUTO:
        return ()
    return NODE_POOLS if group.node_pools is None else tuple(sorted(group.node_pools))


def node_principals(
    roles: Sequence[NodeRolePlan], groups: Sequence[NodeGroupPlan], cluster: ClusterPlan
) -> Iterator[MappedPrincipal]:
    """Map each node role as its kind needs.

    EKS itself makes the entry of Auto Mode's role when it is given the role with node pools of its own.
    """
    pools = any(group.node_pools for group in groups)
    for role in roles:
        identity = NODE_IDENTITIES[role.kind]
        policies = [identity.access_policy] if identity.access_policy else []
        yield MappedPrincipal(
            key=f"node-{role.kind}",
            source=f"nodeGroups ({role.kind})",
            arn=role.arn,
            username=identity.username,
            groups=identity.groups,
            entry_type=identity.entry_type,
            policies=tuple(PolicyScope(policy=p, arn=cluster.account.access_policy(p)) for p in policies),
            in_aws_auth=identity.in_aws_auth,
            made_by_eks=role.kind is NodeKind.AUTO and pools,
        )
