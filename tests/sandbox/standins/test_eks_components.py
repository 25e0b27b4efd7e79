"""Children of the eks stand-in's components: type, name, parent, options and properties as in pulumi-eks's source.

Tables are written from pulumi-eks 4.4: cluster.ts, authenticationMode.ts, servicerole.ts, securitygroup.ts,
storageclass.ts, nodegroup.ts, userdata.ts, addon.ts and cni-addon.ts.
"""

from __future__ import annotations

import base64
from typing import Any

import pulumi
import pytest

from sandbox.standins.eks import construct
from sandbox.standins.eks import options as options_module

from .eks_children import ARN, Constructed, constructed

NETWORK = {"vpcId": "vpc-1", "subnetIds": ["subnet-a"]}
BARE = {**NETWORK, "skipDefaultNodeGroup": True, "skipDefaultSecurityGroups": True, "useDefaultVpcCni": True}


@pytest.fixture(autouse=True)
def _aws_cli(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options_module, "assert_aws_cli", lambda: None)
    monkeypatch.delenv("AWS_PROFILE", raising=False)


def cluster(**inputs: Any) -> Constructed:
    return constructed("eks:index:Cluster", "c", inputs)


def test_a_cluster_by_default_has_everything() -> None:
    """cluster.ts, createCluster and createCore."""
    made = cluster(**NETWORK)
    rule, add_on = "aws:ec2/securityGroupRule:SecurityGroupRule", "aws:eks/addon:Addon"
    attachment = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    assert made.table() == {
        ("eks:index:ServiceRole", "c-eksRole", "c"),
        ("aws:iam/role:Role", "c-eksRole-role", "c-eksRole"),
        (attachment, "c-eksRole-4b490823", "c-eksRole"),
        ("aws:ec2/securityGroup:SecurityGroup", "c-eksClusterSecurityGroup", "c"),
        (rule, "c-eksClusterInternetEgressRule", "c"),
        ("aws:eks/cluster:Cluster", "c-eksCluster", "c"),
        (add_on, "c-kube-proxy", "c"),
        ("pulumi:providers:kubernetes", "c-eks-k8s", "c"),
        ("eks:index:ServiceRole", "c-instanceRole", "c"),
        ("aws:iam/role:Role", "c-instanceRole-role", "c-instanceRole"),
        (attachment, "c-instanceRole-03516f97", "c-instanceRole"),
        (attachment, "c-instanceRole-3eb088f2", "c-instanceRole"),
        (attachment, "c-instanceRole-e1b295bd", "c-instanceRole"),
        ("aws:iam/instanceProfile:InstanceProfile", "c-instanceProfile", "c"),
        ("kubernetes:core/v1:ConfigMap", "c-nodeAccess", "c"),
        ("eks:index:VpcCniAddon", "c-vpc-cni", "c"),
        (add_on, "c-vpc-cni", "c-vpc-cni"),
        (add_on, "c-coredns", "c"),
        ("aws:ec2/securityGroup:SecurityGroup", "c-nodeSecurityGroup", "c"),
        *((rule, f"c-eks{name}", "c") for name in ("NodeIngressRule", "NodeClusterIngressRule", "ClusterIngressRule")),
        *((rule, f"c-eks{name}", "c") for name in ("ExtApiServerClusterIngressRule", "NodeInternetEgressRule")),
        ("aws:ec2/launchTemplate:LaunchTemplate", "c-launchTemplate", "c"),
        ("aws:autoscaling/group:Group", "c", "c"),
    }
    assert made.outputs["defaultNodeGroupAsgName"] == "c"
    assert made.outputs["core"]["nodeGroupOptions"].keys() == {
        *("instanceProfile", "nodeSecurityGroup", "clusterIngressRule")
    }


def test_the_cluster_itself() -> None:
    """cluster.ts, `new aws.eks.Cluster`."""
    made = cluster(**BARE, authenticationMode="API_AND_CONFIG_MAP", tags={"a": "b"})
    found = made.child("aws:eks/cluster:Cluster", "c-eksCluster")
    assert found.properties == {
        "roleArn": f"{ARN}c-eksRole-role",
        "bootstrapSelfManagedAddons": True,
        "vpcConfig": {"subnetIds": ["subnet-a"]},
        "tags": {"Name": "c-eksCluster", "a": "b"},
        "accessConfig": {
            "authenticationMode": "API_AND_CONFIG_MAP",
            "bootstrapClusterCreatorAdminPermissions": True,
        },
    }
    assert list(found.request.ignoreChanges) == [
        *("accessConfig.bootstrapClusterCreatorAdminPermissions", "bootstrapSelfManagedAddons")
    ]
    assert found.depends_on == {"c-eksRole-role", "c-eksRole-4b490823"}


