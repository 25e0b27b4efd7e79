"""The provider's functions answer with everything that the SDK's result has, and refuse what its arguments lack."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.standins.aws.functions import functions
from sandbox.standins.aws.functions_sdk import argument_types, result_types
from sandbox.standins.resource import UNKNOWN, Failure, Instance

pytestmark = pytest.mark.sandbox

AMI = "/aws/service/eks/optimized-ami/{}/amazon-linux-2023/x86_64/standard/recommended/image_id"
BOTTLEROCKET = "/aws/service/bottlerocket/aws-k8s-1.33/arm64/latest/image_id"
WINDOWS = "/aws/service/ami-windows-latest/Windows_Server-2022-English-Core-EKS_Optimized-1.33/image_id"


def call(aws: Instance, name: str, /, **arguments: Any) -> dict[str, Any]:
    module = name.split(":")[0]
    function = name.split(":")[1]
    return aws.functions[f"aws:{module}/{function}:{function}"](arguments, False)


ARGUMENTS: dict[str, dict[str, Any]] = {
    "index:getPartition": {},
    "index:getRegion": {},
    "index:getCallerIdentity": {},
    "index:getAvailabilityZones": {},
    "ec2:getVpc": {"default": True},
    "ec2:getSubnets": {},
    "ec2:getRouteTables": {},
    "ec2:getAmi": {"owners": ["amazon"], "mostRecent": True},
    "ec2:getInstanceType": {"instanceType": "t3.medium"},
    "ec2:getInstanceTypeOfferings": {"locationType": "availability-zone"},
    "eks:getAddonVersion": {"addonName": "vpc-cni", "kubernetesVersion": "1.33", "mostRecent": True},
    "iam:getRoles": {"nameRegex": "nobody"},
    "iam:getPolicyDocument": {},
    "ssm:getParameter": {"name": AMI.format("1.33")},
}


@pytest.mark.parametrize("name", ARGUMENTS)
def test_an_answer_has_every_property_of_the_sdks_result(aws: Instance, name: str) -> None:
    module, function = name.split(":")
    answer = call(aws, name, **ARGUMENTS[name])
    assert result_types(f"aws:{module}/{function}:{function}").keys() <= answer.keys()


def test_regions_carry_the_old_name_and_the_new_one(aws: Instance) -> None:
    region = call(aws, "index:getRegion")
    assert region["region"] == region["name"] == region["id"] == "eu-west-1"


def test_unknown_arguments_are_refused_at_any_depth(aws: Instance) -> None:
    with pytest.raises(Failure, match=r"no argument 'filters\[0\]\.value'"):
        call(aws, "ec2:getSubnets", filters=[{"name": "vpc-id", "value": "vpc-1"}])


def test_a_preview_leaves_the_answer_to_what_is_unknown_open(aws: Instance) -> None:
    token = "aws:eks/getAddonVersion:getAddonVersion"
    answer = aws.functions[token]({"addonName": "coredns", "kubernetesVersion": UNKNOWN}, True)
    assert answer["version"] is UNKNOWN


def test_the_recommended_images_are_known_to_ec2_and_stay_the_same(aws: Instance) -> None:
    image = call(aws, "ssm:getParameter", name=AMI.format("1.33"))["value"]
    assert call(aws, "ssm:getParameter", name=AMI.format("1.33"))["value"] == image
    assert call(aws, "ssm:getParameter", name=AMI.format("1.34"))["value"] != image
    by_id = [{"name": "image-id", "values": [image]}]
    found = call(aws, "ec2:getAmi", owners=["self", "amazon"], filters=by_id)
    assert found["blockDeviceMappings"][0]["deviceName"] == found["rootDeviceName"] == "/dev/xvda"


def test_bottlerocket_has_a_second_disk_and_windows_a_name_of_its_own(aws: Instance) -> None:
    for parameter, devices in ((BOTTLEROCKET, ["/dev/xvda", "/dev/xvdb"]), (WINDOWS, ["/dev/sda1"])):
        image = call(aws, "ssm:getParameter", name=parameter)["value"]
        found = call(aws, "ec2:getAmi", owners=["self"], filters=[{"name": "image-id", "values": [image]}])
        assert [device["deviceName"] for device in found["blockDeviceMappings"]] == devices


def test_there_is_no_amazon_linux_2_for_new_versions(aws: Instance) -> None:
    name = "/aws/service/eks/optimized-ami/{}/amazon-linux-2/recommended/image_id"
    assert call(aws, "ssm:getParameter", name=name.format("1.32"))["value"]
    with pytest.raises(Failure, match="ParameterNotFound"):
        call(aws, "ssm:getParameter", name=name.format("1.33"))


def test_a_subnets_own_route_table_is_told_from_the_vpcs(aws: Instance) -> None:
    """The component looks for a subnet's own table first, and counts on an error when it has none."""
    vpc = call(aws, "ec2:getVpc", default=True)["id"]
    in_vpc = [{"name": "vpc-id", "values": [vpc]}]
    subnet = call(aws, "ec2:getSubnets", filters=in_vpc)["ids"][0]
    with pytest.raises(Failure, match="no matching EC2 Route Table"):
        call(aws, "ec2:getRouteTable", subnetId=subnet)
    main = [{"name": "association.main", "values": ["true"]}]
    table = call(aws, "ec2:getRouteTables", vpcId=call(aws, "ec2:getSubnet", id=subnet)["vpcId"], filters=main)
    found = call(aws, "ec2:getRouteTable", routeTableId=table["ids"][0])
    assert next((route["gatewayId"], route["vpcEndpointId"]) for route in found["routes"]) == ("local", "")


def test_policy_documents_are_merged_by_statement_ids(aws: Instance) -> None:
    base = {"statements": [{"sid": "a", "actions": ["s3:ListBucket"], "resources": ["*"]}]}
    source = call(aws, "iam:getPolicyDocument", **base)["json"]
    more = {"sid": "b", "actions": ["s3:GetObject"], "resources": ["*"]}
    merged = call(aws, "iam:getPolicyDocument", sourcePolicyDocuments=[source], statements=[more])["minifiedJson"]
    assert merged.index('"a"') < merged.index('"b"')
    override = {"statements": [{"sid": "a", "actions": ["s3:*"], "resources": ["*"]}]}
    over = call(aws, "iam:getPolicyDocument", **override)["json"]
    replaced = call(aws, "iam:getPolicyDocument", sourcePolicyDocuments=[source], overridePolicyDocuments=[over])
    assert "ListBucket" not in replaced["json"]


def test_every_function_knows_its_arguments() -> None:
    for token in functions(None):  # type: ignore[arg-type]
        assert result_types(token)
        assert argument_types(token)
