"""A kubeconfig says where kubectl goes and as whom; one that can't be read is one sentence with a remedy."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from eks_access.errors import NoAnswerError
from eks_access.live.contexts import Context, read_context

HOSTILE: list[Any] = [None, 5, 0.5, True, "text", [], ["a", 1, None], {}, {"a": {"b": []}}, [[[]]], "2026-99-99"]


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home of the test's own, with nothing in it."""
    monkeypatch.delenv("KUBECONFIG", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def content(name: str = "here", *arguments: str, **parts: Any) -> dict[str, Any]:
    """A kubeconfig of one context; `parts` replace what is in cluster, user, exec and context."""
    command = {"command": "aws", "args": ["eks", "get-token", *arguments], **parts.get("exec", {})}
    called = parts.get("called", f"cluster-{name}")
    return {
        "clusters": [{"name": called, "cluster": {"server": f"https://{name}.example/", **parts.get("cluster", {})}}],
        "users": [{"name": "u", "user": {"exec": command}}],
        "contexts": [{"name": name, "context": {"cluster": called, "user": "u", **parts.get("context", {})}}],
        "current-context": name,
    }


def write(file: Path, data: object) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(data, bytes):
        file.write_bytes(data)
    else:
        file.write_text(data if isinstance(data, str) else yaml.safe_dump(data))
    return file


def read(home: Path, data: object, context: str | None = None) -> Context:
    found = read_context(str(write(home / "config", data)), context)
    assert found is not None
    return found


def refused(home: Path, data: object, context: str | None = None) -> str:
    """Have it refused, in one sentence with what to do behind a semicolon."""
    with pytest.raises(NoAnswerError) as caught:
        read(home, data, context)
    said = str(caught.value)
    assert said.isprintable()
    assert "; " in said
    assert str(home / "config") in said
    return said


def test_without_a_kubeconfig_there_is_no_context(home: Path) -> None:
    assert read_context() is None


def test_the_file_at_home_is_read_where_nothing_else_is_named(home: Path) -> None:
    write(home / ".kube" / "config", content())

    found = read_context()
    assert found is not None
    assert found.name == "here"
    assert found.file == str(home / ".kube" / "config")


def test_everything_that_matters_is_read(home: Path) -> None:
    arguments = ("--cluster-name", "prod", "--profile", "hanako", "--region=eu-west-1")
    found = read(
        home,
        content(
            "here",
            *arguments,
            called="arn:aws:eks:eu-west-1:111122223333:cluster/prod",
            cluster={"certificate-authority-data": "Q0E="},
            context={"namespace": "east"},
        ),
    )

    assert found == Context(
        name="here",
        file=str(home / "config"),
        server="https://here.example",
        authority="Q0E=",
        namespace="east",
        command="aws",
        profile="hanako",
        region="eu-west-1",
        cluster="prod",
        account="111122223333",
    )


def test_of_several_files_the_first_that_says_something_wins(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = write(home / "a", {"contexts": [{"name": "there", "context": {"cluster": "cluster-there", "user": "u"}}]})
    first = write(home / "b", content("here", "--profile", "first"))
    second = write(home / "c", content("there", "--profile", "second"))
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join(map(str, (empty, home / "gone", first, "", second))))

    current, named = read_context(), read_context(context="there")
    assert current is not None
    assert named is not None
    assert (current.name, current.profile) == ("here", "first")
    assert (named.server, named.profile) == ("https://there.example", "first")
    assert current.file == f"{empty}, {first}, {second}"


@pytest.mark.parametrize(
    ("arguments", "env", "profile", "region"),
    [
        (("--profile", "a", "--region", "r"), {}, "a", "r"),
        (("--profile=a", "--region=r"), {}, "a", "r"),
        ((), {"AWS_PROFILE": "b", "AWS_REGION": "s"}, "b", "s"),
        ((), {"AWS_DEFAULT_PROFILE": "b", "AWS_DEFAULT_REGION": "s"}, "b", "s"),
        (("--profile", "a", "--region=r"), {"AWS_PROFILE": "b", "AWS_REGION": "s"}, "a", "r"),
        (("--profile",), {}, "", ""),
    ],
)
def test_profile_and_region_are_those_of_the_token_command(
    home: Path, arguments: tuple[str, ...], env: dict[str, str], profile: str, region: str
) -> None:
    variables = [{"name": name, "value": value} for name, value in env.items()]

    found = read(home, content("here", *arguments, exec={"env": variables}))
    assert (found.profile, found.region) == (profile, region)


@pytest.mark.parametrize("option", ["--cluster-name", "--cluster-id", "-i"])
def test_the_cluster_is_named_as_either_token_command_takes_it(home: Path, option: str) -> None:
    assert read(home, content("here", option, "prod")).cluster == "prod"


def test_numbers_and_dates_are_names_too(home: Path) -> None:
    assert read(home, "current-context: 7\ncontexts: [{name: 7, context: {namespace: 2026-99-99}}]").namespace


@pytest.mark.parametrize(
    ("data", "context", "said"),
    [
        ({}, None, "no current context; `kubectl config use-context NAME`"),
        ("", None, "no current context"),
        ({**content(), "current-context": "gone"}, None, "no context gone; it has here"),
        (content(), "gone", "no context gone; it has here"),
        ({"current-context": "gone"}, None, "it has none"),
        ("users: [\n", None, "no YAML"),
        ("a: b\n  c: d\n", None, "line 2"),
        ("a: *nothing\n", None, "not read (an alias names an anchor further up, line 1)"),
        ("a: \0\n", None, "no YAML"),
        ("a: \x1b[31m\n", None, "no YAML"),
        ("a: " + "[" * 3000, None, ""),
        ("? [a]\n: b\n", None, "not read"),
        ("- a\n", None, "no kubeconfig"),
        ("7\n", None, "no kubeconfig"),
        (b"\xff\xfe\x00\x01", None, "can't be read"),
        (b"\x7fELF\x02\x01\x01\x00", None, "no YAML"),
    ],
)
def test_what_can_not_be_read_is_told_with_what_to_do(home: Path, data: object, context: str | None, said: str) -> None:
    assert said in refused(home, data, context)


def test_a_file_that_is_named_has_to_be_there_and_be_a_file(home: Path) -> None:
    for path, said in ((home / "gone", "No such file"), (home, "Is a directory")):
        with pytest.raises(NoAnswerError, match=said):
            read_context(str(path))


@pytest.mark.parametrize("value", HOSTILE)
def test_another_type_than_expected_anywhere_is_read_as_nothing_or_refused(home: Path, value: object) -> None:
    places: list[tuple[Any, ...]] = [("clusters",), ("users",), ("contexts",), ("current-context",)]
    places += [(kind, 0) for kind in ("clusters", "users", "contexts")]
    places += [("clusters", 0, "cluster"), ("clusters", 0, "cluster", "server"), ("contexts", 0, "context")]
    places += [("users", 0, "user"), ("users", 0, "user", "exec"), ("users", 0, "user", "exec", "command")]
    places += [("users", 0, "user", "exec", "args"), ("users", 0, "user", "exec", "env"), ("contexts", 0, "name")]
    for place in places:
        data: Any = content()
        at = data
        for part in place[:-1]:
            at = at[part]
        at[place[-1]] = value
        with contextlib.suppress(NoAnswerError):
            assert isinstance(read(home, data), Context)


@pytest.mark.parametrize("text", ["!!int x", "!!float x", "!!timestamp x", "!!bool x", "!!int ''", "9" * 5000])
def test_tags_construct_nothing(home: Path, text: str) -> None:
    assert read(home, f"a: {text}\n{yaml.safe_dump(content())}").name == "here"
