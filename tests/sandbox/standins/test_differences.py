"""A handler's difference in the engine's words."""

from __future__ import annotations

import pytest
from pulumi.runtime.proto import provider_pb2

from sandbox.standins.differences import diff_response, join, top_level
from sandbox.standins.resource import Diff

Kind = provider_pb2.PropertyDiff


def test_no_change_is_none() -> None:
    assert diff_response(Diff(), {}, {}).changes == provider_pb2.DiffResponse.DIFF_NONE


def test_each_change_has_its_kind() -> None:
    olds = {"a": {"x": 1}, "gone": 1, "list": [1, 2]}
    news = {"a": {"x": 2}, "made": 1, "list": [1]}
    response = diff_response(Diff(("a.x", "gone", "made", "list[1]"), ("made",), True), olds, news)
    assert {path: entry.kind for path, entry in response.detailedDiff.items()} == {
        "a.x": Kind.UPDATE,
        "gone": Kind.DELETE,
        "made": Kind.ADD_REPLACE,
        "list[1]": Kind.DELETE,
    }
    assert (list(response.diffs), list(response.replaces)) == (["a", "gone", "made", "list"], ["made"])
    assert response.deleteBeforeReplace


@pytest.mark.parametrize("ignored", ["data", "data.key", 'data["key"]', "data[*]", "*"])
def test_what_the_program_ignores_is_not_reported(ignored: str) -> None:
    response = diff_response(Diff(("data.key",), ("data.key",)), {}, {"data": {"key": 1}}, [ignored])
    assert (response.changes, list(response.replaces)) == (provider_pb2.DiffResponse.DIFF_NONE, [])


def test_other_paths_than_the_ignored_one_are_reported() -> None:
    assert diff_response(Diff(("data.key",)), {}, {}, ["data.other", "datas"]).diffs == ["data"]


def test_paths_quote_what_is_not_a_plain_name() -> None:
    path = join(join(join("", "metadata"), "annotations"), "example.com/a")
    assert path == 'metadata.annotations["example.com/a"]'
    assert (top_level(path), join("rules", 0)) == ("metadata", "rules[0]")
