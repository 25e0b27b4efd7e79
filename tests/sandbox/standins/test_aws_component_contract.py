"""Whatever the real eks component (pulumi-eks 4.4) registers or asks of the aws provider, the stand-in takes.

The tables below were read off the component's source, `nodejs/eks` of pulumi-eks; each entry names the file. A value
is an example of what the component sends, with every property that it can send. Where it passes the user's own
arguments through (node groups, add-ons), the whole of the SDK's type is meant: `WHOLE`.
"""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

from sandbox.standins.aws.functions import functions
from sandbox.standins.aws.functions_sdk import argument_types, check_arguments, result_types
from sandbox.standins.aws.handler import TableResource
from sandbox.standins.aws.sdk import sdk_type
from sandbox.standins.aws.tables import TABLE

TAGS = {"Name": "dev-eksCluster", "team": "payments"}
TRUST = '{"Version":"2012-10-17","Statement":[{"Action":["sts:AssumeRole","sts:TagSession"],"Effect":"Allow"}]}'
VOLUME = {"deviceName": "/dev/xvda", "volumeSize": 20, "volumeType": "gp3", "iops": 3000, "throughput": 125}
FLAGS = {"encrypted": True, "deleteOnTermination": True}
TEXT_FLAGS = {"encrypted": "true", "deleteOnTermination": "true"}
EBS = {name: value for name, value in VOLUME.items() if name != "deviceName"}
ADD_ON = {
    "clusterName": "dev",
    "addonName": "vpc-cni",
    "addonVersion": "v1.20.0-eksbuild.1",
    "configurationValues": "{}",
    "preserve": True,
    "resolveConflictsOnCreate": "OVERWRITE",
    "resolveConflictsOnUpdate": "OVERWRITE",
    "serviceAccountRoleArn": "arn:aws:iam::111122223333:role/cni",
    "tags": TAGS,
}
RULE = {"description": "d", "type": "ingress", "fromPort": 0, "toPort": 0, "protocol": "-1", "securityGroupId": "sg-1"}

