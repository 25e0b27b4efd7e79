"""EksCluster: the EKS cluster with its node roles, access and node groups."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_aws as aws
import pulumi_eks as eks

from .authn.aws_auth import map_roles, map_users
from .checks.settings import missing_half
from .cluster_access import ClusterAccess
from .cluster_transforms import transforms
from .component import cluster_of, gather, plan_cluster_access, refusing
from .declaration.kinds import NodeKind
from .errors import Problem, Refused
from .node_groups import fargate_profile, node_group
from .node_role import NodeRole, NodeRoleArgs
from .plan.adoption import AWS_AUTH, adopted
from .plan.model import AccessPlan, ClusterPlan, NodeGroupPlan, NodeRolePlan
from .plan.onboarding import read_server

LOG_TYPES = ("api", "audit", "authenticator")
"""Control-plane logs that tell who entered, and why somebody could not."""


class EksClusterArgs(TypedDict):
    """Arguments of EksCluster."""

    access: dict[str, Any]
    """The declaration, in the shape of stacks/access/*.yaml."""
    vpc_id: NotRequired[pulumi.Input[str]]
    """VPC of the cluster; the account's default VPC when left out."""
    subnet_ids: NotRequired[pulumi.Input[list[str]]]
    """Subnets of the control plane and the nodes (private ones for Fargate); all of the default VPC's when left out."""
    encryption_key_arn: NotRequired[pulumi.Input[str]]
    """KMS key for Secrets; one is created when left out."""
    principal_ids: NotRequired[dict[str, pulumi.Input[str]]]
    """Principal ARN → unique id, for principals that the same program creates."""
    adopt: NotRequired[list[str]]
    """What exists already and is taken over instead of created: ``role/node-<kind>``, ``entry/<key>``, ``aws-auth``."""
    profile: NotRequired[str]
    """AWS profile of whoever runs Pulumi; it goes into the kubeconfigs that Pulumi itself uses."""
    permissions_boundary: NotRequired[str]
    """ARN of the policy that bounds the node roles."""
    tags: NotRequired[dict[str, str]]
    """Tags put on everything that takes tags."""


class EksCluster(pulumi.ComponentResource):
    """A cluster that its people can enter and its nodes can join, from the moment it exists.

    It makes the node roles, `pulumi_eks.Cluster` with aws-auth, the access entries (`ClusterAccess`), node groups and
    Fargate profiles. Roles of people (`Developers`) and what is inside (`TeamRbac`) are not in it.
    Windows pods also need `enable-windows-ipam`: set on a pinned vpc-cni add-on here, by `Platform` otherwise.

    Raises:
        pulumi.RunError: the declaration has no cluster, is malformed or would lock somebody out, or only one of
            `vpc_id` and `subnet_ids` is given; nothing has been registered.
    """

    cluster_name: pulumi.Output[str]
    """Name of the cluster."""
    endpoint: pulumi.Output[str]
    """URL of the API server."""
    certificate_authority: pulumi.Output[str]
    """CA of the API server, base64 of PEM."""
    node_role_arns: pulumi.Output[dict[str, str]]
    """Kind of node → ARN of its role."""
    made_elsewhere: pulumi.Output[list[str]]
    """Groups that other programs bind and ClusterRoles that others make, by `externalGroups` and `externalRoles`: the
    policy pack, which sees resources and no declaration, doesn't miss them."""

    def __init__(
        self,
        name: str,
        args: EksClusterArgs,
        opts: pulumi.ResourceOptions | None = None,
        *,
        inside: Callable[["EksCluster", Sequence[pulumi.Resource]], Sequence[pulumi.Resource]] | None = None,
    ) -> None:
        """Make the cluster.

        Args:
            name: of the component.
            args: its arguments.
            opts: its options.
            inside: gets the cluster as far as it is, and what must be there first; makes what the groups of people are
                bound to and returns it. People's entries change after that.
        """
        plan = plan_cluster_access(args.get("access"))
        cluster = cluster_of(plan)
        refusing(lambda: refuse_half_a_network(args))
        self._adopted = refusing(lambda: adopted(plan, args.get("adopt") or []))
        super().__init__("eks-access:index:EksCluster", name, {}, opts)
        self._name = name
        self._args = args
        self._node_roles = {role.kind: self._node_role(role, cluster) for role in plan.node_roles}
        self.core = self._eks_cluster(plan, cluster)
        server = self.core.kubeconfig_json.apply(read_server)
        self.cluster_name = pulumi.Output.from_input(cluster.name)
        self.endpoint = server.apply(lambda found: found.endpoint)
        self.certificate_authority = server.apply(lambda found: found.certificate_authority)
        self.access = ClusterAccess(
            f"{name}-access",
            {
                "access": args["access"],
                "principal_ids": {**args.get("principal_ids", {}), **self._node_role_ids(plan)},
                "adopt": args.get("adopt") or [],
                "tags": args.get("tags", {}),
            },
            # Entries go with their cluster, so that a destroy need not take its own access away first.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.core], deleted_with=self.core),
            inside=(lambda first: inside(self, [self.core, *first])) if inside else None,
        )
        self._windows = self._windows_support(plan)
        groups = [self._node_group(group, cluster) for group in plan.node_groups if group.kind.is_node_group]
        self._coredns(cluster, groups)
        self.node_role_arns = gather({str(k): r.role_arn for k, r in self._node_roles.items()})
        self.made_elsewhere = pulumi.Output.from_input(sorted(plan.external_groups | plan.external_roles))
        self.register_outputs(
            {
                "clusterName": self.cluster_name,
                "endpoint": self.endpoint,
                "certificateAuthority": self.certificate_authority,
                "nodeRoleArns": self.node_role_arns,
                "madeElsewhere": self.made_elsewhere,
            }
        )

    def _node_role(self, role: NodeRolePlan, cluster: ClusterPlan) -> NodeRole:
        args: NodeRoleArgs = {
            "kind": str(role.kind),
            "cluster_name": cluster.name,
            "account": cluster.account.id,
            "region": cluster.region,
            "adopt": f"role/node-{role.kind}" in self._adopted,
            "tags": self._args.get("tags", {}),
        }
        if role.trust_anchors:
            args["trust_anchor_arns"] = list(role.trust_anchors)
        if boundary := self._args.get("permissions_boundary"):
            args["permissions_boundary"] = boundary
        return NodeRole(f"{self._name}-{role.kind}", args, opts=pulumi.ResourceOptions(parent=self))

    def _node_role_ids(self, plan: AccessPlan) -> dict[str, pulumi.Input[str]]:
        return {role.arn: self._node_roles[role.kind].unique_id for role in plan.node_roles}

    def _eks_cluster(self, plan: AccessPlan, cluster: ClusterPlan) -> eks.Cluster:
        tags = self._args.get("tags", {})
        return eks.Cluster(
            self._name,
            name=cluster.name,
            version=cluster.version,
            authentication_mode=eks.AuthenticationMode(cluster.mode),
            # All lines go in as plain text, nodes' too: `instance_roles` would make aws-auth unknown in preview.
            role_mappings=[
                eks.RoleMappingArgs(role_arn=m.arn, username=m.username, groups=list(m.groups)) for m in map_roles(plan)
            ]
            or None,
            user_mappings=[
                eks.UserMappingArgs(user_arn=m.arn, username=m.username, groups=list(m.groups)) for m in map_users(plan)
            ]
            or None,
            # The default deletes and recreates aws-auth at every edit, and with it everybody's access.
            enable_config_map_mutable=True,
            skip_default_node_group=True,
            skip_default_security_groups=True,
            create_oidc_provider=True,
            vpc_id=self._args.get("vpc_id"),
            subnet_ids=self._args.get("subnet_ids"),
            endpoint_private_access=cluster.endpoint.private,
            endpoint_public_access=cluster.endpoint.public,
            public_access_cidrs=list(cluster.endpoint.public_cidrs) or None,
            encryption_config_key_arn=self._args.get("encryption_key_arn") or self._key(cluster, tags),
            enabled_cluster_log_types=list(LOG_TYPES),
            provider_credential_opts=eks.KubeconfigOptionsArgs(profile_name=self._args.get("profile")),
            tags=tags,
            **_addons(cluster, windows=NodeKind.WINDOWS in self._node_roles),
            **self._auto_mode(plan),
            opts=pulumi.ResourceOptions(
                parent=self,
                # EKS looks at Auto Mode's role while it makes the cluster, and knows it by its plain ARN only.
                depends_on=[role for kind, role in self._node_roles.items() if kind is NodeKind.AUTO],
                transforms=transforms(cluster, self._adopted.get(AWS_AUTH)),
            ),
        )

    def _auto_mode(self, plan: AccessPlan) -> dict[str, Any]:
        for group in plan.node_groups:
            if group.kind is NodeKind.AUTO:
                compute = eks.ClusterComputeConfigArgs(
                    node_pools=list(group.node_pools),
                    # Without pools of EKS's own there is nothing that it needs a role for, and it refuses one.
                    node_role_arn=group.role_arn if group.node_pools else None,
                )
                mode = eks.AutoModeOptionsArgs(enabled=True, create_node_role=False, compute_config=compute)
                return {"auto_mode": mode}
        return {}

    def _windows_support(self, plan: AccessPlan) -> list[pulumi.Resource]:
        """Let EKS give Windows pods their addresses; the other half is a setting of the vpc-cni add-on.

        Source: https://docs.aws.amazon.com/eks/latest/userguide/windows-support.html
        """
        if NodeKind.WINDOWS not in self._node_roles:
            return []
        policy = aws.iam.RolePolicyAttachment(
            f"{self._name}-vpc-resource-controller",
            role=self.core.core.cluster_iam_role.name,
            policy_arn=plan.account.managed_policy("AmazonEKSVPCResourceController"),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return [policy]

    def _key(self, cluster: ClusterPlan, tags: dict[str, str]) -> pulumi.Output[str]:
        key = aws.kms.Key(
            f"{self._name}-secrets",
            description=f"Secrets of the EKS cluster {cluster.name}",
            enable_key_rotation=True,
            tags=tags,
            opts=pulumi.ResourceOptions(parent=self),
        )
        return key.arn

    def _coredns(self, cluster: ClusterPlan, groups: list[pulumi.Resource]) -> None:
        """Make the add-on after the nodes: it is healthy only once it runs, and pulumi-eks would wait for that."""
        if version := cluster.addons.get("coredns"):
            aws.eks.Addon(
                f"{self._name}-coredns",
                cluster_name=cluster.name,
                addon_name="coredns",
                addon_version=version,
                resolve_conflicts_on_create="OVERWRITE",
                resolve_conflicts_on_update="OVERWRITE",
                tags=self._args.get("tags"),
                opts=pulumi.ResourceOptions(parent=self, depends_on=[self.core, *groups]),
            )

    def _node_group(self, group: NodeGroupPlan, cluster: ClusterPlan) -> pulumi.Resource:
        name = f"{self._name}-{group.name}"
        # Access first: a node that starts before its role is mapped gives up and never joins.
        needs: list[pulumi.Resource] = [self._node_roles[group.kind], self.core, *self.access.first]
        if group.kind is NodeKind.WINDOWS:
            needs += self._windows
        opts = pulumi.ResourceOptions(parent=self, depends_on=needs)
        subnets = self._args.get("subnet_ids") or self.core.core.apply(lambda core: list(core.subnet_ids))
        make = fargate_profile if group.kind is NodeKind.FARGATE else node_group
        return make(name, group, cluster, subnets, self._args.get("tags"), opts)


def refuse_half_a_network(args: Mapping[str, Any]) -> None:
    """Refuse a VPC without subnets and subnets without a VPC: pulumi-eks takes the rest from the default VPC.

    Raises:
        Refused: exactly one of the two is given.
    """
    if half := missing_half(args.get("vpc_id"), args.get("subnet_ids"), ("vpc_id", "subnet_ids")):
        given, missing = half
        rule = f"{given} is given without {missing}"
        raise Refused([Problem(path=given, rule=rule, fix=f"give {missing} too, or neither")])


def _addons(cluster: ClusterPlan, *, windows: bool) -> dict[str, Any]:
    """Pin the add-ons that are declared; the others stay as EKS installs them.

    pulumi-eks would otherwise ask AWS for the newest version at every run, so that one commit previews differently.
    """
    cni, proxy = cluster.addons.get("vpc-cni"), cluster.addons.get("kube-proxy")
    settings = {"enableWindowsIpam": "true"} if windows else None
    return {
        "use_default_vpc_cni": cni is None,
        "vpc_cni_options": eks.VpcCniOptionsArgs(addon_version=cni, configuration_values=settings) if cni else None,
        "coredns_addon_options": eks.CoreDnsAddonOptionsArgs(enabled=False),
        "kube_proxy_addon_options": eks.KubeProxyAddonOptionsArgs(enabled=proxy is not None, version=proxy),
    }