def test_the_region_is_asked_for_with_an_oidc_provider_only() -> None:
    """cluster.ts, createCore: the thumbprint of the region's issuer."""
    region = "aws:index/getRegion:getRegion"
    made = cluster(**BARE, createOidcProvider=True)
    assert made.child("aws:iam/openIdConnectProvider:OpenIdConnectProvider", "c-oidcProvider").properties["url"]
    assert region in made.called
    assert region not in cluster(**BARE).called


def test_access_in_both_modes() -> None:
    """authenticationMode.ts."""
    entry = {"principalArn": f"{ARN}dev", "kubernetesGroups": ["g"], "accessPolicies": {"view": {"policyArn": "p"}}}
    entry["accessPolicies"]["view"]["accessScope"] = {"type": "cluster"}  # type: ignore[index]
    made = cluster(**BARE, authenticationMode="API_AND_CONFIG_MAP", accessEntries={"dev": entry}, userMappings=[])
    aws_auth = made.child("kubernetes:core/v1:ConfigMap", "c-nodeAccess")
    assert aws_auth.provider == "c-eks-k8s"
    assert aws_auth.properties["data"] == {"mapRoles": "[]\n", "mapUsers": "[]\n"}
    assert aws_auth.properties["metadata"] == {
        "name": "aws-auth",
        "namespace": "kube-system",
        "annotations": {"pulumi.com/patchForce": "true"},
    }
    found = made.child("aws:eks/accessEntry:AccessEntry", "c-dev")
    assert found.properties == {"clusterName": "dev", "principalArn": f"{ARN}dev", "kubernetesGroups": ["g"]}
    assert "c-eksCluster" in found.depends_on
    policy = made.child("aws:eks/accessPolicyAssociation:AccessPolicyAssociation", "c-dev-view")
    assert (policy.parent, policy.properties["accessScope"]) == ("c-dev", {"type": "cluster"})


def test_auto_mode_makes_a_role_for_nodes_and_no_add_ons_but_coredns() -> None:
    made = cluster(**NETWORK, autoMode={"enabled": True}, authenticationMode="API", createInstanceRole=False)
    found = made.child("aws:eks/cluster:Cluster", "c-eksCluster")
    assert found.properties["computeConfig"] == {
        "enabled": True,
        "nodeRoleArn": f"{ARN}c-nodeRole-role",
        "nodePools": ["general-purpose", "system"],
    }
    assert found.properties["storageConfig"] == {"blockStorage": {"enabled": True}}
    assert found.properties["kubernetesNetworkConfig"] == {
        "ipFamily": "ipv4",
        "elasticLoadBalancing": {"enabled": True},
    }
    assert found.properties["bootstrapSelfManagedAddons"] is False
    assert {name for type_, name, _ in made.table() if type_ == "aws:eks/addon:Addon"} == {"c-coredns"}
    assert made.outputs["autoModeNodeRoleName"] == "c-nodeRole-role"


def test_a_first_preview_of_auto_mode_shows_a_role_of_the_program() -> None:
    auto = {"enabled": True, "createNodeRole": False, "computeConfig": {"nodeRoleArn": f"{ARN}n"}}
    made = constructed("eks:index:Cluster", "c", {**BARE, "authenticationMode": "API", "autoMode": auto}, preview=True)
    assert made.child("aws:eks/cluster:Cluster", "c-eksCluster").properties["computeConfig"]["nodeRoleArn"] == f"{ARN}n"


