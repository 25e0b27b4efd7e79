"""Which provider plugins a sandbox uses: the real ones that are installed, stand-ins for the rest, or as it is told."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.toolchain import outside_sandboxes

PROVIDERS = ("aws", "eks", "kubernetes")
MODES = ("auto", "real", "standin")
FORMS = "auto, real, standin, or one for each plugin such as eks=real,kubernetes=real,aws=standin"


@dataclass(frozen=True, slots=True)
class Installed:
    """A real plugin on this machine. One found on PATH has no version that could be read off."""

    version: str
    executable: str = ""
    """Empty for a plugin that isn't a program of its own but run by a language host (`PulumiPlugin.yaml`)."""

    @property
    def on_path(self) -> bool:
        """Whether it was found on PATH, where the engine looks first."""
        return not self.version


@dataclass(frozen=True, slots=True)
class Choice:
    """What serves one provider: a real plugin, or the stand-in for the SDK's version."""

    name: str
    version: str
    real: bool = False
    executable: str = ""

    def __str__(self) -> str:
        if not self.real:
            return f"stand-in for {self.version}"
        return f"real {self.version}" if self.version else f"real, {self.executable} of PATH"


def sdk_version(name: str) -> str:
    """Return the version of a provider's Python SDK: the engine is asked for the plugin of that very version."""
    return metadata.version(f"pulumi-{name}")


def parse_request(request: str) -> dict[str, str]:
    """Return the mode of every provider. One that the long form leaves out is chosen automatically.

    Raises:
        SandboxError: the request names no such mode or provider, or a provider twice.
    """
    if request in MODES:
        return dict.fromkeys(PROVIDERS, request)
    modes: dict[str, str] = {}
    for part in request.split(","):
        name, _, mode = part.strip().partition("=")
        if name not in PROVIDERS or mode not in MODES or name in modes:
            raise SandboxError(
                f"--plugins {request}: {part.strip()!r} is not understood. Providers, each once: "
                f"{', '.join(PROVIDERS)}; modes: {', '.join(MODES)}.\n    → --plugins takes {FORMS}"
            )
        modes[name] = mode
    return dict.fromkeys(PROVIDERS, "auto") | modes


def installed_plugins(pulumi: str, environment: Mapping[str, str]) -> dict[str, list[Installed]]:
    """Return what there is of each provider: first what lies on PATH, then what the engine's home holds.

    Raises:
        SandboxError: the engine doesn't list its plugins.
    """
    found: dict[str, list[Installed]] = {name: _on_path(name, environment) for name in PROVIDERS}
    for plugin in _listed(pulumi, environment):
        name, version = plugin.get("name"), plugin.get("version")
        if plugin.get("kind") == "resource" and name in found and version:
            found[name].append(Installed(version, _executable(environment, name, version)))
    return found


def _on_path(name: str, environment: Mapping[str, str]) -> list[Installed]:
    if environment.get("PULUMI_IGNORE_AMBIENT_PLUGINS"):
        return []
    executable = shutil.which(f"pulumi-resource-{name}", path=outside_sandboxes(environment.get("PATH", "")))
    return [Installed("", executable)] if executable else []


def _listed(pulumi: str, environment: Mapping[str, str]) -> list[dict[str, str]]:
    command = [pulumi, "plugin", "ls", "--json"]
    listing = subprocess.run(command, env=environment, check=False, capture_output=True, text=True, timeout=60)
    if listing.returncode:
        raise SandboxError(f"`{' '.join(command)}` failed:\n{listing.stdout}{listing.stderr}")
    plugins: list[dict[str, str]] = json.loads(listing.stdout or "[]")
    return plugins


def _executable(environment: Mapping[str, str], name: str, version: str) -> str:
    folder = Path(environment["PULUMI_HOME"]) / "plugins" / f"resource-{name}-v{version.removeprefix('v')}"
    program = folder.resolve() / f"pulumi-resource-{name}"
    return str(program) if program.exists() else ""


def choose(request: str, installed: Mapping[str, Iterable[Installed]]) -> list[Choice]:
    """Return the choice for every provider.

    Raises:
        SandboxError: real plugins are asked for that aren't installed; all of them are named.
    """
    choices, missing = [], []
    for name, mode in parse_request(request).items():
        version = sdk_version(name)
        found = list(installed[name])
        plugin = None if mode == "standin" else _fitting(found, version)
        if plugin is not None:
            choices.append(Choice(name, plugin.version, real=True, executable=plugin.executable))
        elif mode == "real":
            missing.append(_missing(name, version, found))
        else:
            choices.append(Choice(name, version))
    if missing:
        raise SandboxError(
            f"--plugins {request}: real plugins are asked for that are not installed.\n" + "\n".join(missing)
        )
    return choices


def _fitting(found: Iterable[Installed], version: str) -> Installed | None:
    """Return the plugin to use: one on PATH, as the engine would; the SDK's very version; else its newest major."""
    fitting = [p for p in found if p.on_path or p.version == version or (p.executable and _same_major(p, version))]
    return max(fitting, key=lambda p: (p.on_path, p.version == version, _ordered(p.version)), default=None)


def _same_major(plugin: Installed, version: str) -> bool:
    return plugin.version.split(".")[0] == version.split(".")[0]


def _ordered(version: str) -> list[int]:
    return [int(part) if part.isdigit() else -1 for part in version.replace("-", ".").split(".")]


def _missing(name: str, version: str, found: Iterable[Installed]) -> str:
    others = ", ".join(plugin.version for plugin in found)
    why = f"only {others} is installed, which doesn't fit the SDK's {version}" if others else f"the SDK is {version}"
    return f"    → pulumi plugin install resource {name} v{version}    ({why})"
