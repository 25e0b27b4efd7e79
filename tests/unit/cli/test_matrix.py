"""`eks-access matrix`: what each format shows, and that no name does harm in any of them."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
import typer
from eks_access.authz.lookup import find_resource
from eks_access.authz.model import Request
from eks_access.cli import explain, matrix, matrix_output
from eks_access.cli.matrix_html import as_html, embedded
from eks_access.cli.matrix_output import as_json, as_markdown, as_text
from eks_access.review.matrix import Matrix, Row, matrix_of_roles, matrix_of_verbs
from typer.testing import CliRunner, Result

from ...plans import small
from . import hostile
from .conftest import Project

APP = typer.Typer()
APP.command("matrix")(matrix.matrix)
APP.command("explain")(explain.explain)

TEAM: dict[str, Any] = small(
    teams={"payments": {"members": ["chie"]}},
    namespaces={"payments": {}, "search": {}},
    grants=[
        {"team": "payments", "role": "view", "namespaces": ["payments"]},
        {"person": "chie", "role": "admin", "namespaces": ["search"]},
    ],
)


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(APP, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def data_of(page: str) -> dict[str, Any]:
    (found,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    parsed: dict[str, Any] = json.loads(found)
    return parsed


@pytest.fixture
def team(project: Project) -> Path:
    return project.declare("team", TEAM)


def test_text_shows_people_down_and_namespaces_across(team: Path) -> None:
    result = run("matrix", "--stack", str(team))

    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0].startswith("roles and access policies in demo (declaration ")
    assert any(re.fullmatch(r" *cluster +payments +search", line) for line in lines)
    assert any(re.fullmatch(r" *aiko +cluster-admin +← +←", line) for line in lines)
    assert any(re.fullmatch(r" *chie +view +admin", line) for line in lines)
    assert "nobody has anything of their own in default" in result.stdout
    assert all(line == line.rstrip() for line in lines)


def test_with_a_resource_its_verbs_are_shown(team: Path) -> None:
    result = run("matrix", "pods", "--stack", str(team), "--person", "chie", "--format", "json")

    data = json.loads(result.stdout)
    assert data["subject"] == "pods"
    (chie,) = data["people"]
    assert chie["namespaces"]["payments"] == ["get", "list", "watch"]
    assert "deletecollection" in chie["namespaces"]["search"]


def test_the_keys_of_json_are_stable(team: Path) -> None:
    data = json.loads(run("matrix", "--stack", str(team), "--format", "json").stdout)

    assert list(data) == ["source", "cluster", "subject", "labels", "escalation", "namespaces", "people", "notices"]
    assert {tuple(person) for person in data["people"]} == {("person", "ways", "everywhere", "namespaces")}
    assert data["escalation"] == ["AmazonEKSClusterAdminPolicy", "admin", "cluster-admin"]


def test_markdown_is_one_table(team: Path) -> None:
    lines = run("matrix", "--stack", str(team), "--format", "md").stdout.splitlines()

    assert "| Person | cluster | `payments` | `search` |" in lines
    assert "| `chie` |  | `view` | **`admin`** |" in lines
    assert "| `aiko` | **`cluster-admin`** | ← | ← |" in lines


def test_columns_and_rows_can_be_chosen(team: Path) -> None:
    result = run("matrix", "--stack", str(team), "-n", "search", "--person", "chie", "--format", "json")

    data = json.loads(result.stdout)
    assert data["namespaces"] == ["search"]
    assert [person["person"] for person in data["people"]] == ["chie"]
    assert data["people"][0]["namespaces"] == {"search": ["admin"]}
    assert data["labels"] == ["admin"]


def test_an_unknown_person_is_refused_with_a_hint(team: Path) -> None:
    result = run("matrix", "--stack", str(team), "--person", "chi")

    assert result.exit_code == 2
    assert "did you mean chie?" in result.stderr


def test_an_unknown_namespace_is_said(team: Path) -> None:
    result = run("matrix", "--stack", str(team), "-n", "serach")

    assert result.exit_code == 0
    assert "no namespace serach is known here" in result.stderr


def test_a_policy_for_a_pattern_counts_in_a_namespace_that_is_not_there_yet(project: Project) -> None:
    grant = {"person": "chie", "accessPolicy": "AmazonEKSViewPolicy", "namespaces": ["team-*"]}
    file = project.declare("pattern", small(cluster={"authenticationMode": "API"}, grants=[grant]))

    result = run("matrix", "--stack", str(file), "-n", "team-x", "--person", "chie", "--format", "json")

    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)["people"][0]["namespaces"] == {"team-x": ["AmazonEKSViewPolicy"]}


def test_a_path_has_no_matrix(team: Path) -> None:
    result = run("matrix", "/metrics", "--stack", str(team))

    assert result.exit_code == 2
    assert "ask eks-access who-can get /metrics" in result.stderr


@pytest.mark.parametrize("format", ["text", "md", "json", "html"])
def test_every_format_can_be_written_to_a_file(team: Path, tmp_path: Path, format: str) -> None:
    file = tmp_path / "matrix.out"

    result = run("matrix", "--stack", str(team), "--format", format, "-o", str(file))

    assert result.stdout == ""
    assert "chie" in file.read_text(encoding="utf-8")
    assert "written: " in result.stderr


def test_a_file_that_cannot_be_written_is_refused(team: Path, tmp_path: Path) -> None:
    result = run("matrix", "--stack", str(team), "-o", str(tmp_path / "none" / "matrix.html"), "--format", "html")

    assert result.exit_code == 2
    assert "--output: it can't be written" in result.stderr


def wide(columns: int) -> Matrix:
    names = tuple(f"namespace-{number:02}" for number in range(columns))
    row = Row(person="aiko", ways=("direct",), namespaces={name: frozenset({"view"}) for name in names})
    other = Row(person="botan", ways=())
    return Matrix(cluster="demo", subject="roles", labels=("view",), namespaces=names, rows=(row, other))


def test_what_is_too_wide_becomes_a_list() -> None:
    text = as_text(wide(10), "x", width=80)

    assert "aiko\n  namespace-00, namespace-01, " in text
    assert "namespace-09: view\nbotan: nothing\n" in text


def test_a_wide_table_in_markdown_gets_a_line_a_person() -> None:
    lines = list(as_markdown(wide(9), "x"))

    assert "| Person | cluster | namespaces |" in lines
    assert any(line.startswith("| `aiko` |  | `namespace-00`, ") and line.endswith(": `view` |") for line in lines)


def test_a_terminal_gets_colours(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    for columns in (1, 40):
        matrix_output._print(wide(columns), "x")

        assert "\x1b[32mview\x1b[0m" in capsys.readouterr().out


def test_verbs_that_belong_together_are_one_word() -> None:
    read = frozenset({"get", "list", "watch"})

    assert matrix_output.shortened(read, verbs=True) == ("read",)
    assert matrix_output.shortened(read | {"delete"}, verbs=True) == ("read", "delete")
    assert matrix_output.shortened(frozenset({"list", "get"}), verbs=True) == ("get", "list")
    assert matrix_output.shortened(frozenset(find_resource("pods").resource.verbs), verbs=True) == ("all",)


class Elements(HTMLParser):
    """Collects which elements a page has, and their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_the_page_holds_everything_and_allows_only_itself(team: Path) -> None:
    page = run("matrix", "--stack", str(team), "--format", "html").stdout

    parser = Elements()
    parser.feed(page)
    policy = next(attributes["content"] for _, attributes in parser.found if "http-equiv" in attributes) or ""
    for tag in ("style", "script"):
        (text,) = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not any("src" in attributes or "style" in attributes for _, attributes in parser.found)
    assert {attributes.get("href") for _, attributes in parser.found} == {None, "data:,"}
    assert not any(key.startswith("on") for _, attributes in parser.found for key in attributes)
    assert "http://" not in page
    assert "https://" not in page
    assert "innerHTML" not in page


