"""The doctor walks the way in order, stops where it ends, and says what exactly is wrong there and what to do."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from eks_access import AccessPlan
from eks_access.diagnosis.model import Finding, Wall
from eks_access.live.doctor import Doctor
from eks_access.live.patient import Patient, Step

from ...plans import plan_of, small
from ..conftest import ACCOUNT, ME, Desk


def prod(**parts: Any) -> AccessPlan:
    return plan_of(small(cluster={"name": "prod"}, **parts))


def walk(**options: Any) -> tuple[list[Step], list[Finding]]:
    """Walk; nothing that is told has a line break or a secret in it."""
    found = [*Doctor(Patient(**{"cluster": "prod", "file": "prod.yaml", **options})).walk()]
    assert "hush-hush" not in str(found)
    assert "k8s-aws-v1" not in str(found)
    steps = [each for each in found if isinstance(each, Step)]
    assert all("\n" not in step.said for step in steps)
    return steps, [each for each in found if isinstance(each, Finding)]


def ends(wall: Wall, **options: Any) -> Finding:
    """Walk to the wall where it ends: all steps before it are free."""
    steps, findings = walk(**options)
    assert [step.free for step in steps] == [True] * (len(steps) - 1) + [False], steps
    assert steps[-1].wall is wall, steps
    assert findings, steps
    assert findings[0].wall is wall
    assert findings[0].remedies or findings[0].ask or findings[0].evidence
    return findings[0]


def told(finding: Finding) -> str:
    remedies = (f"{remedy.say} {remedy.command} {remedy.lines}" for remedy in finding.remedies)
    return " ".join((finding.said, *finding.evidence, *remedies))


def test_the_way_is_free(desk: Desk) -> None:
    desk.mapped[ME] = ("aiko", ("team:ants",))
    desk.allowed = {("aiko", "list pods", "east")}

    steps, findings = walk(namespace="east")

    assert [step.wall for step in steps] == [
        Wall.CREDENTIALS,
        Wall.CALLER,
        Wall.CLUSTER,
        Wall.ENDPOINT,
        Wall.MAPPING,
        Wall.PERMISSION,
    ]
    assert all(step.free for step in steps)
    assert not findings
    assert ME in steps[1].said
    assert "you are aiko, groups: team:ants" in steps[4].said


def test_the_namespace_of_the_context_is_taken_where_none_is_named(desk: Desk) -> None:
    desk.mapped[ME] = ("aiko", ())
    desk.allowed = {("aiko", "list pods", "east")}
    desk.kubectl(namespace="east")

    assert all(step.free for step in walk()[0])


def test_without_credentials_it_ends_at_once(desk: Desk) -> None:
    desk.profile("empty", None)

    assert ends(Wall.CREDENTIALS, profile="empty").cause == "credentials-none"


def test_a_profile_that_is_not_there_is_named_with_those_that_are(desk: Desk) -> None:
    finding = ends(Wall.CREDENTIALS, profile="hanako")

    assert "hanako" in told(finding)
    assert "me, admin" in told(finding)


def test_the_command_of_the_kubeconfig_is_missing(desk: Desk) -> None:
    desk.kubectl(command="no-such-aws")

    assert "no-such-aws" in told(ends(Wall.CREDENTIALS))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("users: [", "no YAML"),
        ("- a\n", "no kubeconfig"),
        ("contexts: []\n", "no current context"),
        ("current-context: gone\n", "has no context gone"),
    ],
)
def test_a_kubeconfig_that_can_not_be_read_is_one_sentence(desk: Desk, text: str, said: str) -> None:
    (desk.home / "kubeconfig").write_text(text)

    assert said in ends(Wall.CREDENTIALS).said


def test_a_context_that_is_not_there_is_named_with_those_that_are(desk: Desk) -> None:
    finding = ends(Wall.CREDENTIALS, context="gone")

    assert "has no context gone" in finding.said
    assert told(finding).rstrip().endswith("here")


def test_an_expired_session(desk: Desk) -> None:
    desk.refuses["AKIAME"] = ("ExpiredToken", "The security token included in the request is expired")

    assert "expired" in ends(Wall.CALLER).said


def test_a_key_that_aws_does_not_know(desk: Desk) -> None:
    desk.profile("stale", "AKIAGONE")

    assert ends(Wall.CALLER, profile="stale").wall is Wall.CALLER


@pytest.mark.parametrize("code", ["SignatureDoesNotMatch", "RequestExpired"])
def test_a_wrong_clock_is_measured_by_the_answer_of_aws(desk: Desk, code: str) -> None:
    desk.refuses["AKIAME"] = (code, "Signature expired: 20260101T000000Z is now earlier than 20260101T001500Z")
    desk.ahead = -1200

    assert "20 min behind AWS's" in told(ends(Wall.CALLER))


def test_a_wrong_secret_is_no_matter_of_the_clock(desk: Desk) -> None:
    desk.refuses["AKIAME"] = ("SignatureDoesNotMatch", "The request signature we calculated does not match")

    assert " min " not in told(ends(Wall.CALLER)).replace("by minutes", "")


def test_a_cluster_that_is_not_there_is_named_with_those_that_are(desk: Desk) -> None:
    finding = ends(Wall.CLUSTER, cluster="prdo")

    assert "prod, staging" in told(finding)


def test_a_cluster_of_another_account_is_said_by_the_declaration(desk: Desk) -> None:
    desk.clusters = ()
    desk.callers["AKIAME"] = ("arn:aws:iam::999999999999:user/aiko", "AIDAME")

    finding = ends(Wall.CLUSTER, plan=prod())
    assert f"prod is in account {ACCOUNT}, and you are in 999999999999" in told(finding)


def test_a_cluster_of_another_account_is_said_by_the_kubeconfig(desk: Desk) -> None:
    desk.clusters = ()
    desk.kubectl(arn="arn:aws:eks:eu-west-1:999999999999:cluster/prod")

    assert "prod is in account 999999999999" in told(ends(Wall.CLUSTER))


def test_a_cluster_of_another_region_is_said_by_the_declaration(desk: Desk) -> None:
    desk.clusters = ()

    assert "prod is declared in eu-west-1" in told(ends(Wall.CLUSTER, region="eu-central-1", plan=prod()))


def test_whom_eks_shows_nothing_goes_by_the_kubeconfig_and_is_told_so(desk: Desk) -> None:
    desk.hidden_from = {"AKIAME"}
    desk.mapped[ME] = ("aiko", ())
    desk.allowed = {("aiko", "list pods", "default")}

    steps, findings = walk()
    assert all(step.free for step in steps)
    assert "eks:DescribeCluster is denied" in steps[2].said
    assert "going by context here" in steps[2].said
    assert not findings


def test_whom_eks_shows_nothing_and_who_has_no_kubeconfig_stays_outside(desk: Desk) -> None:
    desk.hidden_from = {"AKIAME"}
    (desk.home / "kubeconfig").unlink()

    assert "no kubeconfig to go by" in told(ends(Wall.CLUSTER, profile="me"))


def test_a_cluster_that_is_being_made_has_no_endpoint_yet(desk: Desk) -> None:
    desk.endpoint = ""

    assert "no endpoint yet" in ends(Wall.ENDPOINT).said


def test_an_endpoint_that_nobody_answers(desk: Desk) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        desk.endpoint = f"http://127.0.0.1:{free.getsockname()[1]}"
    desk.described = {"resourcesVpcConfig": {"endpointPublicAccess": False}}

    assert "from its VPC only" in told(ends(Wall.ENDPOINT))


def test_an_endpoint_with_another_certificate_is_another_server(desk: Desk) -> None:
    desk.endpoint = desk.endpoint.replace("http:", "https:")

    assert ends(Wall.ENDPOINT).wall is Wall.ENDPOINT


def test_a_region_that_there_is_not_ends_without_a_traceback(desk: Desk) -> None:
    steps, (finding, *_) = walk(region="not a region")

    assert not steps[-1].free
    assert "not a region" in finding.said


def test_an_endpoint_of_aws_that_is_no_url_is_one_sentence(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "nonsense")

    assert "AWS_ENDPOINT_URL" in told(ends(Wall.CALLER))


@pytest.mark.parametrize("wrong", [5, None, [1, None]])
def test_a_kubeconfig_of_strange_shape_does_not_end_in_a_traceback(desk: Desk, wrong: object) -> None:
    for change in (
        lambda c: c["users"][0]["user"]["exec"].update(args=wrong),
        lambda c: c["users"][0]["user"]["exec"].update(env=wrong),
        lambda c: c["users"][0].update(user=wrong),
        lambda c: c["contexts"][0].update(context=wrong),
        lambda c: c["clusters"][0].update(cluster=wrong),
        lambda c: c.update(contexts=wrong),
    ):
        desk.kubectl()
        kubeconfig(desk, change)
        walk(profile="me")


def test_a_context_without_a_certificate_authority_is_not_trusted(desk: Desk) -> None:
    desk.hidden_from = {"AKIAME"}
    desk.kubectl(server=desk.endpoint.replace("http:", "https:"))
    kubeconfig(desk, lambda c: c["clusters"][0]["cluster"].pop("certificate-authority-data"))

    assert "no certificate authority" in ends(Wall.ENDPOINT).said


def kubeconfig(desk: Desk, change: Callable[[dict[str, Any]], object]) -> None:
    """Write the kubeconfig with something changed in it."""
    file = desk.home / "kubeconfig"
    content = yaml.safe_load(file.read_text())
    change(content)
    file.write_text(yaml.safe_dump(content))
