"""Which source a question is answered from, and what the options of several have to do with each other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from eks_access.cli.sources import SourceOptions, resolve
from eks_access.errors import Refused
from eks_access.live.cluster import Reach
from eks_access.review.dumps import state_of_documents
from eks_access.review.state import AccessState

from ...plans import plan_of, small
from ..review.renderings import dump_of, export_of
from .conftest import Project, run

RBAC = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "chart"}, "rules": []}


def refused(**options: Any) -> str:
    with pytest.raises(Refused) as refusal:
        resolve(SourceOptions(**options))
    return str(refusal.value)


def roles(state: AccessState) -> set[str]:
    return {role.name for role in state.rbac.roles}


@pytest.fixture
def manifests(tmp_path: Path) -> str:
    (tmp_path / "chart.yaml").write_text(yaml.safe_dump(RBAC))
    return str(tmp_path / "chart.yaml")


@pytest.fixture
def export(tmp_path: Path) -> str:
    (tmp_path / "state.json").write_text(json.dumps(export_of(plan_of(small(cluster={"name": "dev"})))))
    return str(tmp_path / "state.json")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Reach]:
    """What is asked of a running cluster, which is the declared one."""
    found: list[Reach] = []

    def read_live(reach: Reach) -> AccessState:
        found.append(reach)
        return state_of_documents(dump_of(plan_of(small(cluster={"name": "dev"}))))

    monkeypatch.setattr("eks_access.live.cluster.read_live", read_live)
    return found


@pytest.fixture
def dump(tmp_path: Path) -> str:
    (tmp_path / "dump.json").write_text("\n".join(map(json.dumps, dump_of(plan_of(small(cluster={"name": "dev"}))))))
    return str(tmp_path / "dump.json")


def test_the_one_stack_with_a_cluster_needs_no_name(project: Project) -> None:
    source = resolve(SourceOptions())

    assert (source.label, source.state.name) == ("stack dev", "dev")
    assert source.plan is not None


def test_of_several_one_has_to_be_named(project: Project) -> None:
    project.stack("prod")

    assert "several stacks have a cluster: dev, prod" in refused()
    assert resolve(SourceOptions(stack="prod")).label == "stack prod"


def test_a_project_without_a_cluster_and_no_project_at_all_are_told(
    project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (project.root / "stacks" / "Pulumi.dev.yaml").unlink()
    assert "no stack that can be read has a cluster" in refused()

    monkeypatch.chdir(tmp_path.parent)
    assert "no Pulumi.yaml in" in refused()


def test_a_file_of_a_declaration_will_do(project: Project) -> None:
    assert resolve(SourceOptions(stack="stacks/access/dev.yaml")).label == "declaration stacks/access/dev.yaml"


def test_manifests_are_added_to_a_declaration(project: Project, manifests: str) -> None:
    source = resolve(SourceOptions(stack="dev", filenames=(manifests,)))

    assert source.label == "stack dev with files"
    assert {"chart"} <= roles(source.state)
    assert source.state.ways


def test_what_does_not_count_of_manifests_is_told_beside_a_declaration_too(project: Project, tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_text(yaml.safe_dump(RBAC | {"apiVersion": "rbac.authorization.k8s.io/v1beta1"}))
    source = resolve(SourceOptions(stack="dev", filenames=(str(tmp_path / "old.yaml"),)))

    assert "chart" not in roles(source.state)
    assert any("the API server refuses ClusterRole chart" in notice for notice in source.state.notices)


def test_manifests_alone_are_all_there_is(project: Project, manifests: str) -> None:
    source = resolve(SourceOptions(filenames=(manifests,)))

    assert (source.label, source.plan, source.state.ways) == (manifests, None, ())


def test_a_dump_takes_the_place_of_the_declaration_which_then_gives_names(project: Project, dump: str) -> None:
    alone, beside = resolve(SourceOptions(filenames=(dump,))), resolve(SourceOptions(stack="dev", filenames=(dump,)))

    assert all(way.person.startswith("arn:") for way in alone.state.ways)
    assert {way.person for way in beside.state.ways} == {"aiko", "botan", "deployer"}


def test_a_state_takes_its_place_too_and_manifests_are_added(project: Project, export: str, manifests: str) -> None:
    source = resolve(SourceOptions(stack="dev", state=export, filenames=(manifests,)))

    assert source.label == f"state {export} with {manifests}"
    assert {"chart"} <= roles(source.state)
    assert {way.person for way in source.state.ways} == {"aiko", "botan", "deployer"}


def test_a_running_cluster_is_asked_as_the_stack_says_unless_told(project: Project, asked: list[Reach]) -> None:
    stack = project.root / "stacks" / "Pulumi.dev.yaml"
    settings = yaml.safe_load(stack.read_text())
    settings["config"]["aws:profile"] = "dev-admin"
    stack.write_text(yaml.safe_dump(settings))

    by_stack = resolve(SourceOptions(stack="dev", live=True))
    told = resolve(SourceOptions(stack="dev", live=True, cluster="x", profile="y", region="z", context="c"))
    alone = resolve(SourceOptions(live=True))

    assert asked == [
        Reach(cluster="dev", profile="dev-admin", region="eu-west-1"),
        Reach(cluster="x", profile="y", region="z", context="c"),
        Reach(),
    ]
    assert (by_stack.label, told.label, alone.label) == (
        "live cluster dev",
        "live cluster x",
        "live cluster of the kubeconfig",
    )
    assert "aiko" in {way.person for way in by_stack.state.ways}


@pytest.mark.parametrize(
    "command",
    [
        "matrix --live --stack dev",
        "audit --live --stack dev",
        "audit --live --stack dev --before-up",
        "diff dev live: --stack dev",
        "migrate plan --live --stack dev",
        "adopt --live --cluster dev --creator arn:aws:iam::111122223333:role/ci",
    ],
)
def test_every_command_asks_with_the_profile_of_its_stack(
    project: Project, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", str(project.write("aws", "[profile other]\nregion = eu-west-1\n")))
    project.write(
        "stacks/Pulumi.dev.yaml", "config: {eks-access:access: access/dev.yaml, aws:profile: deployer-of-dev}\n"
    )

    by_stack = run(*command.split())
    told = run(*command.split(), "--profile", "of-mine")

    assert (by_stack.exit_code, told.exit_code) == (2, 2)
    assert "The config profile (deployer-of-dev) could not be found" in by_stack.stderr
    assert "The config profile (of-mine) could not be found" in told.stderr


@pytest.mark.parametrize(
    ("command", "within"),
    [
        ("can aiko list po -n web", "web"),
        ("can aiko list users -n web", None),
        ("can aiko impersonate users", ""),
        ("can aiko list workloads -n web", None),
        ("can aiko list ip -n web", None),
        ("who-can get no", None),
        ("whoami aiko", ""),
        ("can aiko list pods", "default"),
        ("can aiko list pods -n web", "web"),
        ("can aiko list pods -A", ""),
        ("can aiko get nodes -n web", ""),
        ("can aiko get /metrics", ""),
        ("can aiko list widgets -n web", None),
        ("can aiko list Widget.example.org -n web", None),
        ("can aiko list pods -n web --as system:serviceaccount:ci:robot", None),
        ("can aiko list pods -n web -f {manifests}", "web"),
        ("who-can list pods -n web", "web"),
        ("who-can list pods", None),
        ("who-can list pods -A", ""),
        ("who-can get nodes", ""),
        ("who-can get namespaces web", "web"),
        ("who-can get /metrics", ""),
        ("explain aiko web", None),
        ("matrix", None),
    ],
)
def test_of_a_running_cluster_only_what_a_question_is_about_is_read(
    command: str, within: str | None, project: Project, manifests: str, asked: list[Reach]
) -> None:
    run(*command.format(manifests=manifests).split(), "--live", "--stack", "dev")

    assert [reach.within for reach in asked] == [within]


@pytest.mark.parametrize(
    ("resource", "served"), [("pods", False), ("po", True), ("deploy", True), ("deploy.apps", False)]
)
@pytest.mark.parametrize("command", ["can aiko", "who-can"])
def test_a_running_cluster_says_what_it_serves_where_that_may_be_meant(
    command: str, resource: str, served: bool, project: Project, asked: list[Reach]
) -> None:
    """Somebody's plural or singular comes before a short name of Kubernetes."""
    run(*command.split(), "list", resource, "-n", "web", "--live", "--stack", "dev")

    assert [(reach.within, reach.served) for reach in asked] == [("web", served)]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"live": True, "state": "x"}, "--live and --state are two"),
        ({"state": "-", "filenames": ("-",)}, "standard input can be read once"),
        ({"stack": "dev", "profile": "x"}, "add --live"),
        ({"stack": "dev", "context": "x"}, "add --live"),
        ({"stack": "nope"}, "there is no stack `nope`"),
        ({"stack": "people"}, "only a declaration with a cluster"),
        ({"state": "nope.json"}, "the file must exist"),
        ({"filenames": ("nope",)}, "the file must exist"),
    ],
)
def test_what_contradicts_itself_is_refused(options: dict[str, Any], says: str, project: Project) -> None:
    assert says in refused(**options)


