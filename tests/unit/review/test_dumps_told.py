"""What is told of documents: what lacks in which mode, and the place of what is wrong."""

from __future__ import annotations

import pytest
from eks_access.declaration.cluster_models import AuthenticationMode as Mode
from eks_access.errors import Refused
from eks_access.review.documents import Document
from eks_access.review.dumps import state_of_documents

ARN = "arn:aws:iam::111122223333:user/aiko"
ENTRY = {"accessEntry": {"clusterName": "c", "principalArn": ARN, "type": "STANDARD", "username": "a"}}
LINES = {"mapUsers": f"- {{userarn: {ARN}, username: a}}"}


def config_map(data: object) -> dict[str, object]:
    metadata = {"name": "aws-auth", "namespace": "kube-system"}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


@pytest.mark.parametrize("mode", list(Mode))
def test_what_a_mode_asks_and_is_not_there_is_told_and_nothing_else(mode: Mode) -> None:
    parts = {"has access entries": ENTRY, "asks aws-auth": config_map(LINES)}
    asked = {"has access entries": mode.uses_entries, "asks aws-auth": mode.uses_aws_auth}

    for lacking, document in parts.items():
        there = [each for each in parts.values() if each is not document]
        notices = state_of_documents(there, mode=mode).notices
        assert [any(word in notice for notice in notices) for word in parts] == [
            word == lacking and asked[word] for word in parts
        ]


@pytest.mark.parametrize("version", [{"major": "1"}, {"major": "1", "minor": None}, {"major": "", "minor": "33"}])
def test_half_a_version_is_none(version: dict[str, object]) -> None:
    assert state_of_documents([config_map(LINES), {"serverVersion": version}]).version is None


@pytest.mark.parametrize("content", [config_map({5: "x"}), config_map({"mapRoles": ["x"]}), {"steps": []}])
def test_what_is_wrong_is_told_with_its_file_and_line(content: object) -> None:
    with pytest.raises(Refused) as refused:
        state_of_documents([Document(content=content, file="dump.yaml", line=7)])

    (problem,) = refused.value.problems
    assert (problem.file, problem.line) == ("dump.yaml", 7)


def test_two_configmaps_that_differ_are_of_two_clusters_and_one_twice_is_one() -> None:
    assert state_of_documents([config_map(LINES), config_map(LINES)]).aws_auth == LINES
    with pytest.raises(Refused, match="aws-auth is here twice"):
        state_of_documents([config_map(LINES), config_map({})])
