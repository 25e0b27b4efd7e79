"""Recordings hold what a run means: nothing that changes from run to run by nature, and no secret."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.recording import normalised
from sandbox.recording_log import Registration, calls, registrations
from sandbox.recording_normal import Normaliser
from sandbox.recording_objects import objects, planned
from sandbox.recording_secrets import secrets_of
from sandbox.standins.values import OUTPUT_MARK, SIGNATURE
from sandbox.standins.values import SECRET_MARK as SECRET

FEWER = settings(max_examples=25)
STACK = "urn:pulumi:dev::project::"

VOLATILE: Mapping[str, str] = {
    "uuid": "{0:.8}-{0:.4}-{0:.4}-{0:.4}-{0:.12}",
    "security group": "sg-{0:.17}",
    "network": "vpc-{0:.8}",
    "role": "AROA{1}",
    "endpoint": "https://127.0.0.1:{2}",
    "certificate": "LS0tLS1CRUdJTi{0}",
    "fingerprint": "{0}",
}
"""Forms of what differs from run to run, made of hexadecimal digits, capitals and a port."""
SLOTS = [(kind, number) for kind in VOLATILE for number in range(3)]
Values = dict[tuple[str, int], str]


def assigned(seed: int) -> Values:
    """Three different values of every kind."""
    random, values = Random(seed), {}
    for kind, number in SLOTS:
        digits = str(number) + "".join(random.choices("0123456789abcdef", k=39))
        capitals = str(number) + "".join(random.choices("ABCDEFGH01234567", k=16))
        values[kind, number] = VOLATILE[kind].format(digits, capitals, random.randrange(1024, 20000) * 3 + number)
    return values


RUNS = st.integers(0, 2**32).map(assigned)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text("abc xyz", max_size=8),
    st.sampled_from(SLOTS),
    st.tuples(st.just("arn:aws:thing/"), st.sampled_from(SLOTS)),
)
PROPERTIES = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=5),
    st.recursive(
        LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner)
    ),
    max_size=4,
)
SHAPES = st.lists(st.tuples(PROPERTIES, st.none() | st.sampled_from(SLOTS)), min_size=1, max_size=4)


def filled(shape: Any, values: Values) -> Any:
    """Put values into a shape."""
    if isinstance(shape, dict):
        return {key: filled(item, values) for key, item in shape.items()}
    if isinstance(shape, list):
        return [filled(item, values) for item in shape]
    if isinstance(shape, tuple):
        return values[shape] if shape in values else shape[0] + values[shape[1]]
    return shape


def recorded(shapes: Any, values: Values) -> dict[str, Any]:
    resources = [
        resource(f"thing-{number}", inputs=filled(inputs, values), id=values[id_] if id_ else "fixed")
        for number, (inputs, id_) in enumerate(shapes)
    ]
    found: dict[str, list[Any]] = {"objects": objects(resources, {}), "calls": [], "cluster": [], "aws": []}
    return normalised(found, resources, {})


def resource(name: str, type_: str = "aws:iam/role:Role", **rest: Any) -> dict[str, Any]:
    return {"urn": f"{STACK}{type_}::{name}", "type": type_, "custom": True, **rest}


@FEWER
@given(SHAPES, RUNS, RUNS)
def test_other_ids_and_ports_give_the_same_recording(shapes: Any, one: Values, other: Values) -> None:
    assert recorded(shapes, one) == recorded(shapes, other)


@FEWER
@given(SHAPES, RUNS)
def test_no_volatile_value_is_left(shapes: Any, values: Values) -> None:
    text = json.dumps(recorded(shapes, values))
    assert not [value for value in values.values() if value in text]


@FEWER
@given(RUNS, st.sampled_from(list(VOLATILE)))
def test_which_values_are_the_same_is_kept(values: Values, kind: str) -> None:
    one, other = (kind, 0), (kind, 1)
    same = recorded([({"a": one, "b": one}, None)], values)
    different = recorded([({"a": one, "b": other}, None)], values)

    assert same["objects"][0]["inputs"]["a"] == same["objects"][0]["inputs"]["b"]
    assert different["objects"][0]["inputs"]["a"] != different["objects"][0]["inputs"]["b"]


def test_one_object_more_renames_nothing_of_the_others() -> None:
    group = resource("group", "aws:ec2/securityGroup:SecurityGroup", id="sg-00000000000000001")
    user = resource("user", inputs={"group": "sg-00000000000000001"}, id="user")
    more = resource("a-group", "aws:ec2/securityGroup:SecurityGroup", id="sg-00000000000000002")

    def of_user(*resources: dict[str, Any]) -> Any:
        found: dict[str, list[Any]] = {"objects": objects(resources, {}), "calls": [], "cluster": [], "aws": []}
        return normalised(found, resources, {})["objects"][-1]

    assert of_user(group, user) == of_user(more, group, user)
    assert of_user(group, user)["inputs"]["group"] == "<sg of group>"


def test_only_what_the_engine_named_itself_loses_its_suffix() -> None:
    auto = resource("cluster-role", id="cluster-role-4d5f4e4", inputs={"name": "cluster-role-4d5f4e4"})
    hashed = resource("attachment-4b490823", id="x", inputs={"role": "cluster-role-4d5f4e4"})
    normaliser = Normaliser()
    normaliser.learn([auto, hashed])

    assert normaliser.clean("arn:aws:iam::111122223333:role/cluster-role-4d5f4e4").endswith(
        "role/cluster-role-<random>"
    )
    assert normaliser.clean("attachment-4b490823") == "attachment-4b490823"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": 1, "b": [2]}', '{"b":[2],"a":1}'),
        ({"mapRoles": "- {rolearn: x, groups: [g]}"}, {"mapRoles": "- groups:\n  - g\n  rolearn: x\n"}),
        (1.0, 1),
        ({"a": 1, "__defaults": []}, {"a": 1}),
        (datetime(2026, 1, 1, tzinfo=UTC), "2026-11-22T22:19:30.426802804Z"),
    ],
)
def test_what_means_the_same_is_recorded_the_same(one: Any, other: Any) -> None:
    assert Normaliser().clean(one) == Normaliser().clean(other)


@pytest.mark.parametrize("text", ["dev-node-managed", "payments/eks-access:releaser", "sg", "1.33", "[draft", "{x}"])
def test_plain_text_stays(text: str) -> None:
    assert Normaliser().clean(text) == text


@pytest.mark.parametrize(
    "value",
    [
        {SIGNATURE: SECRET, "value": "correct horse battery"},
        {SIGNATURE: SECRET, "ciphertext": "v1:correct horse battery"},
        {SIGNATURE: OUTPUT_MARK, "secret": True, "value": "correct horse battery"},
        "[secret]",
        "-----BEGIN PRIVATE KEY-----\ncorrect horse battery\n-----END PRIVATE KEY-----",
    ],
)
def test_a_secret_is_told_to_be_one_and_no_more(value: Any) -> None:
    assert Normaliser().clean({"key": value}) == {"key": "<secret>"}


def test_a_secret_of_the_log_is_found_where_nobody_marked_it() -> None:
    log = [{"request": {"object": {"password": {SIGNATURE: SECRET, "value": "correct horse battery"}}}}]
    normaliser = Normaliser(secrets=secrets_of(log))

    assert normaliser.clean({"url": "https://me:correct horse battery@host"}) == {"url": "https://me:<secret>@host"}


@pytest.mark.parametrize(
    ("text", "recorded"),
    [
        ("x-platform-dev", "<secret>"),
        ("https://me:x-platform-dev@host", "https://me:<secret>@host"),
        ("a: 1\\nx-platform-dev", "a: 1\\n<secret>"),
        ("x-platform-dev-admin", "x-platform-dev-admin"),
        ("arn:aws:iam::111122223333:role/x-platform-dev", "arn:aws:iam::111122223333:role/x-platform-dev"),
        ("arn:aws:iam::111122223333:role/a, x-platform-dev", "arn:aws:iam::111122223333:role/a, <secret>"),
    ],
)
def test_a_secret_is_found_as_a_word_and_names_in_arns_stay(text: str, recorded: str) -> None:
    assert Normaliser(secrets=["x-platform-dev", "another secret"]).clean(text) == recorded


def test_of_a_secret_structure_only_credentials_are_looked_for() -> None:
    kubeconfig = {"users": [{"token": "correct horse battery"}], "command": "/usr/local/bin/aws"}
    assert secrets_of({"kubeconfig": {SIGNATURE: SECRET, "value": kubeconfig}}) == {"correct horse battery"}


def test_options_of_registrations_and_of_the_state_are_told_by_name() -> None:
    parent = f"{STACK}eks:index:Cluster::main"
    child = resource("role", parent=parent, deletedWith=parent, dependencies=[parent], ignoreChanges=["tags"])
    child["provider"] = f"{STACK}pulumi:providers:aws::default_7_51_1::2f6e6b4e-8a1c-4b1e-9a58-0d5b0b7b1c11"
    (found,) = objects([child], {child["urn"]: Registration(delete_before_replace=False)})

    assert found["parent"] == "eks:index:Cluster main"
    assert found["provider"] == "pulumi:providers:aws default"
    assert found["options"] == {
        "deleteBeforeReplace": False,
        "deletedWith": "eks:index:Cluster main",
        "dependencies": ["eks:index:Cluster main"],
        "ignoreChanges": ["tags"],
    }


def step(op: str, name: str, **rest: Any) -> dict[str, Any]:
    states = {"create": ("newState",), "delete": ("oldState",)}.get(op, ("oldState", "newState"))
    return {"op": op, **{state: resource(name, inputs={"state": state}) for state in states}, **rest}


def test_a_preview_tells_a_replacement_from_what_stays() -> None:
    reasons = {"diffReasons": ["name", "tags"], "replaceReasons": ["name"]}
    replacing = [step(op, "b", **reasons) for op in ("create-replacement", "replace", "delete-replaced")]
    found = {item["key"]: item for item in objects(planned([step("same", "a"), *replacing]), {})}

    assert found["aws:iam/role:Role a"]["plan"] == {"operations": ["same"]}
    plan = {"operations": ["create-replacement", "delete-replaced", "replace"], **reasons}
    assert found["aws:iam/role:Role b"] == {**found["aws:iam/role:Role a"], "key": "aws:iam/role:Role b", "plan": plan}


def test_a_preview_tells_what_is_deleted_as_it_is_now() -> None:
    (found,) = objects(planned([step("delete", "a")]), {})
    assert (found["inputs"], found["plan"]) == ({"state": "oldState"}, {"operations": ["delete"]})


def answered(method: str, request: dict[str, Any], response: dict[str, Any]) -> dict[str, Any]:
    return {"method": f"/pulumirpc.ResourceMonitor/{method}", "request": request, "response": response}


def test_calls_are_told_once_with_what_they_were_given_and_the_names_of_what_came_back() -> None:
    asked = answered("Invoke", {"tok": "aws:x:get", "args": {"a": 1}}, {"return": {"id": "i", "arn": "a"}})
    lookup = answered("Invoke", {"tok": "pulumi:pulumi:getResource", "args": {"urn": "u"}}, {"return": {}})
    method = answered("Call", {"tok": "eks:index:Cluster/getKubeconfig", "args": {}}, {"return": {"result": "r"}})

    found = calls([asked, lookup, method, asked])
    assert [(call["token"], call["args"], call["returns"]) for call in found] == [
        ("aws:x:get", {"a": 1}, ["arn", "id"]),
        ("eks:index:Cluster/getKubeconfig", {}, ["result"]),
    ]


def test_other_api_versions_of_a_kind_are_no_aliases_of_the_program() -> None:
    request = {
        "type": "kubernetes:rbac.authorization.k8s.io/v1:Role",
        "aliases": [
            {"spec": {"type": "kubernetes:rbac.authorization.k8s.io/v1beta1:Role", "parentUrn": ""}},
            {"spec": {"name": "old"}},
        ],
    }
    found = registrations([answered("RegisterResource", request, {"urn": "u"})])
    assert found["u"].aliases == ('{"name": "old"}',)