def test_the_page_shows_through_which_way(team: Path) -> None:
    data = data_of(run("matrix", "--stack", str(team), "--format", "html").stdout)

    (chie,) = (person for person in data["people"] if person[0] == "chie")
    told = {
        data["texts"][text]: [data["labels"][label] for label in data["sets"][labels]]
        for way in chie[3]
        for labels, _, text in (data["things"][thing] for thing in data["held"][way[4]])
    }
    assert {tuple(labels) for labels in told.values()} == {("view",), ("admin",)}
    assert all(text.startswith("RoleBinding ") for text in told)


def test_the_cells_of_the_page_are_those_of_the_matrix() -> None:
    review = hostile.review()
    asked = find_resource("pods")
    request = Request(verb="get", resource="pods")
    for whole, what in ((matrix_of_roles(review), None), (matrix_of_verbs(review, asked.resource), request)):
        data = data_of(as_html(review, matrix.narrowed(whole), what, "x"))
        for row, person in zip(whole.rows, data["people"], strict=True):
            shape = data["shapes"][person[2]]
            cells = dict(zip(shape[::2], shape[1::2], strict=True))
            assert len(cells) == len(row.namespaces)
            for number, labels in cells.items():
                name = sorted(whole.namespaces)[number]
                assert len(data["sets"][labels]) == len(row.namespaces[name])


