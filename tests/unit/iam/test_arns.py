"""ARNs are computed, for every partition, in the form that each reader wants."""

from __future__ import annotations

import pytest
from eks_access.iam.arns import PARTITIONS, AwsAccount, partition_of, service_principal, strip_path
from hypothesis import given
from hypothesis import strategies as st

SEGMENTS = st.lists(st.text("abcXYZ019+=,.@_-", min_size=1, max_size=12), max_size=4)


@pytest.mark.parametrize(
    ("region", "partition"),
    [
        ("eu-west-1", "aws"),
        ("us-east-1", "aws"),
        ("il-central-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eu-isoe-west-1", "aws-iso-e"),
        ("us-isof-south-1", "aws-iso-f"),
        ("eusc-de-east-1", "aws-eusc"),
    ],
)
def test_a_region_tells_its_partition(region: str, partition: str) -> None:
    assert partition_of(region) == partition


@pytest.mark.parametrize("partition", PARTITIONS)
def test_every_arn_is_in_the_accounts_partition(partition: str) -> None:
    account = AwsAccount(id="111122223333", partition=partition)
    arns = [
        account.user("aiko", "/dev/"),
        account.role("demo-node-managed"),
        account.mfa("aiko"),
        account.mfa("hanako"),
        account.cluster("r-1", "demo"),
        account.fargate_profiles("r-1", "demo"),
        account.managed_policy("AmazonEKSWorkerNodePolicy"),
        account.access_policy("AmazonEKSViewPolicy"),
        account.sso_role("Ops", "0123456789abcdef", None),
    ]

    assert {arn.split(":")[1] for arn in arns} == {partition}


def test_an_arn_is_spelled_as_aws_spells_it() -> None:
    account = AwsAccount(id="111122223333", partition="aws")

    assert account.user("aiko", "/dev/") == "arn:aws:iam::111122223333:user/dev/aiko"
    assert account.user("aiko") == "arn:aws:iam::111122223333:user/aiko"
    assert account.role("a", "/x/y/") == "arn:aws:iam::111122223333:role/x/y/a"
    assert account.mfa("aiko") == "arn:aws:iam::111122223333:mfa/aiko"
    assert account.mfa("hanako") == "arn:aws:iam::111122223333:mfa/hanako"
    assert account.cluster("eu-west-1", "demo") == "arn:aws:eks:eu-west-1:111122223333:cluster/demo"
    assert account.managed_policy("P") == "arn:aws:iam::aws:policy/P"
    assert account.access_policy("P") == "arn:aws:eks::aws:cluster-access-policy/P"


@pytest.mark.parametrize(
    ("home", "path"), [("eu-west-1", "sso.amazonaws.com/eu-west-1/"), (None, "sso.amazonaws.com/")]
)
def test_a_permission_sets_role_carries_the_home_region_in_its_path(home: str | None, path: str) -> None:
    arn = AwsAccount(id="111122223333", partition="aws").sso_role("Ops", "0123456789abcdef", home)

    assert arn == f"arn:aws:iam::111122223333:role/aws-reserved/{path}AWSReservedSSO_Ops_0123456789abcdef"


@given(SEGMENTS, st.sampled_from(PARTITIONS))
def test_only_the_path_of_a_role_is_stripped(segments: list[str], partition: str) -> None:
    path = "".join(f"{segment}/" for segment in segments)
    account = AwsAccount(id="111122223333", partition=partition)

    assert strip_path(account.role("name", f"/{path}")) == account.role("name")
    assert strip_path(strip_path(account.role("name", f"/{path}"))) == account.role("name")
    assert strip_path(account.user("name", f"/{path}")) == account.user("name", f"/{path}")


def test_only_ec2_has_a_name_of_its_own_in_china() -> None:
    assert service_principal("ec2", "aws-cn") == "ec2.amazonaws.com.cn"
    assert service_principal("eks-fargate-pods", "aws-cn") == "eks-fargate-pods.amazonaws.com"
    assert service_principal("ec2", "aws-us-gov") == "ec2.amazonaws.com"
