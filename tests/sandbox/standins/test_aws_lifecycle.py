"""Every kind of resource lives on the sandbox's AWS: made, read back, changed, imported, removed."""

from __future__ import annotations

import boto3
import pytest

from sandbox.standins.aws import configure
from sandbox.standins.resource import Failure, Instance

from .aws_life import TRUST, change, policy
from .conftest import Make

pytestmark = pytest.mark.sandbox


def test_another_account_is_refused_before_anything_is_made(account: str) -> None:
    with pytest.raises(Failure, match=f"AWS account ID not allowed: {account}"):
        configure({"allowedAccountIds": '["000000000000"]'})


def test_a_role_with_its_policies(aws: Instance, make: Make) -> None:
    inputs = {"name": "life-role", "assumeRolePolicy": TRUST, "path": "/life/", "tags": {"a": "b"}}
    role = make("aws:iam/role:Role", **inputs)
    assert role.outputs["arn"].endswith(":role/life/life-role")
    inline = make("aws:iam/rolePolicy:RolePolicy", role="life-role", name="p", policy=policy("eks:ListClusters"))
    assert inline.id == "life-role:p"
    outputs = change(
        aws,
        "aws:iam/rolePolicy:RolePolicy",
        inline,
        {"role": "life-role", "name": "p", "policy": policy("eks:DescribeCluster")},
    )
    assert "DescribeCluster" in outputs["policy"]
    managed = make("aws:iam/policy:Policy", name="life-policy", policy=policy("s3:ListBucket"))
    attached = make("aws:iam/rolePolicyAttachment:RolePolicyAttachment", role="life-role", policyArn=managed.id)
    assert attached.id == f"life-role/{managed.id}"
    make("aws:iam/instanceProfile:InstanceProfile", name="life-profile", role="life-role")
    changed = {**inputs, "description": "d", "tags": {"c": "d"}, "maxSessionDuration": 7200}
    outputs = change(aws, "aws:iam/role:Role", role, changed)
    assert outputs["tagsAll"] == {"owner": "platform", "c": "d"}
    assert outputs["uniqueId"] == role.outputs["uniqueId"]


def test_a_user_with_keys_goes_only_by_force(aws: Instance, make: Make) -> None:
    user = make("aws:iam/user:User", name="life-user", forceDestroy=True)
    key = make("aws:iam/accessKey:AccessKey", user="life-user")
    assert key.outputs["secret"]
    make("aws:iam/userLoginProfile:UserLoginProfile", user="life-user")
    boto3.Session().client("iam").create_access_key(UserName="life-user")
    handler = aws.resources("aws:iam/user:User")
    with pytest.raises(Failure, match=r"deleting IAM User \(life-user\): .*DeleteConflict"):
        handler.delete(user.id, {**user.outputs, "forceDestroy": False})
    handler.delete(user.id, user.outputs)
    assert handler.read(user.id, {}) is None


def test_an_existing_user_is_imported_as_it_is(aws: Instance, make: Make) -> None:
    user = make("aws:iam/user:User", name="life-import", path="/people/")
    seen = aws.resources("aws:iam/user:User").read(user.id, {})
    assert seen is not None
    assert seen.inputs == {"name": "life-import", "path": "/people/", "tags": {"owner": "platform"}}


def test_a_key_and_its_alias(make: Make) -> None:
    key = make("aws:kms/key:Key", description="life", enableKeyRotation=True, deletionWindowInDays=7)
    make("aws:kms/alias:Alias", name="alias/life", targetKeyId=key.id)


def test_security_groups_and_rules(aws: Instance, make: Make) -> None:
    vpc = aws.functions["aws:ec2/getVpc:getVpc"]({"default": True}, False)["id"]
    group = make("aws:ec2/securityGroup:SecurityGroup", name="life", vpcId=vpc, revokeRulesOnDelete=True)
    rule = {"type": "egress", "fromPort": 0, "toPort": 0, "protocol": "-1", "cidrBlocks": ["0.0.0.0/0"]}
    make("aws:ec2/securityGroupRule:SecurityGroupRule", securityGroupId=group.id, **rule)
    ingress = {"ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "cidrIpv4": "10.0.0.0/8"}
    make("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", securityGroupId=group.id, **ingress)
    make("aws:ec2/tag:Tag", resourceId=group.id, key="k", value="v")
    make("aws:ec2/launchTemplate:LaunchTemplate", name="life", metadataOptions={"httpTokens": "required"})


def test_a_log_group(aws: Instance, make: Make) -> None:
    group = make("aws:cloudwatch/logGroup:LogGroup", name="/life", retentionInDays=7)
    change(aws, "aws:cloudwatch/logGroup:LogGroup", group, {"name": "/life", "retentionInDays": 14})


def test_functions_answer_with_what_the_sdk_expects(aws: Instance, account: str) -> None:
    lookups = aws.functions
    assert lookups["aws:index/getPartition:getPartition"]({}, False)["partition"] == "aws"
    assert lookups["aws:index/getCallerIdentity:getCallerIdentity"]({}, False)["accountId"] == account
    assert len(lookups["aws:ec2/getSubnets:getSubnets"]({}, False)["ids"]) > 1
    with pytest.raises(Failure, match="has no argument 'vpc'"):
        lookups["aws:ec2/getSubnets:getSubnets"]({"vpc": "x"}, False)
