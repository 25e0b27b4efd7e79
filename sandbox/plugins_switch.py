"""Bring a running sandbox to a choice of plugins: stand-ins started and stopped, real plugins put on its PATH."""

from __future__ import annotations

import json
import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sandbox.network import LOOPBACK, free_ports
from sandbox.plugins import Choice, choose, installed_plugins
from sandbox.processes import Process, Processes
from sandbox.progress import Reporter
from sandbox.shell import bin_folder
from sandbox.standins.faults import port_file
from sandbox.state import PROJECT, STAND_IN, authority_file

_LAUNCHER = """#!/bin/sh
# The engine takes a plugin that is on PATH for every version it is asked for.
{exports}exec {program} "$@"
"""

_OF_EKS = """# Its component looks at the certificate of the issuer of the clusters' tokens, under AWS's own host name.
export HTTPS_PROXY={proxy} https_proxy={proxy} NODE_EXTRA_CA_CERTS={authority}
"""


class PluginSwitch:
    """The plugins of one sandbox, remembered in `<home>/plugins.json` with what was asked for."""

    def __init__(self, home: Path, processes: Processes, reporter: Reporter) -> None:
        self._home = home
        self._processes = processes
        self._reporter = reporter
        self._file = home / "plugins.json"

    def choices(self) -> list[Choice]:
        """Return what serves each provider now; nothing before the first `up`."""
        return [Choice(**choice) for choice in self._remembered()[1]]

    def apply(self, request: str | None, pulumi: str, environment: Mapping[str, str]) -> None:
        """Use what is asked for; without a wish, what was asked for before, and automatically at first.

        Raises:
            SandboxError: a real plugin is asked for that isn't installed; nothing has been changed then.
        """
        self._share_plugins()
        request = request or self._remembered()[0]
        before = {choice.name: choice for choice in self.choices()}
        chosen = choose(request, installed_plugins(pulumi, environment))
        for choice in chosen:
            self._launcher(choice, environment)
            if choice.real:
                self._processes.stop(f"{STAND_IN}{choice.name}")
        self._start([choice.name for choice in chosen if not choice.real], environment)
        self._file.write_text(json.dumps({"request": request, "choices": [asdict(c) for c in chosen]}, indent=2))
        self._tell(before, chosen)

    def _remembered(self) -> tuple[str, list[dict[str, Any]]]:
        try:
            document = json.loads(self._file.read_text())
        except FileNotFoundError:
            return "auto", []
        return document["request"], document["choices"]

    def _share_plugins(self) -> None:
        """Let the sandbox's engine see the plugins that the user has installed."""
        own = self._home / "pulumi-home" / "plugins"
        installed = Path(os.environ.get("PULUMI_HOME") or Path.home() / ".pulumi") / "plugins"
        if installed.is_dir() and not own.exists():
            own.symlink_to(installed.resolve())

    def _launcher(self, choice: Choice, environment: Mapping[str, str]) -> None:
        """Put the chosen plugin on the sandbox's PATH, or take it away.

        The engine looks a plugin up by the exact version that is asked for, and a component may ask for another one
        than the program does; what is on PATH it takes for all.
        """
        path = bin_folder(self._home) / f"pulumi-resource-{choice.name}"
        path.unlink(missing_ok=True)
        if choice.real and choice.executable:
            exports = self._exports_of_eks(environment) if choice.name == "eks" else ""
            path.write_text(_LAUNCHER.format(program=shlex.quote(choice.executable), exports=exports))
            path.chmod(0o755)

    def _exports_of_eks(self, environment: Mapping[str, str]) -> str:
        return _OF_EKS.format(
            proxy=shlex.quote(environment["AWS_ENDPOINT_URL"]), authority=shlex.quote(str(authority_file(self._home)))
        )

    def _start(self, wanted: Sequence[str], environment: Mapping[str, str]) -> None:
        live = {process.name for process in self._processes if self._processes.running(process)}
        starting = [name for name in wanted if f"{STAND_IN}{name}" not in live]
        if not starting:
            return
        with self._reporter.step(f"starting stand-ins for plugins: {', '.join(starting)}"):
            ports = dict(zip(starting, free_ports(len(starting)), strict=True))
            processes = {name: self._start_one(name, ports[name], environment) for name in starting}
            for name, process in processes.items():
                self._processes.wait(process, self._ready(name).exists, seconds=90)

    def _start_one(self, name: str, port: int, environment: Mapping[str, str]) -> Process:
        self._ready(name).unlink(missing_ok=True)
        command = [sys.executable, "-m", "sandbox.standins.serve", name]
        return self._processes.start(
            f"{STAND_IN}{name}",
            [
                *(*command, "--port", str(port), "--port-file", str(self._ready(name))),
                *("--faults-file", str(port_file(self._home))),
            ],
            environment={
                **environment,
                "PYTHONPATH": str(PROJECT),
                "PYTHONUNBUFFERED": "1",
                "TMPDIR": str(self._home),
            },
            address=f"{LOOPBACK}:{port}",
        )

    def _ready(self, name: str) -> Path:
        return self._home / "run" / f"{name}.port"

    def _tell(self, before: Mapping[str, Choice], chosen: Sequence[Choice]) -> None:
        switched = [choice for choice in chosen if before.get(choice.name) not in (None, choice)]
        for choice in switched:
            self._reporter.say(f"{choice.name}: was {before[choice.name]}, now {choice}")
        if switched:
            self._reporter.say("Shells that took `python -m sandbox env` before need it again.")
        elif not before and any(choice.real for choice in chosen):
            self._reporter.say("plugins: " + "; ".join(f"{choice.name} {choice}" for choice in chosen))
