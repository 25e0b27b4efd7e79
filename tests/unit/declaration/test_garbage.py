"""Whatever is thrown at it, a declaration is read or refused; nothing else is ever raised."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from eks_access.declaration import Declaration, from_dict, load
from eks_access.declaration.references import find_problems
from eks_access.errors import Refused
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from ..cli.conftest import run
from ..declarations import raw_declarations
from .broken import CLUSTER, PEOPLE, ROLES
from .mutations import ACCESS, mutated_files

SOUND = PEOPLE + CLUSTER + ROLES + "grants:\n  - {team: payments, role: view, namespaces: [payments]}\n"
PIECES = [
    *(
        "\t",
        "\n",
        " ",
        "  ",
        ":",
        ": ",
        "- ",
        "{",
        "}",
        "[",
        "]",
        "&a ",
        "*a",
        "!!str ",
        "<<: ",
        "? ",
        "|",
        ">",
        "#",
        "'",
        '"',
    ),
    *("---\n", "%YAML 1.1\n", "\x00", "\u2028", "é", "null", "~", "yes", "1.30", "0x1f", "1e999", ".nan", "2027-02-30"),
    *("people", "teams", "iamUser", "members", "grants", "include", "[people.yaml]", "[.]", "system:masters", "*"),
]
KEYS = [
    *(
        "account",
        "people",
        "teams",
        "cluster",
        "nodeGroups",
        "admins",
        "namespaces",
        "roles",
        "externalRoles",
        "grants",
    ),
    *(
        "metricsReaders",
        "keep",
        "externalGroups",
        "include",
        "id",
        "members",
        "assumeRole",
        "mfa",
        "iamUser",
        "iamRole",
    ),
    *(
        "team",
        "person",
        "role",
        "clusterWide",
        "until",
        "rules",
        "verbs",
        "resources",
        "nonResourceURLs",
        "kind",
        "taro",
        "",
    ),
]
WITH_FILES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "people.yaml").write_text(PEOPLE)
    return tmp_path / "main.yaml"


@pytest.fixture(scope="module")
def damaged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a damaged file is put, beside the file that the project's own ones include."""
    folder = tmp_path_factory.mktemp("damaged")
    shutil.copy(ACCESS / "people.yaml", folder)
    return folder / "main.yaml"


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A sound declaration with a few pieces cut out, doubled or put in."""
    text = SOUND
    for _ in range(draw(st.integers(1, 6))):
        start = draw(st.integers(0, len(text)))
        length = draw(st.integers(0, 12))
        put = draw(st.sampled_from([*PIECES, text[start : start + length] * 2]))
        text = text[:start] + put + text[start + length :]
    return text


def values() -> st.SearchStrategy[Any]:
    leaves = st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8), st.dates(), st.binary(max_size=3)
    )
    keys = st.one_of(st.sampled_from(KEYS), st.text(max_size=4))
    return st.recursive(
        leaves,
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(keys, inner, max_size=4)),
        max_leaves=20,
    )


def check(refusal: Refused, *, with_file: bool = False) -> None:
    assert refusal.problems
    for problem in refusal.problems:
        assert problem.rule
        assert problem.fix
        assert str(problem)
        assert (problem.file is not None) == with_file


def read_or_refused(file: Path) -> None:
    try:
        load(file)
    except Refused as refusal:
        check(refusal, with_file=True)


@WITH_FILES
@given(text=mutated())
def test_a_damaged_declaration_is_read_or_refused(text: str, file: Path) -> None:
    file.write_text(text, encoding="utf-8")
    read_or_refused(file)


@WITH_FILES
@given(raw=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw: bytes, file: Path) -> None:
    file.write_bytes(raw)
    read_or_refused(file)


@WITH_FILES
@given(tokens=st.lists(st.sampled_from([*PIECES, *KEYS, "\n  "]), max_size=30))
def test_any_sequence_of_yaml_tokens_is_read_or_refused(tokens: list[str], file: Path) -> None:
    file.write_text("".join(tokens), encoding="utf-8")
    read_or_refused(file)


@WITH_FILES
@given(raw=st.dictionaries(st.sampled_from(KEYS), values(), max_size=6))
def test_any_python_data_is_read_or_refused(raw: dict[str, Any]) -> None:
    try:
        from_dict(raw)
    except Refused as refusal:
        check(refusal)


@WITH_FILES
@given(raw=raw_declarations())
def test_a_well_formed_declaration_is_refused_for_its_references_only(raw: dict[str, Any]) -> None:
    formed = Declaration.model_validate(raw)
    expected = find_problems(formed)
    if not expected:
        assert from_dict(raw) == formed
        return
    with pytest.raises(Refused) as refusal:
        from_dict(raw)
    told = [(problem.path, problem.rule, problem.fix) for problem in refusal.value.problems]
    assert told == [(problem.path, problem.rule, problem.fix) for problem in expected]


@settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    max_examples=max(300, 5 * settings.default.max_examples),  # 10,000 in the long run
)
@given(raw=mutated_files(), format=st.sampled_from(["text", "md", "json"]))
def test_a_damaged_stack_file_is_judged_or_refused_and_reported(raw: bytes, format: str, damaged: Path) -> None:
    """The whole way of `check`: read, compile, judge, report. Never a traceback, never a character that acts."""
    damaged.write_bytes(raw)

    result = run("check", str(damaged), "--format", format)

    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code in (0, 1, 2)
    event(f"exit code {result.exit_code}")
    assert "\x1b" not in result.output
    if format == "json":
        assert json.loads(result.output)["readable"] is (result.exit_code != 2)
