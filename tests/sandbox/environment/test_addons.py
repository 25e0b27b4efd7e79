"""Add-ons: the answers that the EKS API gives about them."""

from __future__ import annotations

import pytest

from sandbox.eks.addons import Addons, describe_versions
from sandbox.eks.errors import EksError

ARN = "arn:aws:eks:eu-west-1:111122223333:cluster/dev"
IDENTITY = {"roleArn": "arn:aws:iam::111122223333:role/cni", "serviceAccount": "aws-node"}


def made(**settings: object) -> Addons:
    addons = Addons("dev", ARN)
    addons.add({"addonName": "vpc-cni", "resolveConflicts": "OVERWRITE", **settings}, "1.33")
    return addons


def test_an_addon_shows_what_it_was_given() -> None:
    configuration = '{"enableWindowsIpam": "true"}'
    shown = made(configurationValues=configuration, addonVersion="v1.20.0", tags={"a": "b"}).get("vpc-cni")
    assert (shown["configurationValues"], shown["addonVersion"], shown["status"]) == (
        configuration,
        "v1.20.0",
        "ACTIVE",
    )
    assert (shown["tags"], "resolveConflicts" in shown) == ({"a": "b"}, False)


def test_without_a_version_it_has_the_one_that_eks_offers() -> None:
    offered = describe_versions("vpc-cni", "1.33")["addonVersions"][0]["addonVersion"]
    assert made().get("vpc-cni")["addonVersion"] == offered


def test_pod_identities_are_shown_by_their_arns_and_can_be_taken_away() -> None:
    addons = made(podIdentityAssociations=[IDENTITY])
    (arn,) = addons.get("vpc-cni")["podIdentityAssociations"]
    assert arn.startswith("arn:aws:eks:eu-west-1:111122223333:podidentityassociation/dev/a-")
    addons.update("vpc-cni", {"addonVersion": "v1.21.0"})
    assert addons.get("vpc-cni")["podIdentityAssociations"] == [arn]
    addons.update("vpc-cni", {"podIdentityAssociations": []})
    assert addons.get("vpc-cni")["podIdentityAssociations"] == []


def test_an_addon_is_there_once_and_then_gone() -> None:
    addons = made()
    with pytest.raises(EksError, match="Addon already exists") as refusal:
        addons.add({"addonName": "vpc-cni"}, "1.33")
    assert refusal.value.status == 409
    assert addons.remove("vpc-cni")["status"] == "DELETING"
    with pytest.raises(EksError, match="No addon: vpc-cni found in cluster: dev"):
        addons.get("vpc-cni")
