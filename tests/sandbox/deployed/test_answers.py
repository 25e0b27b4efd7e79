"""What the engine plans, what it did, and what the running cluster holds is the access that was declared."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from eks_access import AccessPlan, compile_plan, load
from eks_access.errors import Refused
from eks_access.live.cluster import Reach, read_live
from eks_access.review.access_review import AccessReview
from eks_access.review.asking import question
from eks_access.review.declared import state_of_plan
from eks_access.review.engine_state import state_of_engine
from eks_access.review.people import with_people
from eks_access.review.state import AccessState

from ...unit.review.asking import REQUESTS, decisions_of, identities_of
from ...unit.review.renderings import access_of
from ..engine import Changes, Environment

pytestmark = pytest.mark.sandbox

REGION = "eu-west-1"
QUESTIONS = (
    ("list", "pods", "search"),
    ("create", "deployments.apps", "search"),
    ("get", "secrets", "search"),
    ("list", "pods", "batch"),
    ("delete", "pods", "batch"),
    ("list", "pods", "payments"),
    ("list", "nodes", None),
    ("list", "pods", None),
)


@pytest.fixture(scope="module")
def plan(environment: Environment) -> AccessPlan:
    return compile_plan(load(environment.project / "stacks" / "access" / "dev.yaml"))


@pytest.fixture
def at_the_deployer_s_desk(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    """This process asks as the deployer would."""
    for name in [*os.environ]:
        monkeypatch.delenv(name)
    for name, value in environment.sandbox.env().items():
        monkeypatch.setenv(name, value)


def difference(state: AccessState, plan: AccessPlan, *without: str) -> dict[str, Any]:
    """Where the state is another than the declared one; who people are and what they may do is always compared."""
    named, planned = with_people(state, plan), state_of_plan(plan)
    assert identities_of(named) == identities_of(planned)
    may, should = decisions_of(named), decisions_of(planned)
    for who in should:
        assert [r for r, is_, be in zip(REQUESTS, may[who], should[who], strict=True) if is_ != be] == [], who
    read, declared = access_of(named), access_of(planned)
    return {k: (read[k], declared[k]) for k in read if k not in without and read[k] != declared[k]}


def run(environment: Environment, *arguments: str) -> Any:
    return json.loads(environment.stack("dev").run(*arguments, "--stack", "dev").stdout)


def test_the_first_preview_already_shows_who_will_get_in(previewed: list[dict[str, Any]], plan: AccessPlan) -> None:
    assert difference(state_of_engine({"steps": previewed}), plan) == {}


def test_the_state_tells_the_access_and_the_people_by_name(
    environment: Environment, deployed: Changes, plan: AccessPlan
) -> None:
    state = state_of_engine(run(environment, "stack", "export"))

    assert difference(state, plan) == {}
    assert {way.person for way in state.ways} == {
        way.person for way in state_of_plan(plan).ways if way.via != "creator"
    }


def test_a_preview_that_changes_nothing_tells_it_too_when_it_shows_everything(
    environment: Environment, deployed: Changes, plan: AccessPlan
) -> None:
    whole = run(environment, "preview", "--json", "--non-interactive", "--show-sames")

    assert difference(state_of_engine(whole), plan) == {}
    with pytest.raises(Refused, match="--show-sames"):
        state_of_engine(run(environment, "preview", "--json", "--non-interactive"))


@pytest.mark.usefixtures("at_the_deployer_s_desk")
@pytest.mark.parametrize("way", ["AWS alone", "a kubeconfig"])
def test_the_running_cluster_tells_it(way: str, environment: Environment, deployed: Changes, plan: AccessPlan) -> None:
    kubeconfig = os.environ["KUBECONFIG"] if way == "a kubeconfig" else None
    state = read_live(Reach(cluster="dev", region=REGION, kubeconfig=kubeconfig))

    # other objects are there as well: what EKS itself and this API server's own version bring
    assert difference(state, plan, "roles", "bindings", "namespaces") == {}
    live, declared = access_of(state), access_of(state_of_plan(plan))
    ours = {binding for binding in declared["bindings"] if "eks-access:" in binding}
    assert ours
    assert {binding for binding in live["bindings"] if "eks-access:" in binding} == ours
    assert set(declared["namespaces"]) <= set(live["namespaces"])


@pytest.mark.parametrize("person", ["yuki", "taro"])
def test_people_at_their_desks_are_who_the_declaration_says_and_may_what_it_says(
    person: str, environment: Environment, deployed: Changes, plan: AccessPlan
) -> None:
    """Real tokens, the real authenticator and API server, against the answers from the declaration alone."""
    review = AccessReview(state_of_plan(plan))
    seen = json.loads(environment.kubectl(person, "auth", "whoami", "-o", "json").stdout)["status"]["userInfo"]
    direct = next(asker for asker in review.whoami(person) if asker.way and asker.way.via == "direct")
    identity = direct.authentication.identity
    assert identity is not None
    assert (seen["username"], set(seen["groups"])) == (identity.username, set(identity.groups))

    for verb, resource, namespace in QUESTIONS:
        scope = ["-n", namespace] if namespace else ["-A"]
        real = environment.kubectl(person, "auth", "can-i", verb, resource, *scope).stdout.split()[-1]
        asked = question(verb, resource, namespace=namespace, all_namespaces=namespace is None).request
        mine = review.authorizer.allows(identity, asked)
        assert real == ("yes" if mine else "no"), f"{verb} {resource} {namespace}"


def test_the_command_asks_a_running_cluster(environment: Environment, deployed: Changes) -> None:
    command = [sys.executable, "-m", "eks_access.cli", "who-can", "list", "nodes", "--live", "--cluster", "dev"]
    declaration = str(environment.project / "stacks" / "access" / "dev.yaml")
    asked = [*command, "--region", REGION, "-s", declaration, "--format", "json"]
    done = subprocess.run(asked, env=environment.sandbox.env(), capture_output=True, text=True, check=True)

    people = {(holder["name"], holder["via"]) for holder in json.loads(done.stdout)["people"]}
    assert {("yuki", "direct"), ("hanako", "team platform"), ("sato", "break-glass")} <= people
    assert not any(name == "taro" for name, _ in people)


def test_the_catalogue_judges_a_running_cluster(environment: Environment, deployed: Changes) -> None:
    command = [sys.executable, "-m", "eks_access.cli", "check", "--live", "--cluster", "dev", "--region", REGION]
    done = subprocess.run([*command, "--format", "json"], env=environment.sandbox.env(), capture_output=True, text=True)

    (judged,) = json.loads(done.stdout)["stacks"]
    assert (done.returncode, judged["name"], judged["problems"]) == (0, "live cluster dev", [])
    assert not any("said to be missing" in notice for notice in judged["notices"])