RESOURCES: list[tuple[str, str, dict[str, Any]]] = [
    ("servicerole.ts", "aws:iam/role:Role", {"description": "d", "assumeRolePolicy": TRUST, "tags": TAGS}),
    ("servicerole.ts", "aws:iam/rolePolicyAttachment:RolePolicyAttachment", {"policyArn": "arn", "role": "dev"}),
    ("cluster/cluster.ts", "aws:iam/rolePolicy:RolePolicy", {"role": "dev", "policy": {"Statement": []}}),
    ("cluster/cluster.ts", "aws:iam/instanceProfile:InstanceProfile", {"role": "dev"}),
    (
        "cluster/cluster.ts",
        "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
        {"clientIdLists": ["sts.amazonaws.com"], "url": "https://oidc", "thumbprintLists": ["9e99a48a9960b14926bb"]},
    ),
    (
        "cluster/cluster.ts, nodes/securitygroup.ts",
        "aws:ec2/securityGroup:SecurityGroup",
        {"vpcId": "vpc-1", "revokeRulesOnDelete": True, "tags": TAGS},
    ),
    ("cluster/cluster.ts", "aws:ec2/securityGroupRule:SecurityGroupRule", {**RULE, "cidrBlocks": ["0.0.0.0/0"]}),
    ("nodes/securitygroup.ts", "aws:ec2/securityGroupRule:SecurityGroupRule", {**RULE, "self": True}),
    ("nodes/securitygroup.ts", "aws:ec2/securityGroupRule:SecurityGroupRule", {**RULE, "sourceSecurityGroupId": "s"}),
    (
        "cluster/cluster.ts",
        "aws:eks/cluster:Cluster",
        {
            "name": "dev",
            "roleArn": "arn",
            "computeConfig": {"enabled": True, "nodeRoleArn": "arn", "nodePools": ["general-purpose", "system"]},
            "storageConfig": {"blockStorage": {"enabled": True}},
            "kubernetesNetworkConfig": {
                "serviceIpv4Cidr": "10.100.0.0/16",
                "ipFamily": "ipv4",
                "elasticLoadBalancing": {"enabled": True},
            },
            "bootstrapSelfManagedAddons": False,
            "vpcConfig": {
                "securityGroupIds": ["sg-1"],
                "subnetIds": ["subnet-1"],
                "endpointPrivateAccess": True,
                "endpointPublicAccess": True,
                "publicAccessCidrs": ["0.0.0.0/0"],
            },
            "version": "1.33",
            "enabledClusterLogTypes": ["audit"],
            "tags": TAGS,
            "encryptionConfig": {"provider": {"keyArn": "arn"}, "resources": ["secrets"]},
            "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": True},
            "upgradePolicy": {"supportType": "STANDARD"},
            "deletionProtection": True,
        },
    ),
    ("cluster/cluster.ts, addons/cni-addon.ts", "aws:eks/addon:Addon", ADD_ON),
    (
        "cluster/authenticationMode.ts",
        "aws:eks/accessEntry:AccessEntry",
        {
            "clusterName": "dev",
            "principalArn": "arn",
            "userName": "hanako",
            "kubernetesGroups": ["payments"],
            "type": "STANDARD",
            "tags": TAGS,
        },
    ),
    (
        "cluster/authenticationMode.ts",
        "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
        {
            "clusterName": "dev",
            "principalArn": "arn",
            "policyArn": "arn",
            "accessScope": {"type": "namespace", "namespaces": ["payments"]},
        },
    ),
    (
        "cluster/cluster.ts",
        "aws:eks/fargateProfile:FargateProfile",
        {
            "clusterName": "dev",
            "podExecutionRoleArn": "arn",
            "selectors": [{"namespace": "default", "labels": {"a": "b"}}],
            "subnetIds": ["subnet-1"],
        },
    ),
    (
        "nodes/nodegroup.ts: createManagedNodeGroup",
        "aws:eks/nodeGroup:NodeGroup",
        {
            "clusterName": "dev",
            "nodeRoleArn": "arn",
            "subnetIds": ["subnet-1"],
            "scalingConfig": {"desiredSize": 2, "minSize": 1, "maxSize": 2},
            "amiType": "AL2023_x86_64_STANDARD",
            "launchTemplate": {"id": "lt-1", "version": "1"},
            "tags": TAGS,
        },
    ),
    (
        "nodes/nodegroup.ts: createMNGCustomLaunchTemplate",
        "aws:ec2/launchTemplate:LaunchTemplate",
        {
            "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"volumeSize": 20}}],
            "userData": "aGk=",
            "metadataOptions": {"httpTokens": "required", "httpPutResponseHopLimit": 2, "httpEndpoint": "enabled"},
            "imageId": "ami-1",
            "placement": {"groupName": "together"},
            "networkInterfaces": [
                {
                    "associatePublicIpAddress": "true",
                    "deleteOnTermination": "true",
                    "networkCardIndex": 0,
                    "deviceIndex": 0,
                    "interfaceType": "efa",
                    "securityGroups": ["sg-1"],
                }
            ],
        },
    ),
    (
        "nodes/nodegroup.ts: createNodeGroupV2",
        "aws:ec2/launchTemplate:LaunchTemplate",
        {
            "imageId": "ami-1",
            "instanceType": "t3.medium",
            "iamInstanceProfile": {"name": "dev"},
            "keyName": "hanako",
            "instanceMarketOptions": {"marketType": "spot", "spotOptions": {"maxPrice": "0.1"}},
            "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {**EBS, **TEXT_FLAGS}}],
            "networkInterfaces": [{"associatePublicIpAddress": "true", "securityGroups": ["sg-1"]}],
            "metadataOptions": {"httpTokens": "required", "instanceMetadataTags": "enabled"},
            "userData": "aGk=",
            "tagSpecifications": [{"resourceType": "instance", "tags": TAGS}],
            "monitoring": {"enabled": True},
        },
    ),
    (
        "nodes/nodegroup.ts: createNodeGroupV2",
        "aws:autoscaling/group:Group",
        {
            "minSize": 1,
            "maxSize": 2,
            "desiredCapacity": 2,
            "launchTemplate": {"name": "dev", "version": "1"},
            "vpcZoneIdentifiers": ["subnet-1"],
            "instanceRefresh": {"strategy": "Rolling", "preferences": {"minHealthyPercentage": 50}},
            "tags": [{"key": "Name", "value": "dev-worker", "propagateAtLaunch": True}],
            "defaultInstanceWarmup": 30,
        },
    ),
    (
        "nodes/nodegroup.ts: createNodeGroup",
        "aws:ec2/launchConfiguration:LaunchConfiguration",
        {
            "associatePublicIpAddress": True,
            "imageId": "ami-1",
            "instanceType": "t3.medium",
            "iamInstanceProfile": "dev",
            "keyName": "hanako",
            "securityGroups": ["sg-1"],
            "spotPrice": "0.1",
            "rootBlockDevice": {**EBS, **FLAGS},
            "ebsBlockDevices": [{**VOLUME, **FLAGS}],
            "userData": "#!/bin/bash",
            "enableMonitoring": True,
        },
    ),
    (
        "nodes/nodegroup.ts: createNodeGroup",
        "aws:cloudformation/stack:Stack",
        {"name": "dev-1a2b3c4d", "templateBody": "Resources:", "tags": TAGS},
    ),
    ("nodes/nodegroup.ts", "aws:ec2/keyPair:KeyPair", {"publicKey": "ssh-ed25519 AAAA"}),
    ("nodes/nodegroup.ts", "aws:ec2/placementGroup:PlacementGroup", {"strategy": "cluster", "tags": TAGS}),
]

