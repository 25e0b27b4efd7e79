"""EksCluster: what pulumi-eks is given, and what is changed about what it makes."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from eks_access import EksCluster

from ..mock_engine import Recorder
from ..plans import small
from .conftest import Run

CLUSTER = "eks:index:Cluster"
NODES = {
    "linux": {
        "kind": "managed",
        "instanceTypes": ["m7g.large"],
        "min": 2,
        "max": 4,
        "releaseVersion": "1.33.0-20250704",
    },
    "batch": {"kind": "fargate", "namespaces": ["east"]},
}
RAW: dict[str, Any] = small(nodeGroups=NODES, namespaces={"east": {}})


def transformed(recorder: Recorder, type_: str, props: dict[str, Any]) -> pulumi.ResourceTransformResult:
    """Hand a child of pulumi-eks to the transforms; what none of them changes comes back as it was."""
    result = pulumi.ResourceTransformResult(props=props, opts=pulumi.ResourceOptions())
    for transform in recorder.transforms[CLUSTER, "c"]:
        args = pulumi.ResourceTransformArgs(
            custom=True, type_=type_, name="child", props=result.props, opts=result.opts
        )
        result = transform(args) or result
    return result


def test_aws_auth_stays_when_the_stack_goes(run: Run) -> None:
    recorder = run(lambda: EksCluster("c", {"access": RAW}))

    kept = transformed(recorder, "kubernetes:core/v1:ConfigMap", {"data": {}})
    others = transformed(recorder, "aws:ec2/securityGroup:SecurityGroup", {"name": "x"})
    assert (kept.opts.retain_on_delete, kept.props) == (True, {"data": {}})
    assert not others.opts.retain_on_delete


@pytest.mark.parametrize(
    ("mode", "config"),
    [
        ("API", {"authenticationMode": "x", "bootstrapClusterCreatorAdminPermissions": False}),
        ("API_AND_CONFIG_MAP", {"authenticationMode": "x"}),
        ("CONFIG_MAP", {"authenticationMode": "x"}),
    ],
)
def test_eks_maps_the_creator_by_itself_unless_it_is_declared(run: Run, mode: str, config: dict[str, Any]) -> None:
    access = small(cluster={"authenticationMode": mode})

    recorder = run(lambda: EksCluster("c", {"access": access}))

    cluster = transformed(recorder, "aws:eks/cluster:Cluster", {"accessConfig": {"authenticationMode": "x"}})
    assert cluster.props == {"accessConfig": config}


def test_the_boundary_holds_for_node_roles(run: Run) -> None:
    recorder = run(lambda: EksCluster("c", {"access": RAW, "permissions_boundary": "arn:b"}))

    assert {r["permissionsBoundary"] for r in recorder.inputs("aws:iam/role:Role").values()} == {"arn:b"}


def test_no_node_starts_before_it_can_join(run: Run) -> None:
    recorder = run(lambda: EksCluster("c", {"access": RAW}))

    groups = recorder.options("aws:eks/nodeGroup:NodeGroup") | recorder.options("aws:eks/fargateProfile:FargateProfile")
    assert set(groups) == {"c-linux", "c-batch"}
    for request in groups.values():
        waits_for = {urn.rpartition("::")[2] for urn in request.dependencies}
        assert any(name.startswith("c-access-node-") for name in waits_for)
        assert "c" in waits_for


def test_the_autoscaler_owns_the_number_of_nodes(run: Run) -> None:
    recorder = run(lambda: EksCluster("c", {"access": RAW}))

    (request,) = recorder.options("aws:eks/nodeGroup:NodeGroup").values()
    (group,) = recorder.inputs("aws:eks/nodeGroup:NodeGroup").values()
    assert list(request.ignoreChanges) == ["scalingConfig.desiredSize"]
    assert group["scalingConfig"] == {"minSize": 2, "maxSize": 4, "desiredSize": 2}


def test_versions_are_those_that_were_declared(run: Run) -> None:
    access = {**RAW, "cluster": {**RAW["cluster"], "addons": {"vpc-cni": "v1.2.3-eksbuild.1"}}}

    recorder = run(lambda: EksCluster("c", {"access": access}))

    (cluster,) = recorder.inputs(CLUSTER).values()
    (group,) = recorder.inputs("aws:eks/nodeGroup:NodeGroup").values()
    assert (cluster["version"], group["version"], group["releaseVersion"]) == ("1.33", "1.33", "1.33.0-20250704")
    assert cluster["vpcCniOptions"]["addonVersion"] == "v1.2.3-eksbuild.1"
    assert cluster["corednsAddonOptions"]["enabled"] is False
    assert cluster["kubeProxyAddonOptions"]["enabled"] is False


def test_coredns_comes_after_the_nodes_that_it_runs_on(run: Run) -> None:
    access = {**RAW, "cluster": {**RAW["cluster"], "addons": {"coredns": "v1.12.1-eksbuild.2"}}}

    recorder = run(lambda: EksCluster("c", {"access": access}))

    (cluster,) = recorder.inputs(CLUSTER).values()
    (addon,) = recorder.options("aws:eks/addon:Addon").values()
    assert cluster["corednsAddonOptions"]["enabled"] is False
    assert any("aws:eks/nodeGroup:NodeGroup" in urn for urn in addon.dependencies)


def test_an_own_key_takes_the_place_of_a_new_one(run: Run) -> None:
    recorder = run(lambda: EksCluster("c", {"access": RAW, "encryption_key_arn": "arn:k"}))

    (cluster,) = recorder.inputs(CLUSTER).values()
    assert cluster["encryptionConfigKeyArn"] == "arn:k"
    assert not recorder.inputs("aws:kms/key:Key")


def test_the_api_server_is_private_unless_it_is_opened(run: Run) -> None:
    opened = {"endpoint": {"public": True, "publicCidrs": ["198.51.100.0/24"]}}

    (closed,) = run(lambda: EksCluster("c", {"access": small()})).inputs(CLUSTER).values()
    (open_,) = run(lambda: EksCluster("c", {"access": small(cluster=opened)})).inputs(CLUSTER).values()

    assert (closed["endpointPrivateAccess"], closed["endpointPublicAccess"]) == (True, False)
    assert "publicAccessCidrs" not in closed
    assert (open_["endpointPublicAccess"], open_["publicAccessCidrs"]) == (True, ["198.51.100.0/24"])


def test_subnets_are_the_ones_that_were_given(run: Run) -> None:
    recorder = run(lambda: EksCluster("c", {"access": RAW, "vpc_id": "vpc-1", "subnet_ids": ["s-1", "s-2"]}))

    (cluster,) = recorder.inputs(CLUSTER).values()
    (profile,) = recorder.inputs("aws:eks/fargateProfile:FargateProfile").values()
    (group,) = recorder.inputs("aws:eks/nodeGroup:NodeGroup").values()
    assert cluster["vpcId"] == "vpc-1"
    assert cluster["subnetIds"] == profile["subnetIds"] == group["subnetIds"] == ["s-1", "s-2"]
    assert profile["selectors"] == [{"namespace": "east"}]
