"""The offline answer to "who is this" against the running authenticator, asked with real tokens.

aws-auth is written as people write it, well and badly; after each the API server says who the user is, and so do we.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from eks_access.authn.access_entries import AccessEntry
from eks_access.authn.authenticating import Authenticator
from eks_access.authn.principals import principal_of_arn
from eks_access.declaration.cluster_models import AuthenticationMode
from eks_access.plan.model import EntryType

from sandbox.environment import Sandbox

from .walker import Person, becomes, on_a_cluster

pytestmark = pytest.mark.sandbox

CLUSTER = "mapped"
ME = "ARN"
"""Stands for the user's ARN in the texts below."""
OTHER = "arn:aws:iam::111122223333:user/other"
TEXTS: dict[str, dict[str, str]] = {
    "a plain line": {"mapUsers": f"- userarn: {ME}\n  username: walker\n  groups:\n  - devs\n"},
    "other letters in the keys": {"mapUsers": f"- UserARN: {ME}\n  userName: walker\n  GROUPS: [devs]\n"},
    "a user in mapRoles": {"mapRoles": f"- rolearn: {ME}\n  username: as-role\n  groups: [devs]\n"},
    "roles before users": {
        "mapRoles": f"- {{rolearn: {ME}, username: first}}\n",
        "mapUsers": f"- {{userarn: {ME}, username: second}}\n",
    },
    "the last of two lines": {
        "mapUsers": f"- {{userarn: {ME}, username: a, groups: [x]}}\n- {{userarn: {ME}, username: b}}\n"
    },
    "groups that are no list": {"mapUsers": f"- userarn: {ME}\n  username: walker\n  groups: devs\n"},
    "a user name that is a number": {"mapUsers": f"- userarn: {ME}\n  username: 123\n  groups: [devs, 5]\n"},
    "a session template": {"mapUsers": f"- userarn: {ME}\n  username: 'x:{{{{SessionName}}}}:{{{{AccountID}}}}'\n"},
    "an unquoted template": {"mapUsers": f"- userarn: {ME}\n  username: {{{{SessionName}}}}\n"},
    "bad indentation": {"mapUsers": f"- userarn: {ME}\n username: walker\n"},
    "a tab": {"mapUsers": f"- userarn: {ME}\n\tusername: walker\n"},
    "a bad line in the other section": {
        "mapRoles": "- rolearn: [",
        "mapUsers": f"- {{userarn: {ME}, username: walker}}\n",
    },
    "an item without an ARN before": {"mapUsers": f"- username: nobody\n- {{userarn: {ME}, username: walker}}\n"},
    "a misspelt section": {"mapusers": f"- {{userarn: {ME}, username: walker}}\n"},
    "the account": {"mapAccounts": "- 111122223333\n"},
    "an anchor and a merge": {
        "mapUsers": f"- &a {{userarn: {OTHER}, username: o, groups: [devs]}}\n- <<: *a\n  userarn: {ME}\n"
    },
    "JSON": {"mapUsers": f'[{{"userarn": "{ME}", "username": "walker", "groups": ["devs"]}}]'},
    "a template that a user can't fill": {"mapUsers": f"- {{userarn: {ME}, username: '{{{{EC2PrivateDNSName}}}}'}}\n"},
}


@pytest.fixture(scope="module")
def person(sandbox: Sandbox) -> Iterator[Person]:
    with on_a_cluster(sandbox, CLUSTER, "API_AND_CONFIG_MAP") as somebody:
        yield somebody


def write(person: Person, data: dict[str, str], folder: Path) -> None:
    """Put another aws-auth into the place of the one that is there."""
    manifest = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "aws-auth", "namespace": "kube-system"},
        "data": data,
    }
    file = folder / "aws-auth.yaml"
    file.write_text(yaml.safe_dump(manifest))
    command = [person.state.tools["kubectl"], "--kubeconfig", person.state.cluster(CLUSTER).admin_kubeconfig]
    for verb in (["delete", "--ignore-not-found", "-f"], ["create", "-f"]):
        subprocess.run([*command, *verb, str(file)], check=True, capture_output=True)


def ours(person: Person, data: dict[str, str], *entries: AccessEntry) -> Any:
    judge = Authenticator(AuthenticationMode.API_AND_CONFIG_MAP, aws_auth=data, entries=entries)
    identity = judge.authenticate(principal_of_arn(person.arn)).identity
    return identity and (identity.username, identity.groups)


@pytest.mark.parametrize("what", TEXTS)
def test_the_running_authenticator_says_the_same_of(what: str, person: Person, tmp_path: Path) -> None:
    data = {section: text.replace(ME, person.arn) for section, text in TEXTS[what].items()}
    write(person, data, tmp_path)
    expected = ours(person, data)

    assert becomes(lambda: person.who() == expected), (person.who(), expected)
    assert person.who() == expected  # and stays so


def test_an_entry_overrides_the_line_in_aws_auth(person: Person, tmp_path: Path) -> None:
    data = {"mapUsers": f"- {{userarn: {person.arn}, username: by-line, groups: [devs]}}\n"}
    write(person, data, tmp_path)
    named = {"clusterName": CLUSTER, "principalArn": person.arn}
    person.eks.create_access_entry(**named, kubernetesGroups=["entrants"])
    entry = AccessEntry(
        key="walker",
        principal_arn=person.arn,
        type=EntryType.STANDARD,
        username=None,
        groups=("entrants",),
        policies=(),
    )
    try:
        expected = ours(person, data, entry)
        assert expected == (person.arn, ("entrants", "system:authenticated"))
        assert becomes(lambda: person.who() == expected), (person.who(), expected)
    finally:
        person.eks.delete_access_entry(**named)
    by_line = ours(person, data)
    assert becomes(lambda: person.who() == by_line)
