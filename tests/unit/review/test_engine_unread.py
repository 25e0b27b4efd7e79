"""What decides about access in a stack and can't be read is told; what can be read counts, however it was made."""

from __future__ import annotations

import json
from typing import Any

import pytest
from eks_access.errors import Refused
from eks_access.review.documents import Document
from eks_access.review.engine_reading import UNKNOWN, read_resources
from eks_access.review.engine_state import read_clusters, state_of_engine
from eks_access.review.state import AccessState

from .renderings import resource, urn
from .test_engine_state import binding, cluster, entry

Raw = dict[str, Any]
RBAC = "rbac.authorization.k8s.io"
COMPONENTS = [
    "kubernetes:yaml:ConfigFile",
    "kubernetes:yaml:ConfigGroup",
    "kubernetes:yaml/v2:ConfigGroup",
    "kubernetes:helm.sh/v3:Chart",
    "kubernetes:helm.sh/v4:Chart",
    "kubernetes:kustomize:Directory",
    "kubernetes:kustomize/v2:Directory",
]


def state_of(*resources: Raw) -> AccessState:
    return state_of_engine({"version": 3, "deployment": {"resources": list(resources)}})


def told(*resources: Raw) -> list[str]:
    """What is said beyond what is said of the cluster alone."""
    return [each for each in state_of(cluster(), *resources).notices if each not in state_of(cluster()).notices]


def component(type_: str, name: str) -> Raw:
    return {"urn": urn(type_, name), "type": type_, "custom": False}


@pytest.mark.parametrize(
    ("type_", "inputs"),
    [
        ("aws:index/eksAccessEntry:EksAccessEntry", {"clusterName": "plain"}),
        ("aws:index/eksAccessPolicyAssociation:EksAccessPolicyAssociation", {}),
        ("aws:index/eksCluster:EksCluster", {"name": "plain"}),
        ("acme:eks/accessEntry:AccessEntry", {"clusterName": "plain"}),
        ("module:tf:aws_eks_access_entry", {"cluster_name": "plain"}),
        ("module:tf:aws_eks_cluster", {"name": "plain"}),
        ("module:tf:kubernetes_cluster_role_binding_v1", {}),
        ("kubernetes:index/clusterRole:ClusterRole", {}),
        ("kubernetes:index/roleBindingV1:RoleBindingV1", {}),
        ("kubernetes:index/manifest:Manifest", {"manifest": {"apiVersion": f"{RBAC}/v1", "kind": "Role"}}),
        ("kubernetes:index/configMapV1Data:ConfigMapV1Data", {"metadata": [{"name": "aws-auth"}]}),
        ("kubectl:index/manifest:Manifest", {"yamlBody": f"apiVersion: {RBAC}/v1\nkind: ClusterRole\n"}),
        ("aws:cloudcontrol/resource:Resource", {"typeName": "AWS::EKS::AccessEntry", "desiredState": "{}"}),
        ("aws-native:index:ExtensionResource", {"type": "AWS::EKS::AccessEntry", "properties": {}}),
        ("aws:cloudformation/stack:Stack", {"templateBody": json.dumps({"A": {"Type": "AWS::EKS::AccessEntry"}})}),
        (
            "aws-native:cloudformation:CustomResourceEmulator",
            {
                "resourceType": "Custom::AWSCDK-EKS-KubernetesResource",
                "customResourceProperties": {"Manifest": "aws-auth"},
            },
        ),
        ("aws-native:cloudformation:CustomResourceEmulator", {"resourceType": "Custom::AWSCDK-EKS-Cluster"}),
        ("helm:index/release:Release", {"chart": "prometheus"}),
        ("module:tf:helm_release", {"chart": "prometheus"}),
        ("command:local:Command", {"create": "kubectl edit cm -n kube-system aws-auth"}),
        ("command:local:Command", {"create": "kubectl create clusterrole reader --verb=get --resource=pods"}),
        ("command:local:Command", {"create": "aws eks create-access-entry --cluster-name plain"}),
    ],
)
def test_what_decides_about_access_by_a_provider_that_is_not_read_is_told(type_: str, inputs: Raw) -> None:
    (sentence,) = told(resource(type_, "theirs", inputs))

    assert f"theirs ({type_})" in sentence
    assert "not counted" in sentence


@pytest.mark.parametrize(
    ("type_", "inputs"),
    [
        ("aws:s3/bucket:Bucket", {"bucket": "aws-auth"}),
        ("aws:index/eksAddon:EksAddon", {"clusterName": "plain"}),
        ("module:tf:aws_eks_node_group", {}),
        ("kubernetes:index/manifest:Manifest", {"manifest": {"apiVersion": "v1", "kind": "Service"}}),
        ("kubernetes:index/configMap:ConfigMap", {"metadata": [{"name": "settings"}]}),
        ("vault:kubernetes/authBackendRole:AuthBackendRole", {}),
        ("aws:cloudformation/stack:Stack", {"templateBody": "Type: AWS::AutoScaling::AutoScalingGroup"}),
        ("aws:cloudformation/stack:Stack", {"templateBody": "ClusterRole: {Type: AWS::IAM::Role}"}),
        ("command:local:Command", {"create": "helm repo update"}),
    ],
)
def test_nothing_is_told_of_what_decides_nothing(type_: str, inputs: Raw) -> None:
    assert told(resource(type_, "theirs", inputs)) == []


