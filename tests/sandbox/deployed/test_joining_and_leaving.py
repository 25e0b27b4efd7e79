"""A developer joins, and leaves again: exactly what is theirs comes and goes, and aws-auth is edited in place."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass

import pytest

from ..engine import Changes, Environment

pytestmark = pytest.mark.sandbox

PERSON = "kenji"


@dataclass
class Watch:
    """A watch on aws-auth by the sandbox's own administrator."""

    process: subprocess.Popen[str]

    def events(self) -> list[str]:
        """Stop watching and tell the types of all events, the first ADDED included."""
        self.process.terminate()
        printed, _ = self.process.communicate(timeout=30)
        return [json.loads(line)["type"] for line in printed.splitlines() if line.strip()]


@dataclass
class Edit:
    """An edit of the declaration, with everything that was seen of it."""

    previewed: Changes
    people: Changes
    dev: Changes
    uid_before: str
    uid_after: str
    events: list[str]


def aws_auth_uid(environment: Environment) -> str:
    found = environment.kubectl(
        None, "get", "configmap", "aws-auth", "-n", "kube-system", "-o", "jsonpath={.metadata.uid}"
    )
    assert found.stdout, found.stderr
    return found.stdout


def watch_aws_auth(environment: Environment) -> Watch:
    # One line per event, whatever the indentation of kubectl's JSON.
    event = '{"{\\"type\\": \\""}{.type}{"\\"}\\n"}'
    command = [
        *(environment.sandbox.state().tools["kubectl"], "get", "configmaps", "-n", "kube-system"),
        *("--field-selector", "metadata.name=aws-auth", "--watch", "--output-watch-events", "-o", f"jsonpath={event}"),
    ]
    return Watch(subprocess.Popen(command, env=environment.sandbox.env(), stdout=subprocess.PIPE, text=True))


@pytest.fixture(scope="module")
def joined(environment: Environment, deployed: Changes) -> Edit:
    path = "{iamUser: {path: /developers/}}"
    environment.edit("access/people.yaml", f"  yuki: {path}\n", f"  yuki: {path}\n  {PERSON}: {path}\n")
    environment.edit("access/people.yaml", "search: {members: [yuki]}", f"search: {{members: [yuki, {PERSON}]}}")
    environment.edit(
        "access/dev.yaml",
        "metricsReaders:",
        f"  - {{person: {PERSON}, role: view, namespaces: [payments]}}\nmetricsReaders:",
    )
    before = aws_auth_uid(environment)
    people = environment.up("people")
    previewed = environment.preview("dev")
    watch = watch_aws_auth(environment)
    dev = environment.up("dev")
    return Edit(previewed, people, dev, before, aws_auth_uid(environment), watch.events())


@pytest.fixture(scope="module")
def left(environment: Environment, joined: Edit) -> Edit:
    path = "{iamUser: {path: /developers/}}"
    environment.edit("access/people.yaml", f"  {PERSON}: {path}\n", "")
    environment.edit("access/people.yaml", f"search: {{members: [yuki, {PERSON}]}}", "search: {members: [yuki]}")
    environment.edit("access/dev.yaml", f"  - {{person: {PERSON}, role: view, namespaces: [payments]}}\n", "")
    before = aws_auth_uid(environment)
    previewed = environment.preview("dev")
    watch = watch_aws_auth(environment)
    dev = environment.up("dev")
    people = environment.up("people")
    return Edit(previewed, people, dev, before, aws_auth_uid(environment), watch.events())


def test_joining_changes_exactly_what_the_newcomer_needs(joined: Edit) -> None:
    assert joined.people == {
        "User platform-people-kenji": "create",
        "UserPolicy platform-people-kenji-self-service": "create",
    }
    assert joined.dev == {
        "UserPolicy platform-people-kenji-enter": "create",
        "ConfigMap platform-cluster-nodeAccess": "update",
        "AccessEntry platform-cluster-access-person-kenji": "create",
        "RoleBinding platform-rbac-payments/eks-access:person:kenji:view": "create",
    }


def test_joining_did_what_preview_showed(joined: Edit) -> None:
    assert joined.dev == joined.previewed


def test_joining_edits_aws_auth_in_place(joined: Edit) -> None:
    assert joined.uid_after == joined.uid_before
    assert joined.events.count("MODIFIED") == 1
    assert "DELETED" not in joined.events


def test_the_newcomer_gets_in_at_once(environment: Environment, joined: Edit) -> None:
    granted = environment.kubectl(PERSON, "get", "pods", "-n", "payments")
    other = environment.kubectl(PERSON, "get", "pods", "-n", "kube-system")

    assert granted.returncode == 0, granted.stderr
    assert f'User "{PERSON}" cannot list resource "pods"' in other.stderr


def test_leaving_takes_every_trace_away(environment: Environment, left: Edit) -> None:
    users = environment.aws("iam", "list-users")
    entries = environment.aws("eks", "list-access-entries", "--cluster-name", "dev")
    aws_auth = environment.kubectl(None, "get", "configmap", "aws-auth", "-n", "kube-system", "-o", "yaml")
    bindings = environment.kubectl(None, "get", "rolebindings,clusterrolebindings", "-A", "-o", "yaml")

    assert PERSON not in json.dumps([users, entries])
    assert PERSON not in aws_auth.stdout + bindings.stdout
    assert left.dev == left.previewed


def test_leaving_edits_aws_auth_in_place(left: Edit) -> None:
    assert left.uid_after == left.uid_before
    assert "DELETED" not in left.events


def test_whoever_left_is_unauthorized(environment: Environment, left: Edit) -> None:
    answer = environment.kubectl(PERSON, "get", "pods", "-n", "payments")

    assert "Unauthorized" in answer.stderr or "provide credentials" in answer.stderr
