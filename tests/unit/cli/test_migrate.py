"""``eks-access migrate plan``: what is read, what is printed, and what a pipeline sees of it."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from ..migration.messy import A, binding, cluster, iam, role
from .conftest import run


def dump(folder: Path, *documents: list[Any]) -> str:
    folder.mkdir(exist_ok=True)
    for number, document in enumerate(each for part in documents for each in part):
        (folder / f"{number}.yaml").write_text(yaml.safe_dump(document))
    return str(folder)


def test_a_cluster_that_can_go_gets_its_commands_and_exit_code_0(tmp_path: Path) -> None:
    files = dump(tmp_path / "dump", cluster([role("dev")]), iam("teams/dev"))

    done = run("migrate", "plan", "-f", files)

    assert done.exit_code == 0, done.output
    assert "authenticationMode=API_AND_CONFIG_MAP" in done.stdout
    assert f"aws eks create-access-entry --cluster-name old --principal-arn {A}:role/teams/dev" in done.stdout
    assert "nobody gains or loses anything" in done.stdout


def test_what_is_in_the_way_is_told_with_who_is_affected_and_the_step_s_command_is_not(tmp_path: Path) -> None:
    files = dump(tmp_path / "dump", cluster([role("dev", "{{SessionName}}")]), iam("dev"))

    done = run("migrate", "plan", "-f", files)

    assert done.exit_code == 1
    assert f"affected: {A}:role/dev" in done.stdout
    assert "authenticationMode=API_AND_CONFIG_MAP" in done.stdout
    assert "authenticationMode=API " not in done.stdout


@pytest.mark.parametrize("to", ["CONFIG_MAP", "API", "api", "NONE"])
def test_ways_that_eks_does_not_have_are_refused(tmp_path: Path, to: str) -> None:
    files = dump(tmp_path / "dump", cluster([role("dev")]), iam("dev"))

    done = run("migrate", "plan", "-f", files, "--to", to)

    assert done.exit_code == 2
    assert "--to" in done.stderr
    assert "→" in done.stderr


def test_without_a_cluster_it_says_what_to_give() -> None:
    done = run("migrate", "plan")

    assert done.exit_code == 2
    assert "--live --cluster" in done.stderr


@pytest.mark.parametrize("mode", ["CONFIG_MAP", "API_AND_CONFIG_MAP"])
def test_files_without_aws_auth_are_no_cluster_without_lines(tmp_path: Path, mode: str) -> None:
    """Its commands would lead to API, and lock out everybody whom the file that is missing names."""
    described, _ = cluster(mode=mode)
    files = dump(tmp_path / "dump", [described], iam("dev"))

    done = run("migrate", "plan", "-f", files)

    assert done.exit_code == 2
    assert "kubectl get cm aws-auth" in done.stderr
    assert done.stdout == ""


def test_a_cluster_that_has_no_aws_auth_can_say_so(tmp_path: Path) -> None:
    files = dump(tmp_path / "dump", cluster(), iam("dev"))

    assert run("migrate", "plan", "-f", files).exit_code == 0


def test_entries_that_are_not_here_are_asked_for(tmp_path: Path) -> None:
    documents = cluster([role("dev")], mode="API_AND_CONFIG_MAP")
    listed = {"accessEntries": [f"{A}:role/dev"]}
    plan = ("migrate", "plan", "-f")

    nothing = run(*plan, dump(tmp_path / "nothing", documents, iam("dev")))
    named = run(*plan, dump(tmp_path / "named", documents, [listed], iam("dev")))
    none = run(*plan, dump(tmp_path / "none", documents, [{"accessEntries": []}], iam("dev")))

    assert "aws eks list-access-entries" in nothing.stderr
    assert f"describe-access-entry` for {A}:role/dev" in named.stderr
    assert (nothing.exit_code, named.exit_code, none.exit_code) == (2, 2, 0)


def test_two_clusters_aws_auth_are_not_mixed_up(tmp_path: Path) -> None:
    first, second = cluster([role("dev")]), cluster([role("ops")])

    done = run("migrate", "plan", "-f", dump(tmp_path / "dump", first, second[1:], iam("dev", "ops")))

    assert done.exit_code == 2
    assert "aws-auth is here twice" in done.stderr


def test_a_role_of_another_account_is_named_by_hand(tmp_path: Path) -> None:
    foreign = "arn:aws:iam::444455556666:role"
    files = dump(tmp_path / "dump", cluster([role(f"{foreign}/partner")]), iam("dev"))

    asked = run("migrate", "plan", "-f", files)
    named = run("migrate", "plan", "-f", files, "--role", f"{foreign}/teams/partner")

    assert (asked.exit_code, named.exit_code) == (1, 0)
    assert "--role" in asked.stdout
    assert f"{foreign}/teams/partner" in named.stdout


def test_json_has_the_same_with_stable_keys(tmp_path: Path) -> None:
    files = dump(tmp_path / "dump", cluster([role("dev"), role("x", "{{SessionName}}")]), iam("dev", "x"))

    data = json.loads(run("migrate", "plan", "-f", files, "--format", "json").stdout)

    assert {"cluster", "mode", "to", "clean", "lines", "steps", "obstacles", "notices"} == set(data)
    assert [step["blocked"] for step in data["steps"]] == [False, False, True]
    assert [line["fate"] for line in data["lines"]] == ["entry", "stuck"]


def test_commands_run_in_a_shell_and_nothing_else_does(tmp_path: Path) -> None:
    """The cluster's contents are somebody else's: a user name is no command."""
    trap = tmp_path / "trap"
    name = f"'; touch {trap}; $(touch {trap}) `touch {trap}` \nEOF\ntouch {trap}\n"
    lines = [role("dev", name, [name]), role("mon", "mon", ["system:monitoring"])]
    files = dump(tmp_path / "dump", cluster(lines, bindings=[binding("see", "devs")]), iam("dev", "mon"))
    data = json.loads(run("migrate", "plan", "-f", files, "--format", "json").stdout)
    commands = [command for step in data["steps"] for command in step["commands"]]
    stubs = "aws() { :; }\nkubectl() { cat > /dev/null; }\n"

    done = subprocess.run(["sh", "-eu"], input=stubs + "\n".join(commands), text=True, capture_output=True, timeout=20)

    assert done.returncode == 0, done.stderr
    assert len(commands) > 4
    assert not trap.exists()


@pytest.mark.parametrize("format", ["text", "md"])
def test_names_from_the_cluster_do_nothing_to_a_terminal_or_a_page(tmp_path: Path, format: str) -> None:
    name = "\x1b[31m</code><script>@everyone\n# head\n```\n"
    files = dump(tmp_path / "dump", cluster([role("dev", name, [name])]), iam("dev"))

    done = run("migrate", "plan", "-f", files, "--format", format)

    assert "\x1b" not in done.stdout
    assert "\n# head" not in done.stdout
    if format == "md":
        outside = re.sub(r"^(`{3,})sh\n.*?^\1$", "", done.stdout, flags=re.MULTILINE | re.DOTALL)
        assert "<script>" not in outside
