"""What programs in a sandbox get of the environment around them."""

from __future__ import annotations

import subprocess

import pytest

from sandbox.shell import exports, inherited

FOREIGN = {
    "AWS_ENDPOINT_URL_STS": "https://elsewhere",
    "AWS_CA_BUNDLE": "/elsewhere.pem",
    "AWS_ACCESS_KEY_ID": "AKIA",
    "PULUMI_K8S_DELETE_UNREACHABLE": "true",
    "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",
    "PULUMI_ACCESS_TOKEN": "pul-1",
}


@pytest.mark.parametrize("name", FOREIGN)
def test_what_leads_out_of_the_sandbox_is_left_behind(name: str) -> None:
    assert inherited({name: FOREIGN[name], "LANG": "C"}) == {"LANG": "C"}


def test_a_shell_that_takes_the_exports_has_the_sandbox_s_settings_and_no_others() -> None:
    around = {**FOREIGN, "AWS_REGION": "us-east-1", "PATH": "/usr/bin:/bin", "LANG": "C"}
    lines = exports({"AWS_REGION": "eu-west-1", "PULUMI_HOME": "/a home"}, around)

    script = f"{lines}\nenv"
    said = subprocess.run(["/bin/sh", "-c", script], env=around, capture_output=True, text=True, check=True).stdout
    found = dict(line.split("=", 1) for line in said.splitlines() if line.startswith(("AWS_", "PULUMI_", "LANG")))
    assert found == {"AWS_REGION": "eu-west-1", "PULUMI_HOME": "/a home", "LANG": "C"}
