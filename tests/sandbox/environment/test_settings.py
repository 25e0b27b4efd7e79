"""Which settings of a cluster EKS takes together, and what it says to the others."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.eks import settings
from sandbox.eks.errors import EksError

NODE_ROLE = "arn:aws:iam::111122223333:role/dev-auto"
OFF = {"enabled": False}
ON = {"enabled": True}


def cluster(mode: str = "API", **given: Any) -> dict[str, Any]:
    return {"name": "dev", "accessConfig": {"authenticationMode": mode}, **given}


def auto(
    compute: dict[str, Any], balancing: dict[str, Any] = ON, storage: dict[str, Any] = ON, addons: bool = False
) -> dict[str, Any]:
    return {
        "computeConfig": compute,
        "kubernetesNetworkConfig": {"elasticLoadBalancing": balancing},
        "storageConfig": {"blockStorage": storage},
        "bootstrapSelfManagedAddons": addons,
    }


POOLS = {"enabled": True, "nodePools": ["general-purpose", "system"], "nodeRoleArn": NODE_ROLE}
HYBRID = {"remoteNodeNetworks": [{"cidrs": ["10.80.0.0/16"]}], "remotePodNetworks": [{"cidrs": ["10.81.0.0/16"]}]}


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (cluster(**auto(ON, OFF)), "either fully enabled or fully disabled"),
        (cluster(computeConfig=ON), "either fully enabled or fully disabled"),
        (cluster(**auto(ON, storage=OFF)), "either fully enabled or fully disabled"),
        (cluster(**auto(POOLS, addons=True)), "bootstrapSelfManagedAddons must be set to false"),
        (cluster("CONFIG_MAP", **auto(POOLS)), "must be API_AND_CONFIG_MAP or API"),
        (cluster(**auto({**ON, "nodePools": ["system"]})), "nodeRoleArn is null or empty, nodePool list cannot"),
        (cluster(**auto({**ON, "nodeRoleArn": NODE_ROLE})), "not null or empty, nodePool value"),
        (cluster(**auto({**POOLS, "nodePools": ["sytem"]})), "Invalid node pool sytem"),
        (cluster("CONFIG_MAP", remoteNetworkConfig=HYBRID), "when remoteNetworkConfig is specified"),
        (cluster("CONFIG_MAP", accessConfig={"bootstrapClusterCreatorAdminPermissions": False}), "set to CONFIG_MAP"),
        ({"name": "-dev"}, "must match"),
    ],
)
def test_new_clusters_that_eks_refuses(body: dict[str, Any], text: str) -> None:
    with pytest.raises(EksError, match=text) as refusal:
        settings.check_new_cluster(body)
    assert refusal.value.code == "InvalidParameterException"


@pytest.mark.parametrize(
    "body",
    [
        {"name": "dev"},
        cluster(**auto(POOLS)),
        cluster(**auto(ON)),
        cluster(**auto(OFF, OFF, OFF, addons=True)),
        cluster("API_AND_CONFIG_MAP", remoteNetworkConfig=HYBRID),
    ],
)
def test_new_clusters_that_eks_takes(body: dict[str, Any]) -> None:
    settings.check_new_cluster(body)


def test_what_was_given_is_shown_again() -> None:
    given = {
        **auto(POOLS),
        "remoteNetworkConfig": HYBRID,
        "zonalShiftConfig": ON,
        "upgradePolicy": {"supportType": "STANDARD"},
        "deletionProtection": True,
    }
    shown = settings.initial(cluster(**given))
    expected = {name: value for name, value in given.items() if name != "bootstrapSelfManagedAddons"}
    network = {"serviceIpv4Cidr": "10.100.0.0/16", "ipFamily": "ipv4", "elasticLoadBalancing": ON}
    assert {name: shown[name] for name in expected} == {**expected, "kubernetesNetworkConfig": network}


def test_built_in_node_pools_need_a_role_and_own_ones_bring_theirs() -> None:
    assert settings.auto_mode_node_role(auto(POOLS)) == NODE_ROLE
    assert settings.auto_mode_node_role(auto(ON)) is None
    assert settings.auto_mode_node_role(auto(OFF, OFF, OFF)) is None


def test_auto_mode_comes_and_goes_in_one_update() -> None:
    before = settings.initial(cluster())
    after, kind, _ = settings.changed(before, {k: v for k, v in auto(POOLS).items() if k in settings.UPDATES}, "API")
    assert (kind, settings.auto_mode(after)) == ("AutoModeUpdate", True)
    with pytest.raises(EksError, match="either fully enabled or fully disabled"):
        settings.changed(after, {"computeConfig": OFF}, "API")
    with pytest.raises(EksError, match="must be API_AND_CONFIG_MAP or API"):
        settings.changed(before, auto(POOLS), "CONFIG_MAP")


def test_an_update_is_of_one_kind() -> None:
    before = settings.initial(cluster())
    for body in ({}, {"deletionProtection": True, "upgradePolicy": {"supportType": "STANDARD"}}):
        with pytest.raises(EksError, match="The type for cluster update was not provided"):
            settings.changed(before, body, "API")


def test_networks_of_hybrid_nodes_lie_outside_the_vpc() -> None:
    settings.check_remote_networks({"remoteNetworkConfig": HYBRID}, ["10.20.0.0/16"])
    with pytest.raises(EksError, match=r"remote pod network: CIDR 10.81.0.0/16 overlaps with VPC CIDR 10.0.0.0/8"):
        settings.check_remote_networks({"remoteNetworkConfig": {**HYBRID, "remoteNodeNetworks": []}}, ["10.0.0.0/8"])
