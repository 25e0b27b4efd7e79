"""What a person puts on their machine leads them in: MFA asked, session named, one context a way."""

from __future__ import annotations

import configparser
import json
from typing import Any

import yaml
from eks_access import AccessPlan, compile_plan
from eks_access.plan.onboarding import (
    access_list,
    aws_config,
    deployer_kubeconfig,
    kubeconfig,
    people_who_enter,
    person_kubeconfig,
    read_server,
)

from ...plans import TODAY, dev, plan_of, small

SERVER = ("https://demo.eks.example", "Y2E=")


def plan() -> AccessPlan:
    return compile_plan(dev(), today=TODAY)


def profiles(person: str) -> dict[str, dict[str, str]]:
    parser = configparser.ConfigParser()
    parser.read_string(aws_config(plan(), person))
    return {section: dict(parser[section]) for section in parser.sections()}


def test_a_role_with_mfa_is_assumed_with_the_persons_device_and_name() -> None:
    assert profiles("hanako")["profile dev-team-payments"] == {
        "region": "eu-west-1",
        "role_arn": "arn:aws:iam::111122223333:role/dev-team-payments",
        "source_profile": "hanako",
        "role_session_name": "hanako",
        "mfa_serial": "arn:aws:iam::111122223333:mfa/hanako",
    }


def test_somebody_who_enters_directly_assumes_nothing() -> None:
    assert profiles("yuki") == {"profile yuki": {"region": "eu-west-1"}}


def test_there_is_one_context_for_each_way_in() -> None:
    config = yaml.safe_load(person_kubeconfig(plan(), "taro", *SERVER))

    assert [context["name"] for context in config["contexts"]] == ["dev-taro", "dev-team-payments"]
    assert config["current-context"] == "dev-taro"
    assert f"[profile {config['contexts'][1]['name']}]" in aws_config(plan(), "taro")


def test_a_persons_kubeconfig_holds_no_credential() -> None:
    config = yaml.safe_load(person_kubeconfig(plan(), "hanako", *SERVER))

    for user in config["users"]:
        assert set(user["user"]) == {"exec"}
        assert user["user"]["exec"]["args"][:2] == ["--profile", user["name"]]
        assert "env" not in user["user"]["exec"]


def test_the_deployer_uses_the_profile_that_pulumi_uses() -> None:
    cluster = plan().cluster
    assert cluster is not None

    def arguments(profile: str | None) -> Any:
        (user,) = json.loads(deployer_kubeconfig(cluster, *SERVER, profile))["users"]
        return user["user"]["exec"]["args"]

    assert arguments("ci")[:2] == ["--profile", "ci"]
    assert "--profile" not in arguments(None)


def test_the_server_is_read_back_from_what_was_written() -> None:
    cluster = plan().cluster
    assert cluster is not None

    server = read_server(deployer_kubeconfig(cluster, *SERVER, None))
    assert (server.endpoint, server.certificate_authority) == SERVER


def test_without_a_way_in_there_is_no_current_context() -> None:
    cluster = plan().cluster
    assert cluster is not None

    assert kubeconfig(cluster, endpoint="e", certificate_authority="c", profiles=[])["current-context"] == ""


def test_the_access_list_answers_who_can_get_in() -> None:
    everybody = access_list(plan())

    assert {str(way["person"]) for way in everybody} == set(people_who_enter(plan()))
    assert "ci" not in people_who_enter(plan())
    (sato,) = [way for way in everybody if way["person"] == "sato"]
    assert (sato["via"], sato["mfa"], sato["clusterAdmin"]) == ("break-glass", True, True)


def test_people_without_a_way_in_are_not_listed() -> None:
    assert people_who_enter(plan_of(small())) == ("aiko", "botan")