def test_fargate_and_storage_classes() -> None:
    """cluster.ts, fargateProfile; storageclass.ts."""
    made = cluster(**BARE, fargate=True, storageClasses="gp2", createInstanceRole=False)
    profile = made.child("aws:eks/fargateProfile:FargateProfile", "c-fargateProfile")
    assert profile.properties["selectors"] == [{"namespace": "default"}, {"namespace": "kube-system"}]
    assert {"c-nodeAccess", "c-podExecutionRole-role"} <= profile.depends_on
    coredns = made.child("aws:eks/addon:Addon", "c-coredns")
    assert coredns.properties["configurationValues"] == '{"computeType":"Fargate"}'
    assert "c-fargateProfile" in coredns.depends_on
    storage = made.child("kubernetes:storage.k8s.io/v1:StorageClass", "c-gp2")
    assert storage.properties["metadata"] == {"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}
    assert storage.properties["parameters"] == {"type": "gp2"}
    assert (storage.provider, "c-nodeAccess" in storage.depends_on) == ("c-eks-k8s", True)


def test_a_self_managed_group() -> None:
    """nodegroup.ts, createNodeGroupV2; userdata.ts."""
    inputs = {"instanceProfileName": "nodes", "labels": {"a": "b"}, "ignoreScalingChanges": True}
    made = constructed("eks:index:NodeGroupV2", "n", {**inputs, "nodeSubnetIds": ["subnet-a"]})
    template = made.child("aws:ec2/launchTemplate:LaunchTemplate", "n-launchTemplate").properties
    assert {name: template[name] for name in template if name != "userData"} == {
        "imageId": "ami-1",
        "instanceType": "t3.medium",
        "iamInstanceProfile": {"name": "nodes"},
        "blockDeviceMappings": [],
        "networkInterfaces": [
            {"associatePublicIpAddress": "true", "securityGroups": ["n-nodeSecurityGroup-id"]},
        ],
    }
    data = base64.b64decode(template["userData"]).decode()
    assert "    name: dev\n    apiServerEndpoint: https://api\n    certificateAuthority: Q0E=\n" in data
    assert "      - '--node-labels=a=b'\n" in data
    group = made.child("aws:autoscaling/group:Group", "n")
    assert group.properties["launchTemplate"] == {"name": "n-launchTemplate", "version": "1"}
    assert [tag["key"] for tag in group.properties["tags"]] == ["kubernetes.io/cluster/dev", "Name"]
    assert list(group.request.ignoreChanges) == ["desiredCapacity"]


def test_a_managed_group() -> None:
    """nodegroup.ts, createManagedNodeGroup."""
    inputs = {"nodeRoleArn": f"{ARN}n", "diskSize": 30.0, "amiId": "ami-2"}
    made = constructed("eks:index:ManagedNodeGroup", "m", inputs)
    assert made.child("aws:eks/nodeGroup:NodeGroup", "m").properties == {
        "clusterName": "dev",
        "nodeRoleArn": f"{ARN}n",
        "scalingConfig": {"desiredSize": 2, "minSize": 1, "maxSize": 2},
        "subnetIds": ["subnet-a"],
        "launchTemplate": {"id": "m-launchTemplate-id", "version": "1"},
    }
    template = made.child("aws:ec2/launchTemplate:LaunchTemplate", "m-launchTemplate").properties
    assert (template["imageId"], template["blockDeviceMappings"]) == (
        "ami-2",
        [{"deviceName": "/dev/xvda", "ebs": {"volumeSize": 30}}],
    )


@pytest.mark.parametrize(
    ("type_", "inputs", "reason"),
    [
        ("NodeGroupV2", {"nodePublicKey": "k", "keyName": "n"}, "nodePublicKey and keyName are mutually exclusive"),
        ("NodeGroupV2", {"amiId": "a", "gpu": True}, "amiId and gpu are mutually exclusive"),
        ("NodeGroupV2", {"nodeSecurityGroupId": "sg"}, "clusterIngressRule or clusterIngressRuleId is required"),
        ("NodeGroupV2", {"nodeRootVolumeIops": 3}, "non-io1 type with provisioned IOPS"),
        ("ManagedNodeGroup", {}, "An IAM role, or role ARN must be provided"),
        ("ManagedNodeGroup", {"nodeRole": 1, "nodeRoleArn": "r"}, "both nodeRole and nodeRoleArn"),
        ("ManagedNodeGroup", {"nodeRoleArn": "r", "amiId": "a", "gpu": True}, "both amiId and gpu"),
        ("ManagedNodeGroup", {"nodeRoleArn": "r", "enableEfaSupport": True}, "placementGroupAvailabilityZone"),
    ],
)
def test_node_groups_refuse_what_the_real_ones_refuse(type_: str, inputs: dict[str, Any], reason: str) -> None:
    with pytest.raises(pulumi.InputPropertiesError) as caught:
        constructed(f"eks:index:{type_}", "n", inputs)
    assert any(reason in str(error["reason"]) for error in caught.value.errors or [])


def test_components_that_are_not_there_are_named() -> None:
    with pytest.raises(pulumi.RunError, match=r"has no eks:index:NodeGroup, only .*NodeGroupV2"):
        construct("n", "eks:index:NodeGroup", {}, None)