WHOLE = {
    "addons/addon.ts": "aws:eks/addon:Addon",
    "nodes/nodegroup.ts: createManagedNodeGroup": "aws:eks/nodeGroup:NodeGroup",
}

FUNCTIONS: list[tuple[str, str, dict[str, Any], set[str]]] = [
    ("cluster/cluster.ts", "aws:index/getPartition:getPartition", {}, {"partition", "dnsSuffix"}),
    ("cluster/cluster.ts, nodes/nodegroup.ts", "aws:index/getRegion:getRegion", {}, {"name", "region"}),
    ("cluster/cluster.ts", "aws:index/getCallerIdentity:getCallerIdentity", {}, {"accountId"}),
    ("cluster/cluster.ts", "aws:ec2/getVpc:getVpc", {"default": True}, {"id"}),
    (
        "cluster/cluster.ts, nodes/instances.ts",
        "aws:ec2/getSubnets:getSubnets",
        {"filters": [{"name": "availability-zone", "values": ["eu-west-1a"]}]},
        {"ids"},
    ),
    ("nodes/nodegroup.ts", "aws:ec2/getSubnet:getSubnet", {"id": "subnet-1"}, {"vpcId"}),
    ("nodes/nodegroup.ts", "aws:ec2/getRouteTable:getRouteTable", {"subnetId": "subnet-1"}, {"routes"}),
    ("nodes/nodegroup.ts", "aws:ec2/getRouteTable:getRouteTable", {"routeTableId": "rtb-1"}, {"routes"}),
    (
        "nodes/nodegroup.ts",
        "aws:ec2/getRouteTables:getRouteTables",
        {"vpcId": "vpc-1", "filters": [{"name": "association.main", "values": ["true"]}]},
        {"ids"},
    ),
    (
        "nodes/nodegroup.ts",
        "aws:ec2/getAmi:getAmi",
        {"owners": ["self", "amazon"], "filters": [{"name": "image-id", "values": ["ami-1"]}]},
        {"blockDeviceMappings", "rootDeviceName"},
    ),
    ("nodes/nodegroup.ts", "aws:ssm/getParameter:getParameter", {"name": "/aws/service/eks"}, {"value"}),
    (
        "nodes/instances.ts",
        "aws:ec2/getInstanceType:getInstanceType",
        {"instanceType": "t3.medium"},
        {"efaSupported", "maximumNetworkCards"},
    ),
    (
        "nodes/instances.ts",
        "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings",
        {"filters": [{"name": "instance-type", "values": ["t3.medium"]}], "locationType": "availability-zone"},
        {"locations"},
    ),
    (
        "cluster/cluster.ts, addons/cni-addon.ts",
        "aws:eks/getAddonVersion:getAddonVersion",
        {"addonName": "coredns", "kubernetesVersion": "1.33", "mostRecent": True},
        {"version"},
    ),
    ("servicerole.ts", "aws:iam/getPolicyDocument:getPolicyDocument", {"statements": [{"actions": ["a"]}]}, {"json"}),
]