def test_two_sources_that_both_say_who_is_mapped_are_refused(project: Project, export: str, dump: str) -> None:
    assert "answered from one cluster" in refused(state=export, filenames=(dump,))


def test_what_is_to_know_of_added_files_is_told_beside_a_declaration(project: Project) -> None:
    role = "apiVersion: rbac.authorization.k8s.io/{}\nkind: Role\nmetadata: {{name: r{}}}\nrules: []\n---\n"
    project.write("chart.yaml", role.format("v1", "1") + role.format("v1beta1", "2"))

    said = run("can", "aiko", "list", "pods", "-n", "nowhere", "-s", "dev", "-f", "chart.yaml").stderr
    said += run("who-can", "list", "pods", "-s", "dev", "-f", "chart.yaml").stderr

    assert "1 object names no namespace and counts as in default" in said
    assert "refuses Role default/r2, so it does not count" in said


def test_a_declaration_of_another_cluster_than_is_named_is_not_asked(project: Project) -> None:
    named = run("can", "aiko", "list", "pods", "-A", "-s", "dev", "--cluster", "dev")
    other = run("can", "aiko", "list", "pods", "-A", "-s", "dev", "--cluster", "prod")

    assert (named.exit_code, other.exit_code) == (0, 2)
    assert "this declaration is about the cluster dev (found: prod)" in other.stderr
