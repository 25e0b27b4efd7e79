"""Whatever clusters, AWS and files answer does nothing to a terminal, a Markdown page, or a program that reads JSON."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from ..conftest import ACCOUNT, ME, Desk
from .conftest import run
from .hostile import NAMES

FORMATS = ("text", "md", "json")
RAW = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]")
"""What a terminal obeys, or takes for a line's end."""
ALL = " ".join(NAMES)
LINES = re.compile(r"[✓✗] [a-z ]+: |  |$|[a-z ]+: |the way is free")
"""How every line of the text begins; what somebody else's line break makes would not."""


def harmless(*arguments: str) -> None:
    """Ask in all formats; there is no line that is somebody else's, and no code that is let out."""
    for format in FORMATS:
        shown = run("doctor", "--cluster", "prod", *arguments, "--format", format)
        assert RAW.search(shown.output) is None, shown.output
        assert "hush-hush" not in shown.output
        if format == "json":
            assert set(json.loads(shown.stdout)) == {"source", "free", "steps", "findings"}
        elif format == "text":
            assert all(LINES.match(line) for line in shown.stdout.splitlines()), shown.stdout
        else:
            bare = re.sub(r"(`+)(?!`).+?(?<!`)\1(?!`)", "", shown.stdout)
            assert "<script" not in bare
            assert "<img" not in bare
            assert "](http" not in bare


@pytest.mark.parametrize("name", NAMES)
def test_a_name_on_the_command_line(desk: Desk, name: str) -> None:
    for arguments in (("--profile", name), ("--context", name), ("--kubeconfig", name), ("--region", name)):
        harmless(*arguments)


def test_a_cluster_and_a_namespace_by_that_name(desk: Desk) -> None:
    desk.mapped[ME] = (ALL, (ALL,))
    desk.clusters = ("prod", ALL)

    harmless("-n", ALL)
    harmless("--cluster", "gone")
    harmless("--cluster", ALL)


def test_a_kubeconfig_of_such_names(desk: Desk) -> None:
    desk.kubectl(cluster=ALL, server=f"https://{ALL}", namespace=ALL)
    harmless()

    desk.hidden_from = {"AKIAME"}
    harmless()

    desk.kubectl(command=ALL)
    harmless()


def test_lines_and_entries_of_such_names(desk: Desk) -> None:
    desk.callers["AKIAME"] = (f"arn:aws:sts::{ACCOUNT}:assumed-role/ops/me", "AROA:me")
    text = json.dumps([{"rolearn": f"arn:aws:iam::{ACCOUNT}:role/{ALL}/ops", "username": ALL, "groups": [ALL]}])
    desk.aws_auth = {"mapRoles": text}
    harmless("--admin-profile", "admin")

    desk.aws_auth = {"mapRoles": f"- [{ALL}\n"}
    harmless("--admin-profile", "admin")


def test_refusals_of_aws(desk: Desk) -> None:
    told = ALL.replace("\x1b", "").replace("\x07", "").replace("&", "&amp;").replace("<", "&lt;")
    for code in ("ExpiredToken", "AccessDenied", "Throttled"):
        desk.refuses["AKIAME"] = (code, told)
        harmless()


@pytest.mark.parametrize(
    "answer",
    [
        {"status": ALL, "endpoint": ALL, "accessConfig": {"authenticationMode": ALL}},
        {"endpoint": 7},
        {"accessConfig": "API", "certificateAuthority": [], "resourcesVpcConfig": "x"},
    ],
)
def test_a_description_of_such_a_cluster(desk: Desk, answer: dict[str, Any]) -> None:
    desk.described = answer

    harmless()


def test_a_wall_before_access_exits_with_2_and_one_of_access_with_1(desk: Desk) -> None:
    assert run("doctor", "--cluster", "gone").exit_code == 2
    assert run("doctor", "--cluster", "prod").exit_code == 1
    desk.refuses["AKIAME"] = ("ExpiredToken", "expired")
    assert run("doctor", "--cluster", "prod").exit_code == 2


def test_a_note_beside_a_free_way_exits_with_0(desk: Desk) -> None:
    desk.mapped[ME] = ("aiko", ())
    desk.allowed = {("aiko", "list pods", "default")}
    desk.ahead = 900

    result = run("doctor", "--cluster", "prod")
    assert result.exit_code == 0
    assert "15 min ahead of AWS's" in result.stdout
    assert json.loads(run("doctor", "--cluster", "prod", "--format", "json").stdout)["free"] is True
