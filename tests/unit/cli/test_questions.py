"""`eks-access whoami`, `can` and `who-can`: answers, exit codes and formats."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from ...plans import small
from .conftest import run

ACCESS = small(
    teams={"web": {"members": ["chie"]}},
    namespaces={"web": {}},
    grants=[{"team": "web", "role": "view", "namespaces": ["web"]}],
)


@pytest.fixture
def declared(tmp_path: Path) -> str:
    file = tmp_path / "access.yaml"
    file.write_text(yaml.safe_dump(ACCESS))
    return str(file)


def test_yes_is_zero_and_no_is_one(declared: str) -> None:
    yes = run("can", "chie", "list", "pods", "-n", "web", "-s", declared)
    no = run("can", "chie", "delete", "pods", "-n", "web", "-s", declared)

    assert (yes.exit_code, no.exit_code) == (0, 1)
    assert yes.output.startswith("yes: chie, list pods in web")
    assert 'of ClusterRole "view" to Group "team:web"' in yes.output
    assert "Error from server (Forbidden)" in no.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("can", "cheie", "list", "pods"), "did you mean chie?"),
        (("can", "chie", "get", "/metrics", "-n", "web"), "has no namespace"),
        (("can", "arn:aws:iam::111122223333:group/x", "list", "pods"), "IAM groups can't enter"),
        (("whoami", "arn:nonsense"), "this is no ARN"),
        (("who-can", "get", "pods", "-n", "a", "-A"), "can't both be meant"),
    ],
)
def test_what_can_t_be_asked_is_two_with_a_remedy(declared: str, words: tuple[str, ...], said: str) -> None:
    result = run(*words, "-s", declared)

    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


def test_an_empty_name_as_of_an_unset_variable_is_not_taken_for_everything(declared: str) -> None:
    asked = ("can", "chie", "list", "pods", "-s", declared)

    assert run(*asked, "-n", "").exit_code == run(*asked, "-n", "web", "--as", "").exit_code == 2
    assert run("can", "user:chie", "list", "pods", "-f", "").exit_code == 2


ROLE_IN_WEB = """
apiVersion: v1
kind: ConfigMap
metadata: {name: aws-auth, namespace: kube-system}
data: {mapUsers: "- {userarn: 'arn:aws:iam::111122223333:user/ann', username: ann, groups: [devs]}"}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: all, namespace: web}
rules: [{apiGroups: ["*"], resources: ["*"], verbs: ["*"]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: all, namespace: web}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: all}
subjects: [{kind: Group, name: devs, apiGroup: rbac.authorization.k8s.io}]
"""


@pytest.fixture
def role_in_web(tmp_path: Path) -> str:
    file = tmp_path / "web.yaml"
    file.write_text(ROLE_IN_WEB)
    return str(file)


def test_who_can_delete_namespaces_names_who_can_delete_their_own(role_in_web: str) -> None:
    result = run("who-can", "delete", "namespaces", "-f", role_in_web)

    assert "user/ann" in result.stdout.partition("also")[0]
    assert "in web" in result.stdout.partition("also")[0]


@pytest.mark.parametrize(("verb", "resource"), [("delete", "nodes"), ("list", "namespaces"), ("create", "ns")])
def test_who_can_does_not_name_who_has_it_in_a_namespace_where_it_is_not_asked(
    role_in_web: str, verb: str, resource: str
) -> None:
    assert "ann" not in run("who-can", verb, resource, "-f", role_in_web).stdout


def test_the_matrix_of_what_lives_in_no_namespace_has_nothing_in_one(role_in_web: str) -> None:
    nodes = json.loads(run("matrix", "nodes", "-f", role_in_web, "--format", "json").stdout)
    own = json.loads(run("matrix", "namespaces", "-f", role_in_web, "--format", "json").stdout)

    assert [person["namespaces"] for person in nodes["people"]] == [{}]
    assert [person["namespaces"] for person in own["people"]] == [{"web": ["get", "update", "patch", "delete"]}]


def test_json_has_stable_keys(declared: str) -> None:
    answer = json.loads(run("can", "chie", "list", "pods", "-n", "web", "-s", declared, "--format", "json").stdout)

    assert answer["allowed"] is True
    assert answer["request"] == {
        "verb": "list", "group": "", "resource": "pods", "subresource": "", "name": "", "namespace": "web",
    }  # fmt: skip
    (way,) = answer["ways"]
    assert way["identity"]["username"] == "chie:chie"
    assert way["decision"]["grounds"][0]["authorizer"] == "RBAC"
    assert way["mappedBy"] == "access entry"


def test_whoami_tells_the_mapping_and_refuses_strangers(declared: str) -> None:
    known = run("whoami", "chie", "-s", declared)
    stranger = run("whoami", "arn:aws:iam::111122223333:user/stranger", "-s", declared)

    assert known.exit_code == 0
    assert "team:web, system:authenticated" in known.output
    assert stranger.exit_code == 1
    assert "Unauthorized: identity is not mapped" in stranger.output


def test_whoami_tells_strangers_which_line_was_meant_for_them_and_what_is_assumed(tmp_path: Path) -> None:
    arn = "arn:aws:iam::111122223333:role/teams/ops"
    data = {"mapRoles": yaml.safe_dump([{"rolearn": arn, "username": "ops"}])}
    metadata = {"name": "aws-auth", "namespace": "kube-system"}
    file = tmp_path / "aws-auth.yaml"
    file.write_text(yaml.safe_dump({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}))

    text = run("whoami", arn, "-f", str(file))
    markdown = run("whoami", arn, "-f", str(file), "--format", "md").stdout
    (way,) = json.loads(run("whoami", arn, "-f", str(file), "--format", "json").stdout)["ways"]

    assert f"aws-auth mapRoles[0] has {arn}, with its path: such a line never matches" in text.stdout
    assert "→ write arn:aws:iam::111122223333:role/ops there" in text.stdout
    assert "note: authentication mode CONFIG_MAP is assumed" in text.output
    assert "such a line never matches" in markdown
    assert way["cause"]["name"] == "path-in-role-arn"


def test_who_can_names_people_in_every_format(declared: str) -> None:
    for format in ("text", "md", "json"):
        result = run("who-can", "list", "pods", "-s", declared, "--format", format)
        assert result.exit_code == 0
        assert "chie" in result.output
    answer = json.loads(run("who-can", "list", "pods", "-s", declared, "--format", "json").stdout)
    places = {holder["name"]: (holder["everywhere"], holder["namespaces"]) for holder in answer["people"]}
    assert places["chie"] == (False, ["web"])
    assert places["aiko"] == (True, [])


def test_manifests_that_others_wrote_are_asked_alone_or_beside_a_declaration(declared: str, tmp_path: Path) -> None:
    role = {"kind": "ClusterRole", "metadata": {"name": "scrape"}}
    role |= {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "rules": [{"nonResourceURLs": ["/metrics"], "verbs": ["get"]}],
    }
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "scrape"},
        "roleRef": {"kind": "ClusterRole", "name": "scrape"},
        "subjects": [{"kind": "ServiceAccount", "name": "scraper", "namespace": "ops"}],
    }
    file = tmp_path / "chart.yaml"
    file.write_text(yaml.safe_dump_all([role, binding]))

    alone = run("can", "ops/scraper", "get", "/metrics", "-f", str(file))
    beside = run("who-can", "get", "/metrics", "-s", declared, "-f", str(file))

    assert alone.exit_code == 0
    assert "ServiceAccount ops/scraper" in beside.output
    assert "aiko" in beside.output


def test_names_that_would_do_harm_on_a_terminal_are_shown_as_text(tmp_path: Path) -> None:
    binding = {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": "x\x1b[31m"},
        "roleRef": {"kind": "ClusterRole", "name": "view"},
        "subjects": [{"kind": "Group", "name": "g\nh|`<b>"}],
    }
    file = tmp_path / "odd.yaml"
    file.write_text(yaml.safe_dump(binding))

    for format in ("text", "md"):
        output = run("who-can", "list", "pods", "-f", str(file), "--format", format).output
        assert "\x1b" not in output
        assert "g\nh" not in output


def test_as_asks_for_impersonation(declared: str) -> None:
    admin = run("can", "aiko", "list", "pods", "-n", "web", "-s", declared, "--as", "x", "--as-group", "team:web")
    other = run("can", "chie", "list", "pods", "-n", "web", "-s", declared, "--as", "x", "--as-group", "team:web")

    assert (admin.exit_code, other.exit_code) == (0, 1)
    assert "cannot impersonate" in other.output


def test_a_user_who_enters_through_a_role_only_is_told_by_which(tmp_path: Path) -> None:
    file = tmp_path / "access.yaml"
    team = {"ants": {"members": ["aiko"], "assumeRole": {"mfa": True}}}
    file.write_text(yaml.safe_dump(small(teams=team, admins={"teams": ["ants"], "people": ["botan"]})))

    for arn in ("arn:aws:iam::111122223333:user/dev/aiko", "arn:aws:iam::111122223333:user/aiko"):
        said = run("can", arn, "list", "pods", "-A", "-s", str(file)).stdout
        assert "arn:aws:iam::111122223333:user/dev/aiko is aiko, who enters through team ants: ask for aiko" in said
        assert "who enters through team ants" in run("whoami", arn, "-s", str(file)).stdout


@pytest.mark.parametrize(
    ("who", "says"),
    [
        ("web", "name a member, or ask for its group: group:team:web"),
        ("team:web", "ask for it as group:team:web"),
        ("node/karpenter", "no node role here is called so"),
    ],
)
def test_a_team_a_group_and_a_kind_of_node_that_is_not_here_are_told_apart(declared: str, who: str, says: str) -> None:
    result = run("whoami", who, "-s", declared)

    assert result.exit_code == 2
    assert says in result.stderr


def test_without_a_declaration_nobody_has_a_name_and_that_is_said(tmp_path: Path) -> None:
    file = tmp_path / "rbac.yaml"
    file.write_text(ROLE_IN_WEB)

    said = run("whoami", "chie", "-f", str(file)).stderr

    assert "names of people are in a declaration: add --stack, or name an ARN" in said


def test_a_name_that_only_ec2_knows_stands_in_a_refusal_as_it_does_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / "access.yaml"
    file.write_text(yaml.safe_dump(small(nodeGroups={"own": {"kind": "self-managed"}})))

    said = run("can", "node/self-managed", "delete", "secrets", "-A", "-s", str(file)).stdout

    assert 'User "system:node:[private DNS name of i-0123456789abcdef0]" cannot delete' in said


def test_nobody_by_name_is_told_where_eks_answers_them(declared: str) -> None:
    said = "answers requests without credentials on health paths, and with 401 anywhere else"

    assert said in run("whoami", "anonymous", "-s", declared).stdout
    assert said in run("explain", "anonymous", "web", "-s", declared).stdout
