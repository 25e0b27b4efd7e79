"""`pulumi up` on an empty account: what the declaration says is what the account and the API server hold."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from eks_access import AccessPlan, compile_plan, load
from eks_access.authn.access_entries import access_entries
from eks_access.authn.aws_auth import aws_auth_data
from eks_access.authz.manifests import manifests

from ..engine import Changes, Environment, changes

pytestmark = pytest.mark.sandbox


@pytest.fixture(scope="module")
def plan(environment: Environment) -> AccessPlan:
    return compile_plan(load(environment.project / "stacks" / "access" / "dev.yaml"))


def read(environment: Environment, kind: str, name: str, namespace: str | None = None) -> dict[str, Any]:
    scope = ["-n", namespace] if namespace else []
    found = environment.kubectl(None, "get", kind, name, *scope, "-o", "json")
    assert found.returncode == 0, found.stderr
    document: dict[str, Any] = json.loads(found.stdout)
    return document


def sections(data: dict[str, str]) -> dict[str, Any]:
    """aws-auth as the authenticator reads it, whatever the layout of the text."""
    return {key: yaml.safe_load(text) for key, text in data.items()}


def test_up_did_what_preview_showed(previewed: list[dict[str, Any]], deployed: Changes) -> None:
    assert deployed == changes(previewed)


def test_aws_auth_is_readable_in_the_first_preview(previewed: list[dict[str, Any]], plan: AccessPlan) -> None:
    (step,) = (s for s in previewed if s["newState"]["type"] == "kubernetes:core/v1:ConfigMap")

    assert sections(step["newState"]["inputs"]["data"]) == sections(aws_auth_data(plan))


def test_a_second_up_changes_nothing(environment: Environment, deployed: Changes) -> None:
    assert environment.up("people") == {}
    assert environment.up("dev") == {}


def test_aws_auth_is_what_was_declared(environment: Environment, deployed: Changes, plan: AccessPlan) -> None:
    live = read(environment, "configmap", "aws-auth", "kube-system")["data"]

    assert sections(live) == sections(aws_auth_data(plan))


def test_the_article_s_own_check_shows_who_was_declared(environment: Environment, deployed: Changes) -> None:
    shown = environment.kubectl(None, "describe", "configmap", "-n", "kube-system", "aws-auth").stdout

    assert "userarn: arn:aws:iam::111122223333:user/developers/yuki" in shown
    assert "rolearn: arn:aws:iam::111122223333:role/dev-node-managed" in shown


def test_the_account_has_the_declared_entries_and_the_creator_s(
    environment: Environment, deployed: Changes, plan: AccessPlan
) -> None:
    live = environment.aws("eks", "list-access-entries", "--cluster-name", "dev")
    assert isinstance(live, dict)

    assert plan.cluster
    declared = {entry.principal_arn for entry in access_entries(plan)}
    assert set(live["accessEntries"]) == declared | {plan.cluster.creator_arn}


def test_every_namespace_role_and_binding_of_the_plan_is_in_the_api_server(
    environment: Environment, deployed: Changes, plan: AccessPlan
) -> None:
    kinds = "namespaces,roles,clusterroles,rolebindings,clusterrolebindings"
    found = environment.kubectl(None, "get", kinds, "-A", "-l", "app.kubernetes.io/managed-by=eks-access", "-o", "json")
    live = {identity(item): item for item in json.loads(found.stdout)["items"]}

    declared = {identity(manifest): manifest for manifest in [*manifests(plan.rbac), *manifests(plan.metrics)]}
    assert live.keys() == declared.keys()
    for key, manifest in declared.items():
        for field in ("rules", "roleRef", "subjects"):
            assert live[key].get(field) == manifest.get(field), key
        assert manifest["metadata"]["labels"].items() <= live[key]["metadata"]["labels"].items()


def identity(manifest: dict[str, Any]) -> tuple[str, str, str]:
    metadata = manifest["metadata"]
    return manifest["kind"], metadata.get("namespace", ""), metadata["name"]


def test_the_deployer_enters_with_a_token_and_holds_no_admin_certificate(
    environment: Environment, deployed: Changes
) -> None:
    state = environment.stack("dev").run("stack", "export", "--stack", "dev").stdout

    assert "get-token" in state
    assert "client-key-data" not in state
    assert "client-certificate-data" not in state


def test_what_is_inside_the_cluster_goes_with_it(environment: Environment, deployed: Changes) -> None:
    exported = json.loads(environment.stack("dev").run("stack", "export", "--stack", "dev").stdout)
    inside = [
        r
        for r in exported["deployment"]["resources"]
        if r["type"].startswith("kubernetes:") and r["type"] != "kubernetes:core/v1:ConfigMap"
    ]

    assert inside
    assert all("eks:index:Cluster::" in r.get("deletedWith", "") for r in inside)


def test_a_destroy_leaves_aws_auth_to_the_cluster(environment: Environment, deployed: Changes) -> None:
    exported = json.loads(environment.stack("dev").run("stack", "export", "--stack", "dev").stdout)

    (aws_auth,) = (r for r in exported["deployment"]["resources"] if r["type"] == "kubernetes:core/v1:ConfigMap")
    assert aws_auth["retainOnDelete"] is True


@pytest.mark.parametrize(
    ("person", "question", "allowed"),
    [
        ("yuki", ("create", "deployments", "-n", "search"), True),
        ("yuki", ("list", "nodes"), True),
        ("yuki", ("list", "pods", "-n", "payments"), False),
        ("yuki", ("get", "secrets", "-n", "kube-system"), False),
        ("taro", ("list", "pods", "-n", "batch"), True),
        ("taro", ("delete", "pods", "-n", "batch"), False),
    ],
)
def test_a_person_may_do_what_was_granted_and_nothing_else(
    environment: Environment, deployed: Changes, person: str, question: tuple[str, ...], allowed: bool
) -> None:
    answer = environment.kubectl(person, "auth", "can-i", *question)

    assert answer.stdout.strip() == ("yes" if allowed else "no"), answer.stderr


def test_a_person_is_known_by_name_and_team(environment: Environment, deployed: Changes) -> None:
    answer = environment.kubectl("yuki", "auth", "whoami", "-o", "json")

    info = json.loads(answer.stdout)["status"]["userInfo"]
    assert info["username"] == "yuki"
    assert set(info["groups"]) == {"team:search", "system:authenticated"}


def test_a_team_s_role_asks_for_mfa_and_brings_the_team_s_rights(environment: Environment, deployed: Changes) -> None:
    without = environment.kubectl("hanako", "--context", "dev-team-platform", "auth", "can-i", "*", "*")
    environment.enter_with_mfa("hanako", "dev-team-platform")
    answer = environment.kubectl("hanako", "--context", "dev-team-platform", "auth", "can-i", "*", "*")

    assert "MFA code" in without.stderr
    assert answer.stdout.strip() == "yes", answer.stderr


def test_break_glass_opens_the_cluster(environment: Environment, deployed: Changes) -> None:
    environment.enter_with_mfa("sato", "dev-break-glass")

    answer = environment.kubectl("sato", "auth", "can-i", "*", "*")
    assert answer.stdout.strip() == "yes", answer.stderr
