"""Files from anybody: read whatever they are, or refused with file and line, and never executed."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from eks_access.errors import Problem, Refused
from eks_access.live import files
from eks_access.live.files import parse_documents, read_documents, read_state
from hypothesis import given
from hypothesis import strategies as st


def contents(text: str, file: str = "x.yaml") -> list[object]:
    return [document.content for document in parse_documents(text, file)]


def refused(text: str, file: str = "x.yaml") -> Problem:
    with pytest.raises(Refused) as refusal:
        parse_documents(text, file)
    (problem,) = refusal.value.problems
    return problem


def test_documents_know_the_line_that_they_begin_on() -> None:
    text = "# head\nkind: A\n---\n\nkind: B\n---\n---\n- kind: C\n"

    assert [(d.line, d.content) for d in parse_documents(text, "x.yaml")] == [
        (2, {"kind": "A"}),
        (5, {"kind": "B"}),
        (7, None),
        (8, [{"kind": "C"}]),
    ]


def test_json_may_hold_several_values_one_after_the_other() -> None:
    assert contents('{"a": 1}\n\n{"b": 2} [3]\n', "stdin") == [{"a": 1}, {"b": 2}, [3]]
    assert [d.line for d in parse_documents('{"a": 1}\n\n{"b": 2}', "stdin")] == [1, 3]


def test_flow_style_yaml_is_no_broken_json() -> None:
    assert contents("{a: 1, b: [x]}\n---\nc: 2\n") == [{"a": 1, "b": ["x"]}, {"c": 2}]
    assert contents("[NaN]\n") == [["NaN"]]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("~", None),
        ("", None),
        ("yes", True),
        ("Off", False),
        ("y", True),
        ("12", 12),
        ("-0x1F", -31),
        ("017", 15),
        ("08", 8.0),
        ("1_000", 1000),
        ("1.33", 1.33),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("2026-11-26", "2026-11-26"),
        ("2026-11-26T12:07:46Z", "2026-11-26T12:07:46Z"),
        ("12:30", "12:30"),
        ("0123456789abcdef", "0123456789abcdef"),
        ("'12'", "12"),
        ('"yes"', "yes"),
        ("!!str 12", "12"),
        ("tag", "tag"),
        ("*", None),
        ("-", [None]),
        ("9" * 5000, "9" * 5000),
        ("text # comment", "text"),
        ("|\n  a\n  b\n", "a\nb\n"),
    ],
)
def test_scalars_are_what_kubernetes_makes_of_them(text: str, value: object) -> None:
    if text == "*":
        assert "alias" in refused(f"a: {text}").rule
    elif text == "-":
        assert contents(f"a:\n{text}\n") == [{"a": value}]
    else:
        assert contents(f"a: {text}\n") == [{"a": value}]


# Python's YAML writes `08` and `y` without quotes; to Go's they are a number and true, and so they are to us.
texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])).filter(
    lambda text: not re.match(r"[-+.0-9]|[ynYN]$", text)
)
plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | texts,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abcdefghij/:*", min_size=1), inner, max_size=4)
    ),
    max_leaves=20,
)


@given(plain, st.booleans())
def test_what_yaml_and_json_write_is_what_is_read(value: Any, flow: bool) -> None:
    assert contents(yaml.safe_dump(value, default_flow_style=flow, allow_unicode=True)) == [value]
    assert contents(json.dumps(value), "x.json") == [value]


@given(st.text(max_size=60) | st.text("{}[]:,-&*!|>'\"# \n\tab01", max_size=40))
def test_whatever_the_text_is_it_is_read_or_refused_with_a_line(text: str) -> None:
    try:
        parse_documents(text, "x.yaml")
    except Refused as refusal:
        found = refusal.problems
    else:
        found = ()
    assert all(problem.fix and problem.file == "x.yaml" for problem in found)


def test_anchors_and_merge_keys_are_followed() -> None:
    text = "a: &base {x: 1, y: 2}\nb:\n  <<: *base\n  y: 3\nc: [*base]\n"

    assert contents(text) == [{"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}, "c": [{"x": 1, "y": 2}]}]


def test_nothing_is_constructed_from_a_tag() -> None:
    assert contents("a: !!python/object/apply:os.system [echo]\nb: !!binary aGk=\n") == [{"a": ["echo"], "b": "aGk="}]


def test_aliases_cost_what_they_stand_for() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]

    assert "aliases expanded" in refused("\n".join(lines)).rule


def test_what_contains_itself_and_what_is_too_deep_is_refused() -> None:
    assert "an anchor further up" in refused("a: &a [*a]\n").rule
    assert "deep" in refused("a: " + "[" * 500 + "]" * 500).rule
    assert "deep" in refused("[" * 100_000, "x.json").rule


@pytest.mark.parametrize(
    "text",
    [
        "kind: Role\nmetadata:\n  name: {{ .Release.Name }}\n",
        "{{- if .Values.rbac.create }}\nkind: Role\n{{- end }}\n",
        "kind: Role\n{{- range .Values.roles }}\nx: 1\n{{- end }}\n",
    ],
)
def test_a_template_of_helm_is_refused_with_the_command_that_renders_it(text: str) -> None:
    problem = refused(text, "chart/templates/role.yaml")

    assert "helm template" in problem.fix
    assert problem.line


def test_what_the_authenticator_fills_in_is_no_template_of_helm() -> None:
    data = "mapRoles: |\n- rolearn: arn:aws:iam::111122223333:role/n\n  username: system:node:{{EC2PrivateDNSName}}\n"

    assert "indentation" in refused(f"kind: ConfigMap\ndata:\n{data}").fix


def test_what_kubectl_describes_is_refused_with_what_to_give_instead() -> None:
    text = "Name:         aws-auth\nNamespace:    kube-system\n\nData\n====\nmapRoles:\n----\n- username: {{x}}\n\n"

    assert "kubectl get … -o yaml" in refused(text, "aws-auth.txt").fix


def test_broken_yaml_is_refused_with_its_line_and_without_its_text() -> None:
    problem = refused("kind: Secret\ndata:\n  password: hush\n token: hush\n")

    assert problem.line == 4
    assert "valid YAML" in problem.rule
    assert "hush" not in str(problem)


def test_broken_json_is_refused_with_its_line() -> None:
    problem = refused('{"a": 1,\n "b": }\n', "x.json")

    assert (problem.line, "valid JSON" in problem.rule) == (2, True)
    assert "too long" in refused('{"a": ' + "9" * 5000 + "}", "x.json").rule


def test_a_folder_is_read_in_order_without_what_is_hidden(tmp_path: Path) -> None:
    for name in ("b.yaml", "a.json", "c/d.yml", ".git/e.yaml", "notes.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(json.dumps({"name": name}))

    assert [d.content for d in read_documents([tmp_path])] == [{"name": n} for n in ("a.json", "b.yaml", "c/d.yml")]


def test_a_link_that_leads_nowhere_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "roles.yaml").symlink_to(tmp_path / "gone.yaml")

    with pytest.raises(Refused, match="the file must exist"):
        read_documents([tmp_path])


def test_a_folder_that_cannot_be_looked_into_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "roles.yaml").write_text("a: 1")
    monkeypatch.chdir(tmp_path)
    for _ in range(20):  # a path longer than the system takes; without rights it is the same, but for root
        Path("x" * 250).mkdir()
        os.chdir("x" * 250)
    monkeypatch.chdir(tmp_path)

    with pytest.raises(Refused, match="the folder must be readable"):
        read_documents([tmp_path])


def test_standard_input_is_a_file_like_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("\ufeffa: ü\n".encode())))
    (document,) = read_documents(["-"])

    assert (document.content, document.file) == ({"a": "ü"}, "stdin")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: None, "must exist"),
        (lambda path: path.mkdir(), "no file below it"),
        (lambda path: path.write_bytes(b"a: 1\nb: \xff\n"), "must be UTF-8"),
        (lambda path: path.write_text("a: " + "x" * 4096), "at most"),
    ],
)
def test_what_cannot_be_read_is_refused(make: Any, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_BYTES", 2048)
    make(tmp_path / "x.yaml")

    with pytest.raises(Refused) as refusal:
        read_documents([tmp_path / "x.yaml"])
    assert says in str(refusal.value)


@pytest.mark.parametrize(("text", "says"), [("", "a state is JSON"), ("{", "a state is JSON"), ("[" * 100_000, "JSON")])
def test_a_state_that_is_no_json_is_refused(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text(text)

    with pytest.raises(Refused, match=says):
        read_state(tmp_path / "state.json")
    with pytest.raises(Refused, match="a state is one file"):
        read_state(tmp_path)
