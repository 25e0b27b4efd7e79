"""The AWS table holds what the SDK's types say, and tells changes from replacements as the real provider does."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from sandbox.standins.aws.handler import TableResource
from sandbox.standins.aws.sdk import check_names, sdk_type
from sandbox.standins.aws.spec import Call, Spec
from sandbox.standins.aws.tables import TABLE
from sandbox.standins.resource import UNKNOWN, Failure

TRUST = {"Statement": [{"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {"AWS": "*"}}]}
URN = "urn:pulumi:dev::eks-access::aws:iam/role:Role::team"


class NoAws:
    """A session for what must not call AWS."""

    region = "eu-west-1"
    default_tags: ClassVar = {"owner": "platform"}


def handler(type_: str) -> TableResource:
    return TableResource(TABLE[type_], NoAws())  # type: ignore[arg-type]


def diff(type_: str, old: dict[str, Any], new: dict[str, Any]) -> Any:
    return handler(type_).diff("id", old, {}, new)


specs = pytest.mark.parametrize("spec", TABLE.values(), ids=lambda spec: spec.type.split(":")[-1])


@specs
def test_the_table_names_only_inputs_that_the_sdk_has(spec: Spec) -> None:
    known = sdk_type(spec.type).inputs
    named = {*spec.handled, *spec.documents, *spec.unordered, *spec.defaults, *spec.adopts}
    named |= {spec.autoname.property} if spec.autoname else set()
    assert {name.split(".")[0] for name in named} - {"region"} <= known


@specs
def test_the_table_names_only_outputs_that_the_sdk_has(spec: Spec) -> None:
    assert set(spec.outputs) | set(spec.update_makes_unknown) | set(spec.secrets) <= sdk_type(spec.type).outputs


@specs
def test_required_inputs_are_implemented(spec: Spec) -> None:
    assert sdk_type(spec.type).required <= spec.handled


@specs
def test_call_parameters_come_from_properties_that_exist(spec: Spec) -> None:
    known = sdk_type(spec.type)
    names = {*known.inputs, *known.outputs, *spec.created, "id"}
    calls = [spec.create, spec.read, spec.delete, *(u.run for u in spec.updates if isinstance(u.run, Call))]
    params = [call.params for call in calls if call and isinstance(call.params, Mapping)]
    sources = [source for given in params for source in given.values() if isinstance(source, str)]
    assert {source.split(".")[0] for source in sources} <= names


@specs
def test_an_id_gives_back_the_properties_that_it_was_made_of(spec: Spec) -> None:
    names = re.findall(r"{(\w+)}", spec.id)
    props = {name: f"arn:aws:iam::1:{name}/x" if name == names[-1] else f"{name}-1" for name in names}
    assert spec.parse_id(spec.make_id(props)) == props


def test_unknown_properties_are_refused_at_any_depth() -> None:
    cluster = {"roleArn": "arn", "vpcConfig": {"subnetIds": []}}
    check_names("aws:eks/cluster:Cluster", cluster)
    for extra, name in [
        ({"autoMode": True}, "autoMode"),
        ({"vpcConfig": {"subnets": []}}, "vpcConfig.subnets"),
        ({"encryptionConfig": {"provider": {"arn": "x"}}}, "encryptionConfig.provider.arn"),
    ]:
        with pytest.raises(Failure, match=re.escape(repr(name))):
            check_names("aws:eks/cluster:Cluster", {**cluster, **extra})


def test_a_missing_required_property_is_refused() -> None:
    with pytest.raises(Failure, match='"assumeRolePolicy" is required'):
        handler("aws:iam/role:Role").check(URN, {}, {})


def test_a_property_that_is_not_implemented_is_refused_by_name() -> None:
    with pytest.raises(Failure, match="doesn't implement 'pgpKey'"):
        handler("aws:iam/accessKey:AccessKey").check(URN, {"user": "hanako", "pgpKey": "keybase:hanako"}, {})


def test_a_missing_name_is_made_up_once_and_default_tags_are_merged() -> None:
    role = handler("aws:iam/role:Role")
    first = role.check(URN, {"assumeRolePolicy": TRUST, "tags": {"team": "a"}}, {})
    assert re.fullmatch(r"team-[0-9a-f]{7}", first["name"])
    assert first["tags"] == {"owner": "platform", "team": "a"}
    assert json.loads(first["assumeRolePolicy"]) == TRUST
    assert role.check(URN, {"assumeRolePolicy": TRUST}, first)["name"] == first["name"]


@pytest.mark.parametrize(
    ("type_", "old", "new", "changed", "replaces"),
    [
        ("aws:iam/role:Role", {"path": "/"}, {"path": "/ci/"}, ("path",), ("path",)),
        ("aws:iam/role:Role", {"description": "a"}, {"description": "b"}, ("description",), ()),
        ("aws:iam/role:Role", {}, {"maxSessionDuration": 3600, "path": "/"}, (), ()),
        ("aws:iam/user:User", {"name": "a", "path": "/"}, {"name": "a", "path": "/x/"}, ("path",), ()),
        ("aws:iam/rolePolicy:RolePolicy", {"policy": '{"a":["b"]}'}, {"policy": '{"a": "b"}'}, (), ()),
        ("aws:iam/accessKey:AccessKey", {"user": "a"}, {"user": "b"}, ("user",), ("user",)),
        ("aws:eks/accessEntry:AccessEntry", {"kubernetesGroups": ["a", "b"]}, {"kubernetesGroups": ["b", "a"]}, (), ()),
        ("aws:eks/accessEntry:AccessEntry", {"type": "STANDARD"}, {"type": "EC2_LINUX"}, ("type",), ("type",)),
        ("aws:eks/accessEntry:AccessEntry", {"userName": "a"}, {"userName": "b"}, ("userName",), ()),
        ("aws:eks/cluster:Cluster", {"version": "1.33"}, {"version": "1.34"}, ("version",), ()),
        ("aws:eks/cluster:Cluster", {"version": "1.33"}, {}, (), ()),
        ("aws:eks/addon:Addon", {"addonVersion": "v1"}, {"addonVersion": UNKNOWN}, ("addonVersion",), ()),
    ],
)
def test_changes_and_replacements(
    type_: str, old: dict[str, Any], new: dict[str, Any], changed: tuple[str, ...], replaces: tuple[str, ...]
) -> None:
    found = diff(type_, old, new)
    assert (found.changed, found.replaces) == (changed, replaces)


def test_the_creators_bootstrap_right_replaces_the_cluster_but_the_mode_does_not() -> None:
    api = {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": True}
    both = {**api, "authenticationMode": "API_AND_CONFIG_MAP"}
    assert diff("aws:eks/cluster:Cluster", {"accessConfig": both}, {"accessConfig": api}).replaces == ()
    off = {**api, "bootstrapClusterCreatorAdminPermissions": False}
    found = diff("aws:eks/cluster:Cluster", {"accessConfig": api}, {"accessConfig": off})
    assert found.replaces == ("accessConfig.bootstrapClusterCreatorAdminPermissions",)


def test_a_resource_that_keeps_its_name_is_deleted_before_its_replacement() -> None:
    named = {"name": "team", "path": "/", "__defaults": []}
    assert diff("aws:iam/role:Role", named, {**named, "path": "/x/"}).delete_before_replace
    made_up = {**named, "__defaults": ["name"]}
    assert not diff("aws:iam/role:Role", made_up, {**made_up, "path": "/x/"}).delete_before_replace


def test_a_preview_knows_the_inputs_and_marks_the_rest_unknown() -> None:
    role = handler("aws:iam/role:Role")
    outputs = role.create(URN, role.check(URN, {"name": "team", "assumeRolePolicy": TRUST}, {}), True).outputs
    assert outputs["name"] == "team"
    assert outputs["arn"] is UNKNOWN
    assert outputs["tagsAll"] == {"owner": "platform"}
    cluster = handler("aws:eks/cluster:Cluster")
    inputs = {"roleArn": "arn", "vpcConfig": {"subnetIds": ["a"]}}
    config = cluster.create(URN, cluster.check(URN, inputs, {}), True).outputs["vpcConfig"]
    assert config == {"subnetIds": ["a"], "clusterSecurityGroupId": UNKNOWN, "vpcId": UNKNOWN}


def test_secrets_are_marked_and_survive_a_read() -> None:
    assert "secret" in handler("aws:iam/accessKey:AccessKey").secret_outputs
    assert "secret" in handler("aws:iam/accessKey:AccessKey").kept_outputs
    assert handler("aws:iam/userLoginProfile:UserLoginProfile").secret_outputs == ("password",)
