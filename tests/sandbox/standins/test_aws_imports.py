"""What is on AWS already is adopted as it is, by the ids of the real provider; what is gone is noticed."""

from __future__ import annotations

import json

import boto3
import pytest

from sandbox.standins.resource import Failure, Instance

from .aws_life import TRUST, change, imported, policy
from .conftest import Make

pytestmark = pytest.mark.sandbox


def test_a_role_and_what_hangs_on_it(aws: Instance, make: Make) -> None:
    role = make("aws:iam/role:Role", name="adopt", path="/nodes/", assumeRolePolicy=TRUST, description="adopted")
    make("aws:iam/rolePolicy:RolePolicy", role="adopt", name="p", policy=policy("eks:ListClusters"))
    arn = "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy"
    make("aws:iam/rolePolicyAttachment:RolePolicyAttachment", role="adopt", policyArn=arn)
    make("aws:iam/instanceProfile:InstanceProfile", name="adopt", role="adopt")
    found = imported(aws, "aws:iam/role:Role", "adopt")
    assert (found.inputs or {}).keys() == {"name", "path", "assumeRolePolicy", "description", "tags"}
    assert found.outputs["uniqueId"] == role.outputs["uniqueId"]
    assert (imported(aws, "aws:iam/rolePolicy:RolePolicy", "adopt:p").inputs or {})["role"] == "adopt"
    attached = imported(aws, "aws:iam/rolePolicyAttachment:RolePolicyAttachment", f"adopt/{arn}")
    assert attached.inputs == {"role": "adopt", "policyArn": arn}
    assert (imported(aws, "aws:iam/instanceProfile:InstanceProfile", "adopt").inputs or {})["role"] == "adopt"


def test_a_user_and_what_hangs_on_it(aws: Instance, make: Make) -> None:
    make("aws:iam/user:User", name="adopt-user", path="/developers/")
    make("aws:iam/userPolicy:UserPolicy", user="adopt-user", name="p", policy=policy("eks:ListClusters"))
    key = make("aws:iam/accessKey:AccessKey", user="adopt-user")
    inline = imported(aws, "aws:iam/userPolicy:UserPolicy", "adopt-user:p").inputs or {}
    assert (inline["user"], inline["name"]) == ("adopt-user", "p")
    found = imported(aws, "aws:iam/accessKey:AccessKey", key.id)
    assert found.inputs == {"user": "adopt-user"}
    assert "secret" not in found.outputs


def test_a_security_group_and_a_rule(aws: Instance, make: Make) -> None:
    vpc = aws.functions["aws:ec2/getVpc:getVpc"]({"default": True}, False)["id"]
    group = make("aws:ec2/securityGroup:SecurityGroup", name="adopt", vpcId=vpc, revokeRulesOnDelete=True)
    type_ = "aws:ec2/securityGroupRule:SecurityGroupRule"
    ports = {"type": "ingress", "protocol": "tcp", "fromPort": 443, "toPort": 443}
    inputs = {**ports, "securityGroupId": group.id, "cidrBlocks": ["10.0.0.0/8"], "description": "in"}
    rule = make(type_, **inputs)
    found = imported(aws, type_, f"{group.id}_ingress_tcp_443_443_10.0.0.0/8")
    assert found.id == rule.id
    assert found.inputs == inputs
    changed = change(aws, type_, rule, {**inputs, "description": "from inside"})
    assert changed["description"] == "from inside"
    for id, why in ((rule.id, "too few parts"), (f"{group.id}_in_tcp_1_2_10.0.0.0/8", "expecting 'ingress'")):
        with pytest.raises(Failure, match=f"unexpected format for ID .*{why}"):
            aws.resources(type_).read(id, {})
    assert (imported(aws, "aws:ec2/securityGroup:SecurityGroup", group.id).inputs or {})["vpcId"] == vpc


def test_a_key_of_kms(aws: Instance, make: Make) -> None:
    key = make("aws:kms/key:Key", description="adopt", deletionWindowInDays=7)
    assert (imported(aws, "aws:kms/key:Key", key.id).inputs or {})["description"] == "adopt"


def test_what_somebody_else_removed_is_found_to_be_gone(aws: Instance, make: Make) -> None:
    user = make("aws:iam/user:User", name="adopt-gone")
    boto3.Session().client("iam").delete_user(UserName="adopt-gone")
    assert aws.resources("aws:iam/user:User").read(user.id, user.inputs or {}) is None


def test_a_role_owns_the_policies_in_its_own_declaration(aws: Instance, make: Make) -> None:
    arns = [f"arn:aws:iam::aws:policy/AmazonEKS{name}" for name in ("ClusterPolicy", "WorkerNodePolicy")]
    inputs = {"name": "owner", "assumeRolePolicy": TRUST}
    own = [{"name": "p", "policy": json.dumps(policy("s3:ListBucket"))}]
    role = make("aws:iam/role:Role", **inputs, managedPolicyArns=arns, inlinePolicies=own)
    outputs = change(aws, "aws:iam/role:Role", role, {**inputs, "managedPolicyArns": arns[:1], "inlinePolicies": []})
    assert outputs["managedPolicyArns"] == arns[:1]
    assert outputs["inlinePolicies"] == []
