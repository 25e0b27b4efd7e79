"""`eks:index:Cluster`: the order in which pulumi-eks makes its children, and what it gives back."""

from __future__ import annotations

from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes

from sandbox.standins.eks.access import access_entries, aws_auth_data, node_access
from sandbox.standins.eks.addons import VpcCniAddon, add_ons
from sandbox.standins.eks.control_plane import control_plane
from sandbox.standins.eks.kubeconfig import region_of, render
from sandbox.standins.eks.options import ClusterOptions
from sandbox.standins.eks.roles import NodeIdentity, issuer_of, node_identity, oidc_provider
from sandbox.standins.eks.security_groups import cluster_security_group, node_security_group

_NODE_ENTRY = "defaultNodeGroupInstanceRole"


class Cluster(pulumi.ComponentResource):
    """The cluster and everything around it; `state` is what the program's own `pulumi_eks.Cluster` gets."""

    def __init__(self, name: str, options: ClusterOptions, opts: pulumi.ResourceOptions | None) -> None:
        super().__init__("eks:index:Cluster", name, dict(options.written), opts)
        self._name, self._options = name, options
        here = pulumi.InvokeOutputOptions(parent=self)
        self._partition = aws.get_partition_output(opts=here).apply(lambda found: str(found.partition))
        self._vpc_id, self._subnets = self._network()
        self._group = cluster_security_group(name, options, self._vpc_id, self)
        plane = control_plane(name, options, self._subnets, self._group, self._partition, self)
        self._cluster = plane.cluster
        self._kubernetes_provider = self._kubernetes()
        self._nodes = node_identity(name, options, self._partition, self)
        self._config_map = self._aws_auth(self._nodes)
        self._entries = self._access_entries(self._nodes)
        self._vpc_cni = self._network_plugin()
        add_ons(name, options, self._cluster, self)
        oidc = oidc_provider(name, self._cluster, self) if options.get("createOidcProvider") else None
        nodes = None
        if self._group is not None and not options.skips_security_groups:
            nodes = node_security_group(name, options, self._vpc_id, self._group.id, self._cluster, self)
        self.state = self._outputs(plane.role, plane.auto_node_role_name, oidc, nodes)
        self.register_outputs(self.state)

    def _network(self) -> tuple[pulumi.Input[str], Any]:
        """Return the program's VPC and subnets, or the account's default ones."""
        options, here = self._options, pulumi.InvokeOutputOptions(parent=self)
        vpc, subnets = options.get("vpcId"), options.get("subnetIds")
        if vpc is None:
            vpc = aws.ec2.get_vpc_output(default=True, opts=here).apply(lambda found: found.id)
            if subnets is None:
                of_vpc = vpc.apply(lambda id: [aws.ec2.GetSubnetsFilterArgs(name="vpc-id", values=[id])])
                subnets = aws.ec2.get_subnets_output(filters=of_vpc, opts=here).apply(lambda found: found.ids)
        public, private = options.get("publicSubnetIds"), options.get("privateSubnetIds")
        if public is not None or private is not None:
            both = pulumi.Output.all(public or [], private or [])
            subnets = both.apply(lambda parts: [*parts[0], *parts[1]])
        return vpc, subnets if subnets is not None else []

    def _kubeconfig(self, with_profile: bool) -> pulumi.Output[dict[str, Any]]:
        """With the profile for our own calls; without it for the users, who have profiles of their own."""
        chosen = pulumi.Output.from_input(self._options.get("providerCredentialOpts") or {})
        return render(
            cluster_name=self._cluster.name,
            endpoint=self._cluster.endpoint,
            certificate=self._cluster.certificate_authority.apply(lambda authority: str(authority.data)),
            region=self._cluster.arn.apply(region_of),
            role_arn=chosen.apply(lambda value: value.get("roleArn")),
            profile=chosen.apply(lambda value: value.get("profileName")) if with_profile else None,
        )

    def _kubernetes(self) -> kubernetes.Provider:
        return kubernetes.Provider(
            f"{self._name}-eks-k8s",
            kubeconfig=pulumi.Output.json_dumps(self._kubeconfig(with_profile=True), separators=(",", ":")),
            enable_config_map_mutable=self._options.get("enableConfigMapMutable"),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _aws_auth(self, nodes: NodeIdentity) -> kubernetes.core.v1.ConfigMap | None:
        if not self._options.uses_config_map:
            return None
        data = aws_auth_data(self._options.get("roleMappings"), self._options.get("userMappings"), nodes.arns)
        return node_access(self._name, data, self._kubernetes_provider, self)

    def _access_entries(self, nodes: NodeIdentity) -> list[aws.eks.AccessEntry]:
        if not self._options.uses_entries:
            return []
        default = {_NODE_ENTRY: {"principalArn": nodes.default.arn, "type": "EC2_LINUX"}} if nodes.default else {}
        wanted = {**default, **self._options.part("accessEntries")}
        return access_entries(self._name, self._cluster, wanted, self)

    def _network_plugin(self) -> VpcCniAddon | None:
        off = self._options.get("useDefaultVpcCni", self._options.auto_mode)
        if off:
            return None
        after: list[pulumi.Resource] = [*self._entries, *([self._config_map] if self._config_map else [])]
        settings = self._options.part("vpcCniOptions")
        opts = pulumi.ResourceOptions(
            parent=self, depends_on=after, providers={"kubernetes": self._kubernetes_provider}
        )
        return VpcCniAddon(f"{self._name}-vpc-cni", settings, self._cluster, self._options.tags, opts)

    def _outputs(self, role: Any, auto_role: pulumi.Input[str], oidc: Any, nodes: Any) -> dict[str, Any]:
        cluster, options = self._cluster, self._options
        kubeconfig = self._kubeconfig(with_profile=False)
        issuer = cluster.identities.apply(issuer_of)
        own_group = cluster.vpc_config.apply(lambda config: config.cluster_security_group_id or "")
        core = {
            "accessEntries": list(options.part("accessEntries").values()),
            "cluster": cluster,
            "clusterIamRole": role,
            "clusterSecurityGroup": self._group,
            "eksNodeAccess": self._config_map,
            "endpoint": cluster.endpoint,
            "instanceRoles": self._nodes.roles,
            "kubeconfig": kubeconfig,
            "nodeGroupOptions": {"version": options.get("version")},
            "oidcProvider": oidc,
            "privateSubnetIds": options.get("privateSubnetIds"),
            "provider": self._kubernetes_provider,
            "publicSubnetIds": options.get("publicSubnetIds"),
            "subnetIds": self._subnets,
            "tags": options.tags,
            "vpcCni": self._vpc_cni,
            "vpcId": self._vpc_id,
        }
        return {
            "autoModeNodeRoleName": auto_role,
            "clusterIngressRuleId": nodes.cluster_ingress.security_group_rule_id if nodes else "",
            "clusterSecurityGroup": self._group,
            "clusterSecurityGroupId": self._group.id if self._group is not None else own_group,
            "core": {key: value for key, value in core.items() if value is not None},
            "defaultNodeGroupAsgName": "",
            "eksCluster": cluster,
            "eksClusterIngressRule": nodes.cluster_ingress if nodes else None,
            "fargateProfileId": "",
            "fargateProfileStatus": "",
            "instanceRoles": self._nodes.roles,
            "kubeconfig": kubeconfig,
            "kubeconfigJson": pulumi.Output.json_dumps(kubeconfig, separators=(",", ":")),
            "nodeSecurityGroup": nodes.group if nodes else None,
            "nodeSecurityGroupId": nodes.group.id if nodes else own_group,
            "oidcIssuer": issuer.apply(lambda url: url.removeprefix("https://")),
            "oidcProviderArn": oidc.arn if oidc is not None else "",
            "oidcProviderUrl": issuer,
        }
