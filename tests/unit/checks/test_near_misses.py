"""What somebody who knows EKS would try: what is nearly right is found, and what only looks wrong is left alone."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from eks_access import AccessState
from eks_access.authz.model import RbacObjects
from eks_access.checks import find_problems, find_state_problems
from eks_access.declaration import from_dict
from eks_access.errors import Refused
from eks_access.review.dumps import state_of_documents
from eks_access.review.objects import finished

from ...plans import CLUSTER, plan_of, small
from .examples import ids, problems_of_declaration

ACCOUNT = CLUSTER["account"]
IAM = f"arn:aws:iam::{ACCOUNT}:"
NODE, NODES = "system:node:{{EC2PrivateDNSName}}", ["system:bootstrappers", "system:nodes"]
Raw = dict[str, Any]


def found(*documents: Raw, version: str = "1.33", mode: str = "API_AND_CONFIG_MAP") -> set[str | None]:
    described = {"name": "demo", "version": version, "accessConfig": {"authenticationMode": mode}}
    described["arn"] = f"arn:aws:eks:eu-west-1:{ACCOUNT}:cluster/demo"
    return ids(find_state_problems(state_of_documents([{"cluster": described}, *documents])))


def aws_auth(**sections: Any) -> Raw:
    data = {key: yaml.safe_dump(lines) for key, lines in sections.items()}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "aws-auth", "namespace": "kube-system"},
        "data": data,
    }


def line(role: str, username: str = "u:{{SessionName}}", groups: list[str] | None = None) -> Raw:
    return {"rolearn": f"{IAM}role/{role}", "username": username, "groups": groups or []}


def user_line(user: str) -> Raw:
    return {"userarn": f"{IAM}user/{user}", "username": "u", "groups": []}


def entry(arn: str, policies: Raw | None = None, **more: Any) -> list[Raw]:
    said = {"clusterName": "demo", "principalArn": f"{IAM}{arn}", "type": "STANDARD", "username": "u", **more}
    scopes = [
        {
            "policyArn": f"arn:aws:eks::aws:cluster-access-policy/{name}",
            "accessScope": {"type": "namespace", "namespaces": to},
        }
        for name, to in (policies or {}).items()
    ]
    return [{"accessEntry": said}, {"principalArn": f"{IAM}{arn}", "associatedAccessPolicies": scopes}]


def role(verbs: str, resources: str, group: str = "", *names: str) -> Raw:
    rule = {"apiGroups": [group], "resources": resources.split(), "verbs": verbs.split(), "resourceNames": list(names)}
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": "r"},
        "rules": [rule],
    }


def binding(name: str, group: str, namespace: str | None = None) -> Raw:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding" if namespace else "ClusterRoleBinding",
        "metadata": {"name": "b", **({"namespace": namespace} if namespace else {})},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
        "subjects": [{"kind": "Group", "name": group, "apiGroup": "rbac.authorization.k8s.io"}],
    }


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        ([line("x")], set()),
        ([line("a/x")], {"EA501"}),
        ([line("AWSReservedSSO_Ops_0123456789ABCDEF")], set()),  # the authenticator ignores case
        ([line("AWSReservedSSO_Ops")], {"EA509"}),
        ([line("x"), line("X")], {"EA302"}),
        ([line("n", NODE, NODES)], set()),
        ([line("n", NODE, ["system:nodes"])], set()),  # system:bootstrappers is needed by nothing
        ([line("n", NODE, ["system:bootstrappers"])], {"EA202"}),
        ([line("n", "{{EC2PrivateDNSName}}", NODES)], {"EA202"}),
        ([line("n", "nodes", NODES)], {"EA202"}),
        ([line("n", NODE, [*NODES, "system:masters"])], {"EA202"}),
        ([line("AWSServiceRoleForAmazonEMRContainers", "emr-containers")], set()),  # as EMR's own guide maps it
    ],
)
def test_lines_of_roles(lines: list[Raw], wanted: set[str]) -> None:
    assert found(aws_auth(mapRoles=lines), mode="CONFIG_MAP") == wanted


def test_a_user_has_one_path() -> None:
    assert found(aws_auth(mapUsers=[user_line("dev/x")])) == set()
    assert found(aws_auth(mapUsers=[user_line("dev/x"), user_line("x")])) == {"EA503"}
    assert found(*entry("user/a/x"), *entry("user/b/x")) == {"EA503"}


@pytest.mark.parametrize("section", ["mapRole", "maproles", "mapuser"])
def test_a_section_that_nobody_reads_is_told(section: str) -> None:
    assert found(aws_auth(**{section: []})) == {"EA308"}


def test_keys_of_lines_that_nobody_reads_are_told() -> None:
    assert found(aws_auth(mapRoles=[{**line("x"), "group": ["g"], "groups": []}])) == set()
    assert found(aws_auth(mapRoles=[{"rolearn": f"{IAM}role/x", "username": "u", "group": ["g"]}])) == {"EA308"}


def test_an_entry_of_people_on_the_role_of_nodes_is_told() -> None:
    assert "EA203" in found(*entry("role/n"), aws_auth(mapRoles=[line("n", NODE, NODES)]))


def test_a_role_of_identity_center_is_under_its_path() -> None:
    name = "AWSReservedSSO_Ops_0123456789abcdef"
    assert found(*entry(f"role/aws-reserved/sso.amazonaws.com/eu-west-1/{name}")) == set()
    assert found(*entry(f"role/{name}")) == found(*entry(f"role/other/{name}")) == {"EA502"}


def test_the_holder_of_a_policy_must_be_able_to_bind_in_each_of_its_namespaces() -> None:
    held = entry("role/x", {"AmazonEKSAdminPolicy": ["a", "b"]}, kubernetesGroups=["g"])
    assert found(*held, binding("admin", "g", "a")) == {"EA616"}
    assert found(*held, binding("admin", "g")) == set()


@pytest.mark.parametrize(
    ("verbs", "resources", "group", "wanted"),
    [
        *((verb, "pods", "", {"EA614"}) for verb in ("read", "write", "exec", "post", "apply", "Get", "gets", "logs")),
        ("sync", "applications", "argoproj.io", set()),
        ("impersonate:user-info", "users", "authentication.k8s.io", {"EA608"}),
        ("get", "*/*", "", {"EA613"}),
        ("get", "ingresses", "network.k8s.io", {"EA613"}),
        ("get", "ingresses", "extensions", {"EA613"}),
        ("get", "httproutes", "gateway.networking.k8s.io", set()),
        ("get", "queues", "scheduling.x-k8s.io", set()),
        ("get", "pods nodes", "metrics.k8s.io", set()),
    ],
)
def test_words_of_rules(verbs: str, resources: str, group: str, wanted: set[str]) -> None:
    assert found(role(verbs, resources, group)) == wanted


@pytest.mark.parametrize(
    ("resource", "group", "since"),
    [
        ("pods/resize", "", 33),
        ("resourceclaims", "resource.k8s.io", 33),
        ("volumeattributesclasses", "storage.k8s.io", 31),
    ],
)
def test_what_came_later_is_told_before_it_came(resource: str, group: str, since: int) -> None:
    assert found(role("get", resource, group), version=f"1.{since - 1}") == {"EA613"}
    assert found(role("get", resource, group), version=f"1.{since}") == set()


def test_whoever_may_become_an_admin_by_name_is_one() -> None:
    admins = binding("cluster-admin", "ours")
    mapped = aws_auth(mapRoles=[line("x", groups=["ours", "theirs"])])
    named = {name: found(mapped, admins, role("impersonate", "groups", "", name)) for name in ("ours", "theirs")}
    assert "EA608" in named["ours"]
    assert "EA608" not in named["theirs"]


@pytest.mark.parametrize(
    ("statement", "is_open"),
    [
        ({"Principal": {"AWS": [f"{IAM}root"]}}, True),
        ({"Principal": {"AWS": [f"{IAM}root"]}, "Condition": {"Bool": {"aws:SecureTransport": "true"}}}, True),
        ({"Principal": "*", "Condition": {"StringLike": {"aws:PrincipalArn": "*"}}}, True),
        ({"NotPrincipal": {"AWS": f"{IAM}user/x"}}, True),
        ({"Principal": {"Federated": f"{IAM}oidc-provider/token.actions.githubusercontent.com"}}, True),
        (
            {"Principal": {"Federated": f"{IAM}saml-provider/x"}, "Condition": {"StringEquals": {"SAML:aud": "y"}}},
            False,
        ),
        ({"Principal": {"AWS": f"{IAM}root"}, "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}, False),
        ({"Principal": {"AWS": f"{IAM}role/x"}}, False),
        ({"Principal": {"Service": "ec2.amazonaws.com"}}, False),
    ],
)
def test_trust_policies(statement: Raw, is_open: bool) -> None:
    policy = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", **statement}]}
    state = AccessState(trust_policies={"ops": json.dumps(policy)})

    assert ("EA108" in ids(find_state_problems(finished(state, RbacObjects())))) is is_open


@pytest.mark.parametrize(
    "kept",
    [
        line("a/x", groups=["system:masters"]),
        {**line("x", groups=["system:masters"]), "rolearn": f"{IAM}root"},
        {**line("x", groups=["system:masters"]), "rolearn": f"arn:aws-cn:iam::{ACCOUNT}:role/x"},
        line("x", "x:{{EC2PrivateDNSName}}", ["system:masters"]),
    ],
)
def test_a_kept_line_that_lets_nobody_in_is_no_way_to_cluster_admin(kept: Raw) -> None:
    declared = small(admins={"people": ["aiko"]}, keep={"mapRoles": [kept]})
    assert "EA101" in ids(find_problems(plan_of(declared)))


def test_a_kept_line_that_a_later_one_replaces_is_no_way_to_cluster_admin() -> None:
    lines = [line("x", "x", ["system:masters"]), line("x", "x")]
    for kept, refused in ((lines, True), (lines[::-1], False)):
        problems = find_problems(plan_of(small(admins={"people": ["aiko"]}, keep={"mapRoles": kept})))
        assert ("EA101" in ids(problems)) is refused


def test_a_kept_entry_of_nodes_keeps_what_is_wrong_with_it() -> None:
    kept = {"principalArn": f"{IAM}role/x", "type": "EC2_LINUX"}
    assert ids(problems_of_declaration({"keep": {"entries": [kept]}})) == set()
    assert "EA312" in ids(problems_of_declaration({"keep": {"entries": [{**kept, "groups": ["g"]}]}}))


def test_two_people_cannot_be_one_role_with_two_paths() -> None:
    people = {"a": {"iamRole": f"{IAM}role/x"}, "b": {"iamRole": f"{IAM}role/path/X"}}
    raw = small()
    with pytest.raises(Refused) as refusal:
        from_dict({**raw, "people": {**raw["people"], **people}})
    assert ids(refusal.value.problems) == {"EA302"}


@pytest.mark.parametrize("described", [{"version": "latest"}, {"arn": "x"}, {"version": ""}])
def test_a_version_or_arn_that_is_none_is_passed_over_and_said(described: Raw) -> None:
    state = state_of_documents([{"cluster": {"name": "demo", **described}}, role("get", "pods"), aws_auth(mapRoles=[])])

    assert find_state_problems(state) == []
    assert (state.version, state.arn) == (None, None)
    assert all(value in " ".join(state.notices) for value in described.values())