OUTPUTS = {
    "aws:eks/cluster:Cluster": {
        *("accessConfig", "arn", "certificateAuthority", "endpoint", "identities", "kubernetesNetworkConfig", "name"),
        *("upgradePolicy", "version", "vpcConfig"),
    },
    "aws:iam/role:Role": {"arn", "name"},
    "aws:iam/instanceProfile:InstanceProfile": {"name"},
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {"arn", "url"},
    "aws:ec2/securityGroupRule:SecurityGroupRule": {"securityGroupRuleId"},
    "aws:ec2/launchTemplate:LaunchTemplate": {"name", "latestVersion"},
    "aws:ec2/keyPair:KeyPair": {"keyName"},
    "aws:ec2/placementGroup:PlacementGroup": {"name"},
    "aws:autoscaling/group:Group": {"name"},
    "aws:cloudformation/stack:Stack": {"outputs"},
    "aws:eks/fargateProfile:FargateProfile": {"status"},
}


class NoAws:
    """A session for what must not call AWS."""

    region = "eu-west-1"
    default_tags: ClassVar[dict[str, str]] = {}


def handler(type_: str) -> TableResource:
    return TableResource(TABLE[type_], NoAws())  # type: ignore[arg-type]


@pytest.mark.parametrize(("file", "type_", "inputs"), RESOURCES, ids=[f"{r[1].split(':')[-1]}" for r in RESOURCES])
def test_a_child_of_the_component_is_taken_with_all_its_properties(
    file: str, type_: str, inputs: dict[str, Any]
) -> None:
    checked = handler(type_).check(f"urn:pulumi:dev::p::{type_}::child", inputs, {})
    assert inputs.keys() <= checked.keys(), f"{file} sends it"


@pytest.mark.parametrize("type_", OUTPUTS)
def test_what_the_component_reads_of_its_children_is_there(type_: str) -> None:
    assert OUTPUTS[type_] <= {*TABLE[type_].outputs, *TABLE[type_].created}


@pytest.mark.parametrize("type_", WHOLE.values())
def test_what_the_component_passes_through_is_implemented_in_full(type_: str) -> None:
    assert sdk_type(type_).inputs - {"__defaults"} == TABLE[type_].handled


@pytest.mark.parametrize(("file", "token", "given", "read"), FUNCTIONS, ids=[f[1].split(":")[-1] for f in FUNCTIONS])
def test_a_function_that_the_component_calls_is_there(
    file: str, token: str, given: dict[str, Any], read: set[str]
) -> None:
    assert token in functions(None), f"{file} calls it"  # type: ignore[arg-type]
    check_arguments(token, given)
    assert given.keys() <= argument_types(token).keys()
    assert read <= result_types(token).keys()