def test_nothing_is_told_of_a_component_whose_parts_count() -> None:
    made = component("acme:eks:AccessEntry", "grant")

    assert told(made, {**entry("plain", "ops"), "parent": made["urn"]}) == []


def test_a_stack_with_nothing_that_can_be_read_says_what_cannot() -> None:
    with pytest.raises(Refused, match=r"theirs \(module:tf:aws_eks_cluster\)"):
        state_of(resource("module:tf:aws_eks_cluster", "theirs", {"name": "plain"}))


@pytest.mark.parametrize(
    "type_", [f"kubernetes:{RBAC}/v1:RoleList", "kubernetes:core/v1:ConfigMapList", "kubernetes:v1:List"]
)
def test_lists_which_the_provider_refuses_to_make_are_told(type_: str) -> None:
    item = {"metadata": {"name": "r", "namespace": "a"}, "rules": []}
    (sentence,) = told(resource(type_, "many", {"items": [item]}))

    assert "makes nothing of Lists, so many are not counted" in sentence


@pytest.mark.parametrize("package", ["aws:eks/{0}:{1}", "aws-native:eks:{1}"])
def test_ways_in_that_eks_keeps_to_itself_are_told(package: str) -> None:
    here, elsewhere = {"clusterName": "plain"}, {"clusterName": "other"}
    sign_in = package.format("identityProviderConfig", "IdentityProviderConfig")
    capability = package.format("capability", "Capability")

    (of_people,) = told(resource(sign_in, "dex", here), resource(sign_in, "far", elsewhere))
    (of_eks,) = told(resource(capability, "argo", here), resource(capability, "far", elsewhere))

    assert "whoever signs in by the OIDC identity providers dex is mapped by neither" in of_people
    assert "EKS makes the access entries of the capabilities argo," in of_eks


@pytest.mark.parametrize("type_", COMPONENTS)
def test_what_manifests_and_charts_were_rendered_to_counts(type_: str) -> None:
    made = component(type_, "chart")
    state = state_of(cluster(), made, binding("b", parent=made["urn"]))

    assert "b" in {found.name for found in state.rbac.bindings}


@pytest.mark.parametrize("type_", COMPONENTS)
def test_a_chart_that_a_preview_cannot_render_is_told(type_: str) -> None:
    made = component(type_, "chart")
    needed = {"dependencies": [made["urn"]]}
    for parent, silent in (("", False), (made["urn"], True)):
        steps = [
            {"op": "create", "newState": each} for each in (cluster(), made, binding("b", parent=parent, **needed))
        ]
        notices = " ".join(state_of_engine({"steps": steps}).notices)

        assert ("parts of chart will only be known after the update" not in notices) is silent


@pytest.mark.parametrize("version", ["v1", "core/v1"])
def test_custom_resources_of_any_kind_that_decides_count(version: str) -> None:
    """`apiextensions.CustomResource` has the apiVersion in its type as it is written."""
    metadata = {"name": "aws-auth", "namespace": "kube-system"}
    config_map = resource(
        f"kubernetes:{version}:ConfigMap", "nodes", {"metadata": metadata, "data": {"mapRoles": "[]"}}
    )
    certificate = resource("kubernetes:cert-manager.io/v1:Certificate", "c", {"metadata": {"namespace": "web"}})
    node_class = resource("kubernetes:karpenter.k8s.aws/v1:EC2NodeClass", "n", {"metadata": {"namespace": "odd"}})
    state = state_of(cluster(), config_map, certificate, node_class)

    assert state.aws_auth == {"mapRoles": "[]"}
    assert {"web", "odd"} <= set(state.namespaces)


def test_a_custom_resource_whose_type_tells_nothing_is_what_its_properties_say() -> None:
    made = {"apiVersion": f"{RBAC}/v1", "kind": "ClusterRole", "metadata": {"name": "reader"}, "rules": []}
    hidden = {**made, "metadata": UNKNOWN}
    type_ = "kubernetes:apiextensions.k8s.io:CustomResource"
    state = state_of(cluster(), resource(type_, "reader", made), resource(type_, "later", hidden))

    assert "reader" in {role.name for role in state.rbac.roles}
    assert any(notice.startswith("parts of later ") for notice in state.notices)


def test_components_are_in_no_cluster_and_so_are_not_lost() -> None:
    clusters = [cluster("first"), cluster("second")]
    document = {"deployment": {"resources": [*clusters, component(COMPONENTS[0], "chart")]}}

    assert not any("chart" in notice for notice in state_of_engine(document, cluster="first").notices)


def test_a_stack_of_which_something_cannot_be_read_is_not_whole() -> None:
    """What is not in it may be made by what can't be read, so that nothing is missed by name."""
    for theirs, whole in (("aws:s3/bucket:Bucket", True), ("module:tf:aws_eks_access_entry", False)):
        document = {"deployment": {"resources": [cluster(), resource(theirs, "theirs", {})]}}
        (reading,) = read_clusters(read_resources(Document(content=document)))

        assert reading.whole is whole
