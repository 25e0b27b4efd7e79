"""Inside the cluster the doctor says why a principal is refused, and what somebody who is let in lacks."""

from __future__ import annotations

import yaml
from eks_access.diagnosis.model import Wall

from ..conftest import ACCOUNT, ME, Desk
from .test_doctor import ends, prod, told, walk

TEAM = {
    "teams": {"ants": {"members": ["aiko"], "assumeRole": {"mfa": True}}},
    "grants": [{"team": "ants", "role": "view", "namespaces": ["east"]}],
    "namespaces": {"east": {}, "west": {}},
    "admins": {"people": ["botan"]},
}


def line(arn: str, section: str = "mapUsers", *groups: str) -> dict[str, str]:
    key = "userarn" if section == "mapUsers" else "rolearn"
    return {section: yaml.safe_dump([{key: arn, "username": "x", "groups": [*groups]}])}


def session_of(desk: Desk, role: str, name: str = "aiko") -> None:
    desk.callers["AKIAME"] = (f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{name}", f"AROAME:{name}")


def test_nothing_maps_them_and_nobody_looked(desk: Desk) -> None:
    finding = ends(Wall.MAPPING)

    assert finding.cause == "not-mapped"
    assert ME in finding.said
    assert "--admin-profile" in told(finding)
    assert "aiko" in finding.remedies[-1].lines


def test_their_own_principal_is_not_the_way_in(desk: Desk) -> None:
    finding = ends(Wall.MAPPING, plan=prod(**TEAM))

    assert finding.cause == "own-principal"
    assert "team ants" in told(finding)
    assert "botan" in finding.ask


def test_a_declared_way_that_is_closed_is_not_deployed(desk: Desk) -> None:
    finding = ends(Wall.MAPPING, plan=prod())

    assert finding.cause == "not-deployed"


def test_an_admin_sees_the_path_in_the_line_of_a_role(desk: Desk) -> None:
    session_of(desk, "ops")
    desk.aws_auth = line(f"arn:aws:iam::{ACCOUNT}:role/teams/ops", "mapRoles")

    finding = ends(Wall.MAPPING, admin_profile="admin")
    assert finding.cause == "path-in-role-arn"
    assert f"arn:aws:iam::{ACCOUNT}:role/teams/ops" in finding.said


def test_an_admin_sees_the_session_in_a_line(desk: Desk) -> None:
    session_of(desk, "ops")
    desk.aws_auth = line(f"arn:aws:sts::{ACCOUNT}:assumed-role/ops/aiko", "mapRoles")

    finding = ends(Wall.MAPPING, admin_profile="admin")
    assert "session" in finding.cause
    assert "assumed-role/ops/aiko" in finding.said


def test_an_admin_sees_the_entry_of_a_user_who_was_made_again(desk: Desk) -> None:
    desk.entries = {ME: {"username": "aiko"}}

    finding = ends(Wall.MAPPING, admin_profile="admin")
    assert "gone" in finding.said or "deleted" in finding.said
    assert "again" in told(finding) or "anew" in told(finding)


def test_an_admin_sees_the_section_that_is_broken(desk: Desk) -> None:
    desk.aws_auth = {"mapUsers": f"- userarn: {ME}\n   username: aiko\n"}

    assert "can't" in told(ends(Wall.MAPPING, admin_profile="admin"))


def test_an_admin_sees_the_template_of_nodes(desk: Desk) -> None:
    session_of(desk, "node")
    node = {"rolearn": f"arn:aws:iam::{ACCOUNT}:role/node", "username": "system:node:{{EC2PrivateDNSName}}"}
    desk.aws_auth = {"mapRoles": yaml.safe_dump([node])}

    assert ends(Wall.MAPPING, admin_profile="admin").cause == "template"


def test_an_admin_sees_the_line_that_the_mode_ignores(desk: Desk) -> None:
    desk.mode = "API"
    desk.aws_auth = line(ME)

    finding = ends(Wall.MAPPING, admin_profile="admin")
    assert finding.wall is Wall.MAPPING


def test_in_mode_api_the_entries_suffice_and_no_admin_is_needed(desk: Desk) -> None:
    desk.mode = "API"
    desk.entries = {f"arn:aws:iam::{ACCOUNT}:user/aiko": {"username": "aiko"}}

    finding = ends(Wall.MAPPING)
    assert f"arn:aws:iam::{ACCOUNT}:user/aiko" in finding.said


def test_mapped_and_bound_to_nothing(desk: Desk) -> None:
    desk.mapped[ME] = ("aiko", ("nobody-binds-this",))
    desk.aws_auth = line(ME, "mapUsers", "nobody-binds-this")

    finding = ends(Wall.PERMISSION, namespace="east", admin_profile="admin")
    assert "no binding names you or your groups" in told(finding)


def test_a_declared_person_asks_in_the_wrong_namespace(desk: Desk) -> None:
    session_of(desk, "prod-team-ants")
    desk.mapped[desk.callers["AKIAME"][0]] = ("team:ants:aiko", ("team:ants",))

    finding = ends(Wall.PERMISSION, namespace="west", plan=prod(**TEAM))
    assert "east" in told(finding)
    assert any("west" in remedy.lines for remedy in finding.remedies)
    assert finding.ask == ("botan", "deployer")


def test_what_is_declared_and_refused_is_not_deployed(desk: Desk) -> None:
    session_of(desk, "prod-team-ants")
    desk.mapped[desk.callers["AKIAME"][0]] = ("team:ants:aiko", ("team:ants",))

    assert ends(Wall.PERMISSION, namespace="east", plan=prod(**TEAM)).cause == "not-deployed"


def test_an_entry_that_hides_a_line_is_told(desk: Desk) -> None:
    desk.mapped[ME] = ("aiko", ())
    desk.entries = {ME: {"username": "aiko"}}
    desk.aws_auth = line(ME, "mapUsers", "system:masters")

    finding = ends(Wall.PERMISSION, namespace="east", admin_profile="admin")
    assert "system:masters" in told(finding)
    assert "overrides" in told(finding) or "hides" in told(finding)


def test_a_kubeconfig_of_another_cluster_is_told_beside_the_answer(desk: Desk) -> None:
    desk.mapped[ME] = ("aiko", ())
    desk.allowed = {("aiko", "list pods", "default")}
    desk.kubectl(cluster="staging")

    steps, (note,) = walk()
    assert all(step.free for step in steps)
    assert note.wall is Wall.NONE
    assert "kubectl goes to staging" in told(note)


def test_a_clock_that_is_wrong_is_told_though_aws_answers(desk: Desk) -> None:
    desk.ahead = 900

    assert "15 min ahead of AWS's" in told(ends(Wall.MAPPING))
