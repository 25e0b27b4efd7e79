"""Which provider plugins a sandbox takes, from what a machine has."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox import plugins
from sandbox.errors import SandboxError
from sandbox.plugins import Choice, choose, installed_plugins, parse_request
from sandbox.plugins_switch import PluginSwitch
from sandbox.processes import Process, Processes
from sandbox.progress import Reporter

SDKS = {"aws": "7.51.1", "eks": "4.4.0", "kubernetes": "4.34.2"}


@pytest.fixture(autouse=True)
def sdks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "sdk_version", SDKS.__getitem__)


class Machine:
    """A home of the engine with plugins in it, and an engine that lists them."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "pulumi-home"
        self.path = folder / "path"
        self.path.mkdir(parents=True)
        self.pulumi = self.path / "pulumi"
        self._listed: list[dict[str, str]] = []
        self.list_plugins()

    @property
    def environment(self) -> dict[str, str]:
        path = f"{self.path}:/usr/bin:/bin"
        return {"PULUMI_HOME": str(self.home), "PATH": path, "AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}

    def install(self, name: str, version: str, *, kind: str = "resource") -> str:
        program = self.home / "plugins" / f"{kind}-{name}-v{version}" / f"pulumi-{kind}-{name}"
        program.parent.mkdir(parents=True)
        program.touch(mode=0o755)
        self._listed.append({"name": name, "kind": kind, "version": version})
        self.list_plugins()
        return str(program)

    def put_on_path(self, name: str) -> str:
        program = self.path / f"pulumi-resource-{name}"
        program.touch(mode=0o755)
        return str(program)

    def list_plugins(self, *, fails: bool = False) -> None:
        listing = "echo no >&2; exit 1" if fails else f"cat <<'END'\n{json.dumps(self._listed)}\nEND"
        self.pulumi.write_text(f"#!/bin/sh\n{listing}\n")
        self.pulumi.chmod(0o755)

    def choose(self, request: str) -> dict[str, Choice]:
        found = installed_plugins(str(self.pulumi), self.environment)
        return {choice.name: choice for choice in choose(request, found)}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "machine")


@pytest.mark.parametrize(
    ("request_", "modes"),
    [
        ("auto", "auto auto auto"),
        ("real", "real real real"),
        ("standin", "standin standin standin"),
        ("eks=real,kubernetes=real,aws=standin", "standin real real"),
        ("eks=real, aws=standin", "standin real auto"),
    ],
)
def test_a_wish_is_for_all_or_for_each_plugin(request_: str, modes: str) -> None:
    assert parse_request(request_) == dict(zip(("aws", "eks", "kubernetes"), modes.split(), strict=True))


@pytest.mark.parametrize("request_", ["", "reel", "gcp=real", "eks", "eks=yes", "eks=real,eks=auto"])
def test_a_wish_that_is_not_understood_says_what_can_be_wished(request_: str) -> None:
    with pytest.raises(SandboxError, match="eks=real,kubernetes=real,aws=standin"):
        parse_request(request_)


def test_without_plugins_everything_is_a_stand_in_for_the_sdks(machine: Machine) -> None:
    assert {name: str(choice) for name, choice in machine.choose("auto").items()} == {
        name: f"stand-in for {version}" for name, version in SDKS.items()
    }


def test_an_installed_plugin_is_taken_and_the_rest_stood_in_for(machine: Machine) -> None:
    program = machine.install("eks", "4.4.0")
    chosen = machine.choose("auto")

    assert chosen["eks"] == Choice("eks", "4.4.0", real=True, executable=program)
    assert not chosen["aws"].real
    assert not chosen["kubernetes"].real


def test_stand_ins_can_be_had_where_plugins_are_installed(machine: Machine) -> None:
    machine.install("eks", "4.4.0")
    machine.put_on_path("kubernetes")

    assert not any(choice.real for choice in machine.choose("standin").values())


@pytest.mark.parametrize(
    ("versions", "taken"),
    [
        (["4.30.0", "4.34.2", "4.40.0"], "4.34.2"),
        (["4.9.0", "4.30.0"], "4.30.0"),
        (["4.30.0", "5.0.0"], "4.30.0"),
        (["3.30.2"], None),
        (["5.0.0"], None),
    ],
)
def test_the_sdk_s_version_is_taken_else_the_newest_of_its_major(
    machine: Machine, versions: list[str], taken: str | None
) -> None:
    for version in versions:
        machine.install("kubernetes", version)
    choice = machine.choose("auto")["kubernetes"]

    assert (choice.version if choice.real else None) == taken


def test_a_plugin_on_path_comes_first_as_it_does_for_the_engine(machine: Machine) -> None:
    machine.install("eks", "4.4.0")
    program = machine.put_on_path("eks")

    assert machine.choose("eks=real")["eks"] == Choice("eks", "", real=True, executable=program)


def test_a_language_plugin_of_that_name_is_not_a_provider(machine: Machine) -> None:
    machine.install("eks", "4.4.0", kind="converter")

    assert not machine.choose("auto")["eks"].real


