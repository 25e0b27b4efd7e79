"""What `whoami`, `can` and `who-can` say in Markdown and JSON, where nobody sees stderr; and of chance."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ...plans import small
from .conftest import Project, run

RBAC = "rbac.authorization.k8s.io"
LISTER = f"""\
apiVersion: {RBAC}/v1
kind: ClusterRole
metadata: {{name: lister}}
rules: [{{apiGroups: [""], resources: [pods], verbs: [list]}}]
"""
HOSTILE = f"""\
{LISTER}---
apiVersion: {RBAC}/v1
kind: RoleBinding
metadata: {{name: "<u>x<u>|`y", namespace: web}}
subjects:
- {{kind: Group, name: devs}}
- {{kind: ServiceAccount, name: bot, namespace: one}}
- {{kind: ServiceAccount, name: bot, namespace: two}}
roleRef: {{apiGroup: {RBAC}, kind: ClusterRole, name: lister}}
"""
TWICE = f"""
apiVersion: v1
kind: ConfigMap
metadata: {{name: aws-auth, namespace: kube-system}}
data:
  mapUsers: |
    - {{userarn: "arn:aws:iam::111122223333:user/ann", username: ann, groups: [web]}}
    - {{userarn: "arn:aws:iam::111122223333:user/ANN", username: root, groups: ["system:masters"]}}
---
{LISTER}---
apiVersion: {RBAC}/v1
kind: RoleBinding
metadata: {{name: b, namespace: web}}
subjects: [{{kind: Group, name: web}}]
roleRef: {{apiGroup: {RBAC}, kind: ClusterRole, name: lister}}
"""


@pytest.fixture
def hostile(tmp_path: Path) -> str:
    file = tmp_path / "hostile.yaml"
    file.write_text(HOSTILE)
    return str(file)


@pytest.fixture
def twice(tmp_path: Path) -> str:
    file = tmp_path / "twice.yaml"
    file.write_text(TWICE)
    return str(file)


def test_a_name_stays_in_its_cell_of_a_table(hostile: str) -> None:
    table = run("who-can", "list", "pods", "-f", hostile, "--format", "md").stdout

    assert "``RoleBinding web/<u>x<u>\\|`y``" in table
    assert "| RoleBinding" not in table


def test_a_table_tells_serviceaccounts_of_one_name_and_bindings_of_one_name_apart(hostile: str) -> None:
    table = run("who-can", "list", "pods", "-f", hostile, "--format", "md").stdout

    assert "| `ServiceAccount one/bot` |" in table
    assert "| `ServiceAccount two/bot` |" in table
    assert "RoleBinding web/" in table


def test_a_table_says_that_it_is_nobody_and_names_kubernetes_own_in_one_line(hostile: str) -> None:
    lines = run("who-can", "list", "pods", "-f", hostile, "--format", "md").stdout.splitlines()

    assert any(line.startswith("people: nobody") for line in lines)
    assert [line for line in lines if "job-controller" in line] == [
        line for line in lines if line.startswith("Kubernetes' own: ")
    ]


@pytest.mark.parametrize("words", [("can", "group:devs"), ("who-can",)])
def test_what_stderr_says_is_in_markdown_and_json_too(hostile: str, words: tuple[str, ...]) -> None:
    asked = (*words, "delete", "pods", "-f", hostile, "-n", "nowhere")
    as_json, as_markdown = run(*asked, "--format", "json"), run(*asked, "--format", "md")
    told = [line.removeprefix("note: ") for line in as_json.stderr.splitlines()]

    assert json.loads(as_json.stdout)["notices"] == told
    assert any("no namespace nowhere is known here" in notice for notice in told)
    assert "\n- no namespace nowhere is known here" in as_markdown.stdout


def test_who_is_not_let_in_is_told_what_is_not_known(hostile: str) -> None:
    nobody = run("whoami", "arn:aws:iam::111122223333:user/x", "-f", hostile, "--format", "json")

    assert nobody.exit_code == 1
    assert any("nobody is mapped here" in notice for notice in json.loads(nobody.stdout)["notices"])


def test_a_namespace_that_is_not_there_may_be_a_misspelt_one(project: Project) -> None:
    file = project.declare("web", small(namespaces={"payments": {}}))

    wrong = run("can", "chie", "list", "pods", "-n", "paymets", "-s", str(file))
    right = run("can", "chie", "list", "pods", "-n", "payments", "-s", str(file))

    assert "no namespace paymets is known here" in wrong.stderr
    assert "did you mean payments?" in wrong.stderr
    assert "payments is known" not in right.stderr


def test_who_may_be_anybody_of_two_is_shown_with_what_either_may(twice: str) -> None:
    asked = run("who-can", "list", "pods", "-f", twice, "--format", "json")
    (holder,) = json.loads(asked.stdout)["people"]

    assert (holder["ambiguous"], holder["everywhere"]) == (True, True)
    assert "user/ann through direct, by chance: everywhere" in run("who-can", "list", "pods", "-f", twice).stdout


def test_the_matrix_shows_what_either_of_two_gives(twice: str) -> None:
    (row,) = json.loads(run("matrix", "-f", twice, "--format", "json").stdout)["people"]

    assert (row["everywhere"], row["namespaces"]) == (["cluster-admin", "system:masters"], {"web": ["lister"]})
    page = run("matrix", "-f", twice, "--format", "html").stdout
    assert "group system:masters" in page
    assert "RoleBinding" in page


def test_a_cell_is_explained_by_what_either_of_two_gives(twice: str) -> None:
    said = run("explain", "arn:aws:iam::111122223333:user/ann", "web", "-f", twice).stdout

    assert "group system:masters may do everything" in said
    assert 'RoleBinding "b/web" of ClusterRole "lister"' in said


def test_who_has_no_user_name_is_shown_as_having_none(tmp_path: Path) -> None:
    file = tmp_path / "unnamed.yaml"
    file.write_text(TWICE.replace("username: ann, ", "").replace("user/ANN", "user/bob"))

    assert 'aws-auth mapUsers[0] → "" → Group web' in run("who-can", "list", "pods", "-f", str(file)).stdout


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("list", "pods", "-n", "web"), 0),
        (("get", "/version"), 0),  # by bindings for everybody, and nobody's else
        (("frobnicate", "foos.bar.io"), 1),
        (("delete", "pods", "-n", "web"), 1),  # as some of Kubernetes' own controllers may
    ],
)
def test_who_can_is_no_where_nobody_can_but_those_who_always_can(twice: str, words: tuple[str, ...], code: int) -> None:
    lone = Path(twice).read_text().replace('groups: ["system:masters"]', "groups: []")
    Path(twice).write_text(lone)
    answer = run("who-can", *words, "-f", twice)

    assert (answer.exit_code, "system:masters (may do everything" in answer.stdout) == (code, True)
