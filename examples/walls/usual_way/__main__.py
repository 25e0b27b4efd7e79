"""A cluster the way most guides make one: whoever deploys it gets in; others once somebody maps and binds them.

Plain pulumi-aws, pulumi-eks and pulumi-kubernetes; nothing of eks-access. `developer` and `nodes` in the stack's
settings are the edits by which people find their way past one wall after the other.
"""

import json

import pulumi
import pulumi_aws as aws
import pulumi_eks as eks
import pulumi_kubernetes as k8s

config = pulumi.Config()
mode = config.require("mode")
done = config.get("developer") or ""
account = aws.get_caller_identity().account_id
developer = f"arn:aws:iam::{account}:user/naoki"
GROUP = "developers"

node_role = aws.iam.Role(
    "nodes",
    name=f"{pulumi.get_stack()}-nodes",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
            ],
        }
    ),
)
by_config_map = mode != "API"
mapped = bool(done)
cluster = eks.Cluster(
    "cluster",
    eks.ClusterArgs(
        name=pulumi.get_stack(),
        authentication_mode=eks.AuthenticationMode(mode),
        vpc_id=config.require("vpcId"),
        private_subnet_ids=config.require_object("subnetIds"),
        skip_default_node_group=True,
        user_mappings=[eks.UserMappingArgs(user_arn=developer, username="sample-username", groups=[GROUP])]
        if mapped and by_config_map
        else None,
        role_mappings=[
            eks.RoleMappingArgs(
                role_arn=node_role.arn,
                username="system:node:{{EC2PrivateDNSName}}",
                groups=["system:bootstrappers", "system:nodes"],
            )
        ]
        if config.get_bool("nodes") and by_config_map
        else None,
    ),
)
if not by_config_map and mapped:
    aws.eks.AccessEntry(
        "developer", cluster_name=cluster.eks_cluster.name, principal_arn=developer, kubernetes_groups=[GROUP]
    )
if not by_config_map and config.get_bool("nodes"):
    aws.eks.AccessEntry("nodes", cluster_name=cluster.eks_cluster.name, principal_arn=node_role.arn, type="EC2_LINUX")

if done == "bound":
    provider = k8s.Provider("inside", kubeconfig=cluster.kubeconfig_json)
    namespace = k8s.core.v1.Namespace(
        "sample", metadata={"name": "sample-namespace"}, opts=pulumi.ResourceOptions(provider=provider)
    )
    inside = pulumi.ResourceOptions(provider=provider, depends_on=[namespace])
    k8s.rbac.v1.Role(
        "developers",
        metadata={"name": "developers", "namespace": "sample-namespace"},
        rules=[{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}],
        opts=inside,
    )
    k8s.rbac.v1.RoleBinding(
        "developers",
        metadata={"name": "developers", "namespace": "sample-namespace"},
        role_ref={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "developers"},
        subjects=[{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": GROUP}],
        opts=inside,
    )

pulumi.export("kubeconfig", cluster.kubeconfig_json)
pulumi.export("node_role_arn", node_role.arn)