def test_every_missing_plugin_is_named_with_how_to_install_it(machine: Machine) -> None:
    machine.install("kubernetes", "3.30.2")
    machine.install("aws", "7.51.1")
    with pytest.raises(SandboxError) as refusal:
        machine.choose("real")

    assert "pulumi plugin install resource eks v4.4.0" in str(refusal.value)
    assert "pulumi plugin install resource kubernetes v4.34.2" in str(refusal.value)
    assert "only 3.30.2 is installed" in str(refusal.value)
    assert "resource aws" not in str(refusal.value)


def test_the_form_for_each_plugin_fails_when_its_plugin_is_missing(machine: Machine) -> None:
    machine.install("kubernetes", "4.34.2")
    with pytest.raises(SandboxError, match=r"plugin install resource eks v4\.4\.0"):
        machine.choose("eks=real,kubernetes=real,aws=standin")


def test_an_engine_that_cannot_list_its_plugins_is_told(machine: Machine) -> None:
    machine.list_plugins(fails=True)
    with pytest.raises(SandboxError, match="plugin ls --json` failed"):
        machine.choose("auto")


class Switch:
    """A switch of a sandbox's folder, whose stand-ins are idle processes."""

    def __init__(self, home: Path, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
        self.said: list[str] = []
        self.processes = Processes(home)
        self._machine = machine
        reporter = Reporter()
        monkeypatch.setattr(reporter, "say", self.said.append)
        self._switch = PluginSwitch(home, self.processes, reporter)
        monkeypatch.setattr(self._switch, "_start_one", self._idle)
        self.home = home
        (home / "run").mkdir(parents=True)
        (home / "bin").mkdir()
        (home / "pulumi-home").mkdir()

    def _idle(self, name: str, port: int, environment: object) -> Process:
        (self.home / "run" / f"{name}.port").touch()
        command = [sys.executable, "-c", "import time; time.sleep(600)"]
        return self.processes.start(f"standin-{name}", command, environment={}, address=f"127.0.0.1:{port}")

    def to(self, request: str | None) -> set[str]:
        """Which stand-ins run after an `up`."""
        self._switch.apply(request, str(self._machine.pulumi), self._machine.environment)
        return {p.name.removeprefix("standin-") for p in self.processes if self.processes.running(p)}

    def pids(self) -> dict[str, int]:
        return {process.name: process.pid for process in self.processes}


@pytest.fixture
def switch(tmp_path: Path, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Switch]:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "nothing"))
    found = Switch(tmp_path / "home", machine, monkeypatch)
    yield found
    found.processes.stop_all()


def test_stand_ins_stop_and_start_with_the_choice_and_it_is_said(switch: Switch, machine: Machine) -> None:
    assert switch.to(None) == {"aws", "eks", "kubernetes"}
    before = switch.pids()
    machine.install("eks", "4.4.0")

    assert switch.to("eks=real") == {"aws", "kubernetes"}
    assert "eks: was stand-in for 4.4.0, now real 4.4.0" in switch.said
    assert switch.to("standin") == {"aws", "eks", "kubernetes"}
    assert switch.pids()["standin-aws"] == before["standin-aws"], "what is not switched goes on"


def test_an_up_without_a_wish_keeps_the_one_before(switch: Switch, machine: Machine) -> None:
    machine.install("eks", "4.4.0")
    switch.to("standin")

    assert "eks" in switch.to(None)


def test_a_refused_wish_changes_nothing(switch: Switch) -> None:
    switch.to("auto")
    with pytest.raises(SandboxError):
        switch.to("real")

    assert switch.to(None) == {"aws", "eks", "kubernetes"}


def test_the_chosen_plugin_is_on_the_sandbox_s_path_for_every_version(
    switch: Switch, machine: Machine, tmp_path: Path
) -> None:
    launcher = tmp_path / "home" / "bin" / "pulumi-resource-kubernetes"
    program = machine.install("kubernetes", "4.30.0")
    switch.to("auto")
    assert f"exec {program}" in launcher.read_text()

    switch.to("standin")
    assert not launcher.exists()


def test_the_eks_plugin_looks_for_aws_s_own_hosts_in_the_sandbox(switch: Switch, machine: Machine) -> None:
    program = Path(machine.install("eks", "4.4.0"))
    program.write_text('#!/bin/sh\necho "$HTTPS_PROXY $https_proxy $NODE_EXTRA_CA_CERTS $*"\n')
    switch.to("auto")

    launcher = [switch.home / "bin" / "pulumi-resource-eks", "127.0.0.1:1"]
    said = subprocess.run(launcher, env={"HTTPS_PROXY": "http://elsewhere"}, capture_output=True, text=True, check=True)
    endpoint = machine.environment["AWS_ENDPOINT_URL"]
    assert said.stdout.split() == [endpoint, endpoint, str(switch.home / "pki" / "ca.crt"), "127.0.0.1:1"]


def test_plugins_that_the_user_has_are_seen_by_the_sandbox_s_engine(
    switch: Switch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "user"))
    (tmp_path / "user" / "plugins").mkdir(parents=True)
    switch.to("auto")

    assert (tmp_path / "home" / "pulumi-home" / "plugins").resolve() == tmp_path / "user" / "plugins"
