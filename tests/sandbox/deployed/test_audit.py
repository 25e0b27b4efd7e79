"""What people do by hand to a real cluster is told by name, kept or dropped by name, and repaired."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.people import Desk, desk

from ..engine import Changes, Environment
from .auditing import audit, before_up, command, edit_aws_auth, held_to

pytestmark = pytest.mark.sandbox

FOREIGN = "arn:aws:iam::444455556666:role/by-hand"
LINE = f"- rolearn: {FOREIGN}\n  username: hand\n  groups:\n  - others\n"
NODE = "arn:aws:iam::111122223333:role/dev-node-managed"


def declare(environment: Environment, change: Any) -> str:
    """Edit the declaration of `dev`; returns what it was."""
    path = environment.project / "stacks" / "access" / "dev.yaml"
    before = path.read_text()
    raw = yaml.safe_load(before)
    change(raw)
    path.write_text(yaml.safe_dump(raw, sort_keys=False))
    return before


def restore(environment: Environment, text: str) -> None:
    (environment.project / "stacks" / "access" / "dev.yaml").write_text(text)


def test_a_stack_that_was_just_deployed_audits_clean(environment: Environment, deployed: Changes) -> None:
    said = audit(environment)

    assert (said.code, said.kinds()) == (0, set()), said
    assert before_up(environment).code == 0


def test_a_line_added_by_hand_stops_the_update_until_it_is_dropped_by_name(
    environment: Environment, deployed: Changes
) -> None:
    edit_aws_auth(environment, "mapRoles", lambda text: text + LINE)

    assert audit(environment).kinds() == {("undeclared-line", FOREIGN)}
    stopped = before_up(environment)
    assert (stopped.code, stopped.kinds()) == (1, {("undeclared-line", FOREIGN)})
    slip = before_up(environment, FOREIGN.replace("hand", "hant"))
    assert (slip.code, "did you mean" in slip.error) == (2, True)
    assert before_up(environment, FOREIGN).code == 0

    done = environment.up("dev", "--refresh")

    assert done == {"ConfigMap platform-cluster-nodeAccess": "update"}
    assert audit(environment).code == 0


def test_a_person_who_leaves_the_declaration_is_no_line_of_somebody_else(
    environment: Environment, deployed: Changes
) -> None:
    def leave(raw: dict[str, Any]) -> None:
        raw["grants"] = [grant for grant in raw["grants"] if grant.get("person") != "taro"]

    before = declare(environment, leave)
    try:
        assert any(name.endswith("/taro") for _, name in audit(environment).kinds())
        assert before_up(environment).code == 0
    finally:
        restore(environment, before)


def test_a_node_s_line_taken_out_is_missed_by_the_role(environment: Environment, deployed: Changes) -> None:
    def without(text: str) -> str:
        return yaml.safe_dump([each for each in yaml.safe_load(text) if each["rolearn"] != NODE])

    edit_aws_auth(environment, "mapRoles", without)

    said = audit(environment)
    assert said.kinds() == {("missing-line", NODE)}
    assert before_up(environment).code == 0, "an update puts it back, and takes nothing away"


def test_a_broken_document_is_repaired_without_losing_the_lines_of_others(
    environment: Environment, deployed: Changes
) -> None:
    edit_aws_auth(environment, "mapRoles", lambda text: text + LINE.replace("  username", "\tusername") + "- rolearn\n")

    said = audit(environment)
    kinds = {kind for kind, _ in said.kinds()}
    assert {"broken-aws-auth", "undeclared-line", "unreadable-line"} <= kinds
    assert f"{FOREIGN} can't enter" in said.one("broken-aws-auth")["what"]
    stopped = before_up(environment)
    kept, unreadable = stopped.one("undeclared-line"), stopped.one("unreadable-line")
    assert unreadable["lines"] == "- rolearn"
    assert stopped.code == 1

    before = declare(environment, lambda raw: raw.update(yaml.safe_load(kept["lines"])))
    assert before_up(environment, unreadable["name"]).code == 0
    environment.up("dev", "--refresh")

    live = environment.kubectl(None, "-n", "kube-system", "get", "configmap", "aws-auth", "-o", "json").stdout
    lines = yaml.safe_load(json.loads(live)["data"]["mapRoles"])
    assert {"rolearn": FOREIGN, "username": "hand", "groups": ["others"]} in lines
    assert audit(environment).code == 0
    restore(environment, before)
    environment.up("dev")


def test_bindings_made_by_hand_are_told_with_whom_they_let_do_what(environment: Environment, deployed: Changes) -> None:
    made = ("create", "clusterrolebinding", "by-hand", "--clusterrole=edit", "--group=team:search")
    assert environment.kubectl(None, *made).returncode == 0
    try:
        said = audit(environment)
        assert said.kinds() == {("undeclared-binding", "ClusterRoleBinding/by-hand")}
        assert "team:search" in said.one("undeclared-binding")["what"]
    finally:
        done = environment.kubectl(None, *said.one("undeclared-binding")["lines"].split()[1:])
    assert done.returncode == 0, "the command that is told takes it away"


def test_an_entry_of_a_user_who_was_made_again_is_dead(environment: Environment, deployed: Changes) -> None:
    arn = "arn:aws:iam::111122223333:user/temp"
    entry = ("--cluster-name", "dev", "--principal-arn", arn)
    environment.aws("iam", "create-user", "--user-name", "temp")
    environment.aws("eks", "create-access-entry", *entry)
    try:
        assert audit(environment).kinds() == {("undeclared-entry", arn)}
        environment.aws("iam", "delete-user", "--user-name", "temp")
        assert audit(environment).kinds() == {("undeclared-entry", arn), ("dead-entry", arn)}
        time.sleep(1.1)  # IAM tells creation by the second
        environment.aws("iam", "create-user", "--user-name", "temp")
        said = audit(environment)
        assert said.kinds() == {("undeclared-entry", arn), ("dead-entry", arn)}
        assert "created again" in said.one("dead-entry")["what"]
    finally:
        environment.aws("eks", "delete-access-entry", *entry)
        environment.aws("iam", "delete-user", "--user-name", "temp")


def test_the_drill_wants_a_device_and_a_trust_policy_as_declared(environment: Environment, deployed: Changes) -> None:
    def drill() -> tuple[int, str]:
        said = audit(environment, "--drill")
        return said.code, " ".join(each["what"] for each in said.data["findings"])

    without = drill()
    Desk(environment.sandbox, desk(environment.sandbox, "dev", "sato")).enrol_device("sato")
    serial = "arn:aws:iam::111122223333:mfa/sato"
    asked = ("iam", "get-role", "--role-name", "dev-break-glass", "--query", "Role.AssumeRolePolicyDocument")
    trust = environment.aws(*asked)
    assert isinstance(trust, dict)
    role = ("--role-name", "dev-break-glass", "--policy-document")
    try:
        enrolled = drill()
        trust["Statement"][0]["Principal"]["AWS"] = "arn:aws:iam::111122223333:user/developers/yuki"
        environment.aws("iam", "update-assume-role-policy", *role, json.dumps(trust))
        hijacked, told = drill(), audit(environment)
    finally:
        trust["Statement"][0]["Principal"]["AWS"] = "arn:aws:iam::111122223333:user/break-glass/sato"
        environment.aws("iam", "update-assume-role-policy", *role, json.dumps(trust))
        environment.aws("iam", "deactivate-mfa-device", "--user-name", "sato", "--serial-number", serial)
        environment.aws("iam", "delete-virtual-mfa-device", "--serial-number", serial)
    assert without == (1, "sato: MFA is asked, and arn:aws:iam::111122223333:user/break-glass/sato has no MFA device")
    assert enrolled == (0, "")
    assert hijacked[0] == 1
    assert "doesn't let arn:aws:iam::111122223333:user/break-glass/sato in" in hijacked[1]
    assert told.kinds() == {("changed-trust", "arn:aws:iam::111122223333:role/dev-break-glass")}
    assert any("yuki" in each["what"] for each in told.data["findings"] if each["kind"] == "changed-trust")


def test_the_printed_rights_are_enough_and_read_only(
    environment: Environment, deployed: Changes, tmp_path: Path
) -> None:
    needed = audit(environment, "--permissions", live=False).data
    arn = "arn:aws:iam::111122223333:user/auditor"
    manifests = tmp_path / "manifests.json"
    manifests.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": needed["manifests"]}))
    entry = ("--cluster-name", "dev", "--principal-arn", arn)
    environment.aws("iam", "create-user", "--user-name", "auditor")
    # the emulator takes the cluster for the resource of whatever is below it; `held_to` decides as AWS does
    coarse = json.dumps(needed["policy"]).replace("access-entry/dev/*", "cluster/dev")
    policy = ("--policy-name", "audit", "--policy-document", coarse)
    environment.aws("iam", "put-user-policy", "--user-name", "auditor", *policy)
    environment.aws("eks", "create-access-entry", *entry, "--kubernetes-groups", "eks-access-audit")
    assert environment.kubectl(None, "apply", "-f", str(manifests)).returncode == 0
    try:
        place = Desk.of_user(environment.sandbox, "auditor", tmp_path / "desk")
        with held_to(environment, needed["policy"]) as held:
            where = {"AWS_PROFILE": "auditor", "AWS_ENDPOINT_URL": held.endpoint, "AWS_REGION": "eu-west-1"}
            named = str(environment.project / "stacks" / "access" / "dev.yaml")

            def run(*options: str) -> tuple[int, Any, str]:
                asked = command("--live", *options)
                asked[asked.index("dev")] = named
                done = place.run(*asked, **where)
                return done.returncode, json.loads(done.stdout or "{}"), done.stderr

            code, data, error = run()
            assert error == "", error
            found = {(each["kind"], each["name"]) for each in data["findings"] if each["severity"] != "note"}
            assert (code, found) == (
                1,
                {
                    ("undeclared-entry", arn),
                    ("undeclared-binding", "ClusterRoleBinding/eks-access-audit"),
                    ("undeclared-binding", "RoleBinding/kube-system/eks-access-audit"),
                },
            ), "it sees everything, and that nobody declared the auditor either"
            assert run("--drill")[0] == 1
            used = {action for action, _ in held.asked}
            granted = {each for statement in needed["policy"]["Statement"] for each in statement["Action"]}
            assert used == granted, "no right too many"
            assert all(action.split(":")[1].startswith(("Describe", "List")) for action in granted)

            for action in ("eks:DescribeCluster", "eks:DescribeAccessEntry", "iam:ListRoles", "iam:ListUserPolicies"):
                held.policy = without(needed["policy"], action)
                code, data, error = run()
                assert (code, data) == (2, {}), f"without {action} nothing is told to be clean"
                assert action in error
                assert "--permissions" in error
            held.policy = needed["policy"]
            environment.kubectl(None, "delete", "-n", "kube-system", "role", "eks-access-audit")
            code, data, error = run()
            assert (code, data) == (2, {})
            assert "aws-auth" in error
        verbs = {verb for each in needed["manifests"] for rule in each.get("rules", []) for verb in rule["verbs"]}
        assert verbs <= {"get", "list"}
    finally:
        environment.kubectl(None, "delete", "-f", str(manifests), "--ignore-not-found")
        environment.aws("eks", "delete-access-entry", *entry)
        user = ("--user-name", "auditor")
        keys = environment.aws("iam", "list-access-keys", *user, "--query", "AccessKeyMetadata[].AccessKeyId")
        assert isinstance(keys, list)
        for key in keys:
            environment.aws("iam", "delete-access-key", *user, "--access-key-id", key)
        environment.aws("iam", "delete-user-policy", *user, "--policy-name", "audit")
        environment.aws("iam", "delete-user", *user)


def without(policy: dict[str, Any], action: str) -> dict[str, Any]:
    """Take one action out of a policy."""
    statements = [{**each, "Action": [one for one in each["Action"] if one != action]} for each in policy["Statement"]]
    return {**policy, "Statement": statements}