def test_no_name_does_harm_in_the_page() -> None:
    review = hostile.review()
    page = as_html(review, matrix.narrowed(matrix_of_roles(review)), None, hostile.NAMES[0])

    parser = Elements()
    parser.feed(page)
    plain = Elements()
    plain.feed(as_html(review, _empty(), None, ""))
    assert [tag for tag, _ in parser.found] == [tag for tag, _ in plain.found]
    assert "\u2028" not in page
    assert "\u202e" not in page
    assert f"Amazon{hostile.NAMES[0]}" in data_of(page)["labels"]


def _empty() -> Matrix:
    return Matrix(cluster="", subject="roles", labels=(), namespaces=(), rows=())


def test_json_in_the_page_cannot_end_its_element() -> None:
    text = embedded({"<!--": "</script>\u2028&"})

    assert not set("<>&\u2028") & set(text)
    assert json.loads(text) == {"<!--": "</script>\u2028&"}


def test_no_name_does_harm_in_text_and_markdown() -> None:
    review = hostile.review()
    shown = matrix.narrowed(matrix_of_roles(review))

    text = as_text(shown, hostile.NAMES[3], width=4000)
    assert all(char.isprintable() or char == "\n" for char in text)
    assert "[bold]rich[/bold]" in text
    markdown = "\n".join(as_markdown(shown, hostile.NAMES[3]))
    assert all(char.isprintable() or char == "\n" for char in markdown)
    assert not [line for line in markdown.splitlines() if line.startswith("# ")]
    outside = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", markdown)
    assert "<script" not in outside
    assert "<img" not in outside
    table = [line for line in markdown.splitlines() if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table}) == 1
    assert json.loads(json.dumps(as_json(shown, "x")))["people"]


def test_a_big_page_stays_small() -> None:
    """The cells of 3,000 people in 1,000 namespaces, of whom many have the same."""
    names = tuple(f"n{number:03}" for number in range(1000))
    held = [{name: frozenset({"view"}) for name in names[team : team + 40]} for team in range(100)]
    rows = tuple(Row(person=f"p{number:04}", ways=(), namespaces=held[number % 100]) for number in range(3000))
    big = Matrix(cluster="demo", subject="roles", labels=("view",), namespaces=names, rows=rows)

    page = as_html(hostile.review(), big, None, "x")

    assert len(page) < 500_000


def test_a_namespace_called_cluster_is_told_from_the_whole_cluster(project: Project) -> None:
    grants = [{"person": "chie", "role": "view", "namespaces": ["cluster"]}]
    file = project.declare("odd", small(namespaces={"cluster": {}}, grants=grants))

    for format in ("text", "md"):
        lines = run("matrix", "-s", str(file), "--format", format).stdout.splitlines()
        assert any("whole cluster" in line and line.count("cluster") >= 2 for line in lines)


def test_people_one_under_the_other_need_no_word_for_what_is_inherited(project: Project) -> None:
    names = [f"namespace-with-a-long-name-{number}" for number in range(9)]
    grants = [{"person": "chie", "role": "view", "namespaces": names}]
    file = project.declare("long", small(namespaces={name: {} for name in names}, grants=grants))

    assert "←" not in run("matrix", "-s", str(file)).stdout
    assert "←" not in run("matrix", "-s", str(file), "--format", "md").stdout


def test_rbac_alone_has_nobody_to_show_and_says_so(project: Project) -> None:
    project.write("rbac.yaml", "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\n")

    for format in ("text", "md"):
        shown = run("matrix", "-f", "rbac.yaml", "--format", format).stdout
        assert "nobody is known here who could have anything" in shown
        assert "─" not in shown
    assert "Nobody is known here." in run("matrix", "-f", "rbac.yaml", "--format", "html").stdout
