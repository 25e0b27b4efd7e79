"""What self-managed node groups are made of lives on the sandbox's AWS: templates, groups, stacks, keys."""

from __future__ import annotations

import pytest

from sandbox.standins.resource import Instance

from .aws_life import change, imported
from .conftest import Make

pytestmark = pytest.mark.sandbox

TEMPLATE = """
                AWSTemplateFormatVersion: '2010-09-09'
                Outputs:
                    NodeGroup:
                        Value: !Ref NodeGroup
                Resources:
                    NodeGroup:
                        Type: AWS::AutoScaling::AutoScalingGroup
                        Properties:
                          DesiredCapacity: {desired}
                          LaunchConfigurationName: {configuration}
                          MinSize: 1
                          MaxSize: 2
                          VPCZoneIdentifier: ["{subnet}"]
"""


def subnet(aws: Instance) -> str:
    return str(aws.functions["aws:ec2/getSubnets:getSubnets"]({}, False)["ids"][0])


LAUNCH = {
    "instanceType": "t3.medium",
    "iamInstanceProfile": {"name": "nodes"},
    "instanceMarketOptions": {"marketType": "spot", "spotOptions": {"maxPrice": "0.1"}},
    "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"volumeSize": 20, "encrypted": "true"}}],
    "networkInterfaces": [{"associatePublicIpAddress": "true", "securityGroups": ["sg-0123"]}],
    "metadataOptions": {"httpTokens": "required", "httpPutResponseHopLimit": 2},
    "monitoring": {"enabled": True},
    "placement": {"groupName": "together"},
    "tagSpecifications": [{"resourceType": "instance", "tags": {"team": "payments"}}],
    "userData": "aGVsbG8=",
}


def test_a_launch_template_gets_a_version_for_each_change(aws: Instance, make: Make) -> None:
    type_ = "aws:ec2/launchTemplate:LaunchTemplate"
    template = make(type_, name="nodes", **LAUNCH)
    assert template.outputs["blockDeviceMappings"][0]["ebs"] == {"volumeSize": 20, "encrypted": "true"}
    changed = change(aws, type_, template, {"name": "nodes", **LAUNCH, "instanceType": "m7g.large"})
    assert changed["latestVersion"] == 2
    found = imported(aws, type_, template.id).inputs or {}
    assert found["instanceType"] == "m7g.large"
    assert found["blockDeviceMappings"] == LAUNCH["blockDeviceMappings"]


def test_a_group_is_scaled_in_place_and_tagged(aws: Instance, make: Make) -> None:
    template = make("aws:ec2/launchTemplate:LaunchTemplate", name="group", instanceType="t3.medium")
    type_ = "aws:autoscaling/group:Group"
    inputs = {
        "minSize": 1,
        "maxSize": 2,
        "desiredCapacity": 2,
        "defaultInstanceWarmup": 30,
        "launchTemplate": {"name": "group", "version": "1"},
        "vpcZoneIdentifiers": [subnet(aws)],
        "instanceRefresh": {"strategy": "Rolling", "preferences": {"minHealthyPercentage": 50}},
        "tags": [
            {"key": "kubernetes.io/cluster/dev", "value": "owned", "propagateAtLaunch": True},
            {"key": "Name", "value": "dev-worker", "propagateAtLaunch": True},
        ],
    }
    group = make(type_, **inputs)
    assert group.id.startswith("lifecycle-")
    bigger = {**inputs, "maxSize": 4, "desiredCapacity": 3, "tags": inputs["tags"][1:]}  # type: ignore[index]
    outputs = change(aws, type_, group, bigger)
    assert outputs["desiredCapacity"] == 3
    assert [tag["key"] for tag in outputs["tags"]] == ["Name"]
    newer = {**bigger, "launchTemplate": {"name": "group", "version": str(template.outputs["latestVersion"] + 1)}}
    change(aws, "aws:ec2/launchTemplate:LaunchTemplate", template, {"name": "group", "instanceType": "m7g.large"})
    assert change(aws, type_, group, newer)["launchTemplate"]["version"] == "2"


def test_a_stack_holds_the_group_of_the_older_component(aws: Instance, make: Make) -> None:
    launched = make(
        "aws:ec2/launchConfiguration:LaunchConfiguration",
        imageId="ami-0c2023a1b2c3d4e5f",
        instanceType="t3.medium",
        associatePublicIpAddress=True,
        rootBlockDevice={"volumeSize": 20, "volumeType": "gp2", "encrypted": False, "deleteOnTermination": True},
        userData="#!/bin/bash",
    )
    type_ = "aws:cloudformation/stack:Stack"
    values = {"configuration": launched.id, "subnet": subnet(aws)}
    body = TEMPLATE.format(desired=2, **values)
    stack = make(type_, name="nodes-1a2b3c4d", templateBody=body, tags={"Name": "nodes"})
    assert stack.outputs["outputs"]["NodeGroup"]
    smaller = {"name": "nodes-1a2b3c4d", "templateBody": TEMPLATE.format(desired=1, **values), "tags": {"Name": "n"}}
    changed = change(aws, type_, stack, smaller)
    assert changed["outputs"] == stack.outputs["outputs"]
    assert changed["tagsAll"] == {"owner": "platform", "Name": "n"}


def test_keys_and_placement_groups_are_replaced_but_for_their_tags(aws: Instance, make: Make) -> None:
    public = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ0 hanako"
    key = make("aws:ec2/keyPair:KeyPair", publicKey=public, tags={"a": "b"})
    assert key.outputs["keyName"].startswith("lifecycle-")
    changed = change(aws, "aws:ec2/keyPair:KeyPair", key, {"publicKey": public, "tags": {"c": "d"}})
    assert changed["tagsAll"] == {"owner": "platform", "c": "d"}
    make("aws:ec2/placementGroup:PlacementGroup", strategy="cluster", tags={"a": "b"})


def test_a_prefix_names_a_thing_once(aws: Instance, make: Make) -> None:
    group = make("aws:ec2/securityGroup:SecurityGroup", namePrefix="nodes-")
    assert group.outputs["name"].startswith("nodes-")
    changed = change(aws, "aws:ec2/securityGroup:SecurityGroup", group, {"namePrefix": "nodes-", "tags": {"a": "b"}})
    assert changed["name"] == group.outputs["name"]


def test_inline_rules_are_all_that_a_security_group_has(aws: Instance, make: Make) -> None:
    type_ = "aws:ec2/securityGroup:SecurityGroup"
    out = {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}
    https = {"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["10.0.0.0/8"], "description": "in"}
    group = make(
        type_, name="inline", ingress=[https, {**https, "fromPort": 80, "toPort": 80, "self": True}], egress=[out]
    )
    changed = change(aws, type_, group, {"name": "inline", "ingress": [https], "egress": [out]})
    assert changed["ingress"] == [https]
    assert len(imported(aws, type_, group.id).inputs["ingress"]) == 1  # type: ignore[index]
