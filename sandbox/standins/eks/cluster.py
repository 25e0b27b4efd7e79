"""`eks:index:Cluster`: the order in which pulumi-eks makes its children (cluster.ts)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from sandbox.standins.eks.access import access_entries, aws_auth_data, node_access
from sandbox.standins.eks.addons import coredns, kube_proxy
from sandbox.standins.eks.control_plane import control_plane
from sandbox.standins.eks.core import Core
from sandbox.standins.eks.fargate import fargate_profile
from sandbox.standins.eks.kubeconfig import kubeconfig_of
from sandbox.standins.eks.node_group import node_group
from sandbox.standins.eks.options import ClusterOptions
from sandbox.standins.eks.outputs import Parts, core_data, outputs
from sandbox.standins.eks.roles import node_identity, oidc_provider
from sandbox.standins.eks.security_groups import cluster_security_group, node_security_group, tagged
from sandbox.standins.eks.storage import storage_classes
from sandbox.standins.eks.vpc_cni import VpcCniAddon

_NODE_ENTRY = "defaultNodeGroupInstanceRole"


class Cluster(pulumi.ComponentResource):
    """The cluster and everything around it; `state` is what the program's own `pulumi_eks.Cluster` gets."""

    def __init__(self, name: str, inputs: Mapping[str, Any], opts: pulumi.ResourceOptions | None) -> None:
        options = ClusterOptions.of(inputs)
        super().__init__("eks:index:Cluster", name, dict(options.inputs), opts)
        self._name, self._options = name, options
        here = pulumi.InvokeOutputOptions(parent=self)
        partition = aws.get_partition_output(opts=here).apply(lambda found: str(found.partition))
        vpc_id, subnets = self._network(here)
        group = cluster_security_group(name, options, vpc_id, self)
        plane = control_plane(name, options, subnets, group, partition, self)
        kube_proxy(name, options, plane.cluster, self)
        provider = self._kubernetes(plane.cluster)
        nodes = node_identity(name, options, partition, self)
        config_map = self._aws_auth(nodes.roles, provider)
        wanted = self._wanted_entries(nodes.default)
        after: list[pulumi.Resource] = [
            *access_entries(name, plane.cluster, wanted, self),
            *([config_map] if config_map else []),
        ]
        classes = storage_classes(name, options.get("storageClasses"), provider, after, self)
        vpc_cni = self._network_plugin(plane.cluster, provider, after)
        known_to_nodes: list[pulumi.Resource] = [config_map] if config_map else []
        fargate = fargate_profile(name, options, plane.cluster, subnets, partition, known_to_nodes, self)
        coredns(name, options, plane.cluster, fargate, self)
        oidc = oidc_provider(name, plane.cluster, self) if options.get("createOidcProvider") else None
        node_options = {**options.node_group_options(), "instanceProfile": nodes.instance_profile}
        node_group_parts = self._nodes_security_group(vpc_id, group, plane.cluster)
        parts = Parts(
            options=options,
            plane=plane,
            group=group,
            provider=provider,
            config_map=config_map,
            entries=list(wanted.values()),
            classes=classes,
            vpc_cni=vpc_cni,
            fargate=fargate,
            oidc=oidc,
            vpc_id=vpc_id,
            subnets=subnets,
            roles=nodes.roles,
            node_options={**node_options, **node_group_parts},
        )
        core = Core.made_of(core_data(parts))
        default = node_group(name, parts.node_options, core, self) if options.has_default_nodes else None
        self.state = outputs(parts, core, default)
        self.register_outputs(self.state)

    def _network(self, here: pulumi.InvokeOutputOptions) -> tuple[pulumi.Input[str], Any]:
        """Return the program's VPC and subnets, or the account's default ones."""
        options = self._options
        vpc, subnets = options.get("vpcId"), options.get("subnetIds")
        public, private = options.get("publicSubnetIds"), options.get("privateSubnetIds")
        if public is not None or private is not None:
            both = pulumi.Output.all(public or [], private or [])
            subnets = both.apply(lambda parts: [*parts[0], *parts[1]])
        if vpc is None:
            vpc = aws.ec2.get_vpc_output(default=True, opts=here).apply(lambda found: found.id)
            if subnets is None:
                of_vpc = vpc.apply(lambda id: [aws.ec2.GetSubnetsFilterArgs(name="vpc-id", values=[id])])
                subnets = aws.ec2.get_subnets_output(filters=of_vpc, opts=here).apply(lambda found: found.ids)
        return vpc, subnets if subnets is not None else []

    def _kubernetes(self, cluster: aws.eks.Cluster) -> kubernetes.Provider:
        kubeconfig = kubeconfig_of(cluster, self._options, with_profile=True)
        return kubernetes.Provider(
            f"{self._name}-eks-k8s",
            kubeconfig=pulumi.Output.json_dumps(kubeconfig, separators=(",", ":")),
            enable_config_map_mutable=self._options.get("enableConfigMapMutable"),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _aws_auth(
        self, roles: pulumi.Output[Any], provider: kubernetes.Provider
    ) -> kubernetes.core.v1.ConfigMap | None:
        if not self._options.uses_config_map:
            return None
        data = aws_auth_data(self._options.get("roleMappings"), self._options.get("userMappings"), roles)
        return node_access(self._name, data, provider, self)

    def _wanted_entries(self, default: pulumi.Output[Any] | None) -> dict[str, Mapping[str, Any]]:
        """Return the declared entries after the one of the role that pulumi-eks's own nodes have."""
        if not self._options.uses_entries:
            return {}
        own = {}
        if default is not None:
            own[_NODE_ENTRY] = {"principalArn": default.apply(lambda role: role.arn), "type": "EC2_LINUX"}
        return {**own, **self._options.part("accessEntries")}

    def _network_plugin(
        self, cluster: aws.eks.Cluster, provider: kubernetes.Provider, after: list[pulumi.Resource]
    ) -> VpcCniAddon | None:
        if self._options.get("useDefaultVpcCni", self._options.auto_mode):
            return None
        settings = {**self._options.part("vpcCniOptions"), "clusterName": cluster.name}
        settings["clusterVersion"] = cluster.version
        settings["tags"] = self._options.tags
        opts = pulumi.ResourceOptions(parent=self, depends_on=after, providers={"kubernetes": provider})
        given = {key: value for key, value in settings.items() if value is not None}
        return VpcCniAddon(f"{self._name}-vpc-cni", given, opts)

    def _nodes_security_group(
        self, vpc_id: pulumi.Input[str], group: Any, cluster: aws.eks.Cluster
    ) -> dict[str, pulumi.Resource]:
        if group is None or self._options.skips_security_groups:
            return {}
        tags = tagged({}, self._options.get("nodeSecurityGroupTags"), self._options.tags)
        made = node_security_group(self._name, vpc_id, group.id, cluster.name, tags, self)
        return {"nodeSecurityGroup": made.group, "clusterIngressRule": made.cluster_ingress}
