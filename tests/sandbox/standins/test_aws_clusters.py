"""A cluster and what belongs to it behind the stand-in: made, changed, replaced, adopted, removed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.account_network import PRIVATE_SUBNETS
from sandbox.standins.resource import Failure, Instance, State

from .aws_life import change, checked, imported
from .conftest import Made, Make

pytestmark = pytest.mark.sandbox

CLUSTER, NODES, ENTRY = "aws:eks/cluster:Cluster", "aws:eks/nodeGroup:NodeGroup", "aws:eks/accessEntry:AccessEntry"
NAME = "stand-in"
PODS = "eks-fargate-pods.amazonaws.com"


def trust(service: str) -> dict[str, object]:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": service}}
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.fixture(scope="module")
def subnets(aws: Instance) -> list[str]:
    vpc = aws.functions["aws:ec2/getVpc:getVpc"]({"default": True}, False)["id"]
    filters = [{"name": "vpc-id", "values": [vpc]}]
    return list(aws.functions["aws:ec2/getSubnets:getSubnets"]({"filters": filters}, False)["ids"])


@pytest.fixture(scope="module")
def cluster(aws: Instance, subnets: list[str]) -> Iterator[State]:
    """Made once for all tests here, since a control plane takes its time."""
    made = Made(aws)
    role = made.make("aws:iam/role:Role", name="stand-in-cluster", assumeRolePolicy=trust("eks.amazonaws.com"))
    yield made.make(
        CLUSTER,
        name=NAME,
        roleArn=role.outputs["arn"],
        version="1.33",
        vpcConfig={"subnetIds": subnets, "endpointPrivateAccess": True},
        accessConfig={"authenticationMode": "API_AND_CONFIG_MAP", "bootstrapClusterCreatorAdminPermissions": True},
        zonalShiftConfig={"enabled": True},
    )
    made.remove()


@pytest.fixture
def role(make: Make) -> str:
    return str(make("aws:iam/role:Role", name="stand-in-nodes", assumeRolePolicy=trust(PODS)).outputs["arn"])


def test_a_cluster_is_changed_in_place_and_adopted(aws: Instance, cluster: State) -> None:
    inputs = {name: value for name, value in (cluster.inputs or {}).items() if name != "__defaults"}
    logs = {**inputs, "enabledClusterLogTypes": ["audit", "authenticator"], "tags": {"a": "b"}}
    outputs = change(aws, CLUSTER, cluster, logs)
    assert outputs["enabledClusterLogTypes"] == ["audit", "authenticator"]
    assert change(aws, CLUSTER, State(NAME, outputs, logs), inputs)["tagsAll"] == {"owner": "platform"}
    found = imported(aws, CLUSTER, NAME).inputs or {}
    assert (found["name"], found["version"]) == (NAME, "1.33")


@pytest.mark.parametrize(
    ("change_", "replaces"),
    [
        ({"roleArn": "arn:aws:iam::111122223333:role/other"}, ("roleArn",)),
        ({"kubernetesNetworkConfig": {"ipFamily": "ipv6"}}, ("kubernetesNetworkConfig.ipFamily",)),
        ({"encryptionConfig": {"provider": {"keyArn": "arn"}, "resources": ["secrets"]}}, ()),
        ({"remoteNetworkConfig": {"remoteNodeNetworks": {"cidrs": ["10.80.0.0/16"]}}}, ()),
        ({"deletionProtection": True}, ()),
        ({"kubernetesNetworkConfig": {"ipFamily": "ipv4"}}, None),
    ],
)
def test_what_replaces_a_cluster(
    aws: Instance, cluster: State, change_: dict[str, object], replaces: tuple[str, ...] | None
) -> None:
    handler = aws.resources(CLUSTER)
    wanted = checked(handler, {**(cluster.inputs or {}), **change_})
    found = handler.diff(NAME, cluster.inputs or {}, cluster.outputs, wanted)
    assert (found.replaces, bool(found.changed)) == (replaces or (), replaces is not None)


def test_encryption_cannot_be_taken_away_in_place(aws: Instance, cluster: State) -> None:
    handler = aws.resources(CLUSTER)
    encrypted = {"encryptionConfig": {"provider": {"keyArn": "arn"}, "resources": ["secrets"]}}
    found = handler.diff(NAME, {**(cluster.inputs or {}), **encrypted}, {}, cluster.inputs or {})
    assert found.replaces == ("encryptionConfig",)


def test_half_of_auto_mode_is_refused(aws: Instance, cluster: State) -> None:
    with pytest.raises(Failure, match="must all be set to either true or false"):
        checked(aws.resources(CLUSTER), {**(cluster.inputs or {}), "computeConfig": {"enabled": True}})


def test_a_node_group(aws: Instance, make: Make, cluster: State, role: str, subnets: list[str]) -> None:
    inputs = {
        "clusterName": NAME,
        "nodeGroupName": "general",
        "nodeRoleArn": role,
        "subnetIds": subnets,
        "scalingConfig": {"minSize": 1, "maxSize": 2, "desiredSize": 1},
        "taints": [{"key": "gpu", "value": "yes", "effect": "NO_SCHEDULE"}],
        "labels": {"team": "payments"},
        "remoteAccess": {"ec2SshKey": "hanako", "sourceSecurityGroupIds": ["sg-1"]},
        "nodeRepairConfig": {"enabled": True},
    }
    group = make(NODES, **inputs)
    assert group.outputs["resources"][0]["autoscalingGroups"][0]["name"].startswith("eks-general-")
    bigger = {**inputs, "labels": {"team": "platform"}, "scalingConfig": {"minSize": 1, "maxSize": 4, "desiredSize": 2}}
    outputs = change(aws, NODES, group, bigger)
    assert (outputs["labels"], outputs["scalingConfig"]["maxSize"]) == ({"team": "platform"}, 4)
    found = imported(aws, NODES, f"{NAME}:general").inputs or {}
    assert (found["nodeRoleArn"], found["remoteAccess"]) == (role, inputs["remoteAccess"])
    handler = aws.resources(NODES)
    other = checked(handler, {**inputs, "instanceTypes": ["m7g.large"]})
    assert handler.diff(group.id, group.inputs or {}, group.outputs, other).replaces == ("instanceTypes",)


def test_an_add_on(aws: Instance, make: Make, cluster: State) -> None:
    type_ = "aws:eks/addon:Addon"
    inputs = {
        "clusterName": NAME,
        "addonName": "vpc-cni",
        "addonVersion": "v1.20.0-eksbuild.1",
        "configurationValues": '{"env": {"WARM_ENI_TARGET": "1"}}',
        "resolveConflictsOnCreate": "OVERWRITE",
        "resolveConflictsOnUpdate": "OVERWRITE",
        "preserve": True,
    }
    add_on = make(type_, **inputs)
    changed = change(aws, type_, add_on, {**inputs, "addonVersion": "v1.20.1-eksbuild.1"})
    assert changed["addonVersion"] == "v1.20.1-eksbuild.1"
    found = imported(aws, type_, f"{NAME}:vpc-cni").inputs or {}
    assert (found["clusterName"], found["addonName"]) == (NAME, "vpc-cni")


def test_a_fargate_profile(aws: Instance, make: Make, cluster: State, role: str) -> None:
    type_ = "aws:eks/fargateProfile:FargateProfile"
    selectors = [{"namespace": "payments", "labels": {"a": "b"}}]
    private = list(PRIVATE_SUBNETS)
    inputs = {"clusterName": NAME, "podExecutionRoleArn": role, "selectors": selectors, "subnetIds": private}
    profile = make(type_, fargateProfileName="pods", **inputs)
    assert profile.outputs["status"] == "ACTIVE"
    assert (imported(aws, type_, f"{NAME}:pods").inputs or {})["selectors"] == selectors
    handler = aws.resources(type_)
    other = checked(handler, {**(profile.inputs or {}), "selectors": [{"namespace": "other"}]})
    assert handler.diff(profile.id, profile.inputs or {}, {}, other).replaces == ("selectors",)


def test_an_access_entry_and_its_policy(aws: Instance, make: Make, cluster: State) -> None:
    role = make("aws:iam/role:Role", name="stand-in-team", assumeRolePolicy=trust(PODS)).outputs["arn"]
    inputs = {"clusterName": NAME, "principalArn": role, "kubernetesGroups": ["payments"], "userName": "hanako"}
    entry = make(ENTRY, **inputs)
    found = imported(aws, ENTRY, f"{NAME}:{role}").inputs or {}
    assert {name: found[name] for name in inputs} == inputs
    assert change(aws, ENTRY, entry, {**inputs, "kubernetesGroups": ["a", "b"]})["kubernetesGroups"] == ["a", "b"]
    policy = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSViewPolicy"
    type_ = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation"
    scope = {"type": "namespace", "namespaces": ["payments"]}
    make(type_, clusterName=NAME, principalArn=role, policyArn=policy, accessScope=scope)
    assert (imported(aws, type_, f"{NAME}#{role}#{policy}").inputs or {})["accessScope"] == scope


def test_auto_mode_is_switched_on_in_place_but_its_role_is_not_changed(
    aws: Instance, make: Make, cluster: State
) -> None:
    role = make("aws:iam/role:Role", name="stand-in-auto", assumeRolePolicy=trust("ec2.amazonaws.com")).outputs["arn"]
    auto = {
        "computeConfig": {"enabled": True, "nodePools": ["system", "general-purpose"], "nodeRoleArn": role},
        "kubernetesNetworkConfig": {"ipFamily": "ipv4", "elasticLoadBalancing": {"enabled": True}},
        "storageConfig": {"blockStorage": {"enabled": True}},
    }
    inputs = {**(cluster.inputs or {}), **auto}
    outputs = change(aws, CLUSTER, cluster, inputs)
    assert outputs["computeConfig"]["enabled"]
    handler = aws.resources(CLUSTER)
    other = checked(handler, {**inputs, "computeConfig": {**auto["computeConfig"], "nodeRoleArn": f"{role}-other"}})
    found = handler.diff(NAME, checked(handler, inputs), outputs, other)
    assert found.replaces == ("computeConfig.nodeRoleArn",)
