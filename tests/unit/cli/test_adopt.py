"""``eks-access adopt``: what is written, what is left alone, and what is left to decide."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from ..migration.messy import A, cluster, iam, role
from ..takeover.test_declaring import ADMIN, CREATOR, entry
from .conftest import run

ENTRIES = [*entry(CREATOR, ADMIN), *entry(f"{A}:role/ops", ADMIN), *entry(f"{A}:user/taro", ADMIN)]
FILES = ("access/old.yaml", "Pulumi.old.yaml", "import.old.json")


@pytest.fixture
def dump(tmp_path: Path) -> str:
    folder = tmp_path / "dump"
    folder.mkdir()
    documents: list[Any] = cluster([role("dev")], mode="API_AND_CONFIG_MAP", entries=ENTRIES)
    documents += iam("ci/terraform", "teams/dev", "ops", users=["taro"])
    for number, document in enumerate(documents):
        (folder / f"{number}.yaml").write_text(yaml.safe_dump(document))
    return str(folder)


def test_three_files_are_written_and_check_takes_them(dump: str, tmp_path: Path) -> None:
    out = tmp_path / "stacks"

    done = run("adopt", "-f", dump, "--creator", CREATOR, "--out", str(out))

    assert done.exit_code == 0, done.output
    assert all((out / file).exists() for file in FILES)
    assert "pulumi import" in done.stdout
    ids = [each.get("id") for each in json.loads((out / "import.old.json").read_text())["resources"]]
    assert f"old:{A}:role/ops" in ids
    checked = run("check", str(out / "access" / "old.yaml"))
    assert checked.exit_code == 0, checked.output


def test_nothing_is_written_where_one_file_is_there(dump: str, tmp_path: Path) -> None:
    out = tmp_path / "stacks"
    out.mkdir()
    (out / "Pulumi.old.yaml").write_text("config: {}\n")

    refused = run("adopt", "-f", dump, "--creator", CREATOR, "--out", str(out))
    forced = run("adopt", "-f", dump, "--creator", CREATOR, "--out", str(out), "--force")

    assert refused.exit_code == 2
    assert "Pulumi.old.yaml" in refused.stderr
    assert "--force" in refused.stderr
    assert forced.exit_code == 0
    assert f"written over: {out / 'Pulumi.old.yaml'}" in forced.stdout
    assert f"written: {out / 'access/old.yaml'}" in forced.stdout


def test_a_refusal_writes_nothing(dump: str, tmp_path: Path) -> None:
    out = tmp_path / "stacks"

    done = run("adopt", "-f", dump, "--out", str(out))

    assert done.exit_code == 2
    assert "cloudtrail" in done.stderr
    assert not out.exists()


def test_what_is_left_to_decide_is_exit_code_1_and_told(tmp_path: Path) -> None:
    file = tmp_path / "cluster.yaml"
    documents = [*cluster(accounts="['444455556666']", mode="API_AND_CONFIG_MAP"), *entry(CREATOR, ADMIN)]
    file.write_text(yaml.safe_dump_all(documents))

    done = run("adopt", "-f", str(file), "--creator", CREATOR, "--out", str(tmp_path / "stacks"))

    assert done.exit_code == 1
    assert "to decide: mapAccounts" in done.stdout
    assert "to decide: EA101" in done.stdout


def test_names_from_the_cluster_do_nothing_to_a_terminal(tmp_path: Path) -> None:
    file = tmp_path / "cluster.yaml"
    documents = [*cluster([role("x/\x1b[2Jevil", "\x1b[31m")], mode="API_AND_CONFIG_MAP"), *entry(CREATOR, ADMIN)]
    file.write_text(yaml.safe_dump_all(documents))

    done = run("adopt", "-f", str(file), "--creator", CREATOR, "--out", str(tmp_path / "stacks"))

    assert "\x1b" not in done.stdout
    assert "\x1b" not in (tmp_path / "stacks" / "access" / "old.yaml").read_text()


def test_taking_a_cluster_over_again_keeps_the_profile_of_its_stack(dump: str, tmp_path: Path) -> None:
    out = tmp_path / "stacks"
    asked = ("adopt", "-f", dump, "--cluster", "old", "--creator", CREATOR, "--out", str(out), "--force")
    run(*asked)
    stack = out / "Pulumi.old.yaml"
    settings = yaml.safe_load(stack.read_text())
    assert "aws:profile" not in settings["config"]
    settings["config"]["aws:profile"] = "deployer-of-old"
    stack.write_text(yaml.safe_dump(settings))

    run(*asked)

    assert yaml.safe_load(stack.read_text()) == settings


@pytest.mark.parametrize("account", ["038217523163", "012345678901", "000000000000"])
def test_an_account_that_begins_with_a_zero_stays_text(account: str, tmp_path: Path) -> None:
    text = yaml.safe_dump_all(
        [
            *cluster([role("dev")], mode="API_AND_CONFIG_MAP", entries=ENTRIES),
            *iam("ci/terraform", "teams/dev", "ops", users=["taro"]),
        ]
    )
    (tmp_path / "dump.yaml").write_text(text.replace("111122223333", account))
    out, creator = tmp_path / "stacks", CREATOR.replace("111122223333", account)

    done = run("adopt", "-f", str(tmp_path / "dump.yaml"), "--creator", creator, "--out", str(out))

    assert done.exit_code == 0, done.output
    assert run("check", str(out / "access" / "old.yaml")).exit_code == 0
    assert f"- '{account}'" in (out / "Pulumi.old.yaml").read_text()
