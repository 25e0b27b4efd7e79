"""Pulumi.yaml and the stack files beside the declarations, read without Pulumi."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from ..errors import Problem, Refused
from .files import read_tree
from .nodes import Place, Table, locate, plain
from .stack_settings import NAMESPACE, StackSettings, read_stack_settings, unknown_settings
from .yaml_reading import EMPTY, NO_MAP

_PREFIX = f"{NAMESPACE}:"
_ACCESS = f"config.{NAMESPACE}:access"
_WRITE_ACCESS = f"write `{NAMESPACE}:access: access/<environment>.yaml`"


@dataclass(frozen=True, slots=True)
class StackFile:
    """A stack of the project, as its file says."""

    name: str
    path: Path
    settings: StackSettings


@dataclass(frozen=True, slots=True)
class Project:
    """A Pulumi project's folder, and where its stack files are."""

    root: Path
    stacks: Path
    settings: Mapping[str, object]
    """The keys that Pulumi.yaml describes under ``config``, without namespace, with their defaults."""

    def names(self) -> list[str]:
        """Name the stacks that have a file."""
        return sorted(path.stem.removeprefix("Pulumi.") for path in self.stacks.glob("Pulumi.?*.yaml"))

    def all_names(self) -> list[str]:
        """Name the stacks that have a file.

        Raises:
            Refused: there are none.
        """
        if names := self.names():
            return names
        rule = f"no stack has a file: there is no Pulumi.<stack>.yaml in {self.stacks}/"
        raise Refused([Problem(rule=rule, fix="look at stackConfigDir in Pulumi.yaml, or name files of declarations")])

    def stack(self, name: str) -> StackFile:
        """Read one stack's file.

        Raises:
            Refused: there is no such stack, or its file can't be read or says what nothing reads.
        """
        if name not in self.names():
            raise Refused([self._unknown(name)])
        path = self.stacks / f"Pulumi.{name}.yaml"
        tree = _tree(path)
        written = _map(tree).get("config") or {}
        if not isinstance(written, dict):
            rule, fix = "config is a map of settings", f"{_WRITE_ACCESS} below `config:`"
            raise Refused([Problem(file=str(path), path="config", rule=rule, fix=fix)])
        place_of = partial(_place, tree, frozenset(written))
        config = {_namespaced(key): value for key, value in written.items() if value is not None}
        if problems := list(unknown_settings(config, self.settings, place_of)):
            raise Refused(problems)
        return StackFile(name, path, read_stack_settings(self._defaults() | config, place_of))

    def declaration(self, stack: StackFile) -> Path:
        """Return the path of the declaration that a stack names."""
        return declaration_file(self.stacks, stack.settings.access, stack.settings.place_of(f"{_PREFIX}access"))

    def _defaults(self) -> dict[str, object]:
        return {_namespaced(key): value for key, value in self.settings.items() if value not in (None, "")}

    def _unknown(self, name: str) -> Problem:
        names = self.names()
        near = difflib.get_close_matches(name, names, n=1)
        known = f"use one of {', '.join(names)}" if names else f"there is no Pulumi.<stack>.yaml in {self.stacks}/"
        return Problem(
            value=name,
            rule=f"there is no stack `{name}`: its file would be {self.stacks / f'Pulumi.{name}.yaml'}",
            fix=f"did you mean `{near[0]}`?" if near else known,
        )


def find_project(start: Path | None = None) -> Project:
    """Find the project from a folder upwards, the current one by default.

    Raises:
        Refused: there is none, or its Pulumi.yaml can't be read.
    """
    here = Path(os.path.abspath(start or "."))  # noqa: PTH100, resolve() would leave the way people came in
    for folder in (here, *here.parents):
        for name in ("Pulumi.yaml", "Pulumi.yml"):
            if (folder / name).is_file():
                return _project(folder, folder / name)
    rule = f"no Pulumi.yaml in {here} or above it, so no stacks are known"
    raise Refused([Problem(rule=rule, fix="go to the project's folder, or name the file of a declaration")])


def declaration_file(stacks: Path, name: str | None, place: Place) -> Path:
    """Return the path of the declaration that a stack names, relative to where we are.

    Args:
        stacks: the folder of the stack files.
        name: what the stack file says.
        place: where it says so.

    Raises:
        Refused: it names none, or one that is not below `stacks`: a stack file is no way to read other files.
    """
    if not name:
        rule = "the stack does not say which declaration is its own"
        raise Refused([Problem(file=place.file, path=_ACCESS, rule=rule, fix=_WRITE_ACCESS)])
    file = _resolved(stacks / name)
    if file is None or not file.is_relative_to(stacks.resolve()):
        rule = "a declaration is part of the repository, below stacks/"
        problem = Problem(file=place.file, line=place.line, path=_ACCESS, value=name, rule=rule, fix=_WRITE_ACCESS)
        raise Refused([problem])
    return Path(os.path.relpath(file))


def profile_in(path: Path) -> str | None:
    """Return the AWS profile of a stack file, which may be of another program than ours.

    Raises:
        Refused: the file can't be read.
    """
    config = _map(_tree(path)).get("config")
    profile = config.get("aws:profile") if isinstance(config, dict) else None
    return profile if isinstance(profile, str) else None


def _place(tree: Table, written: frozenset[str], key: str) -> Place:
    """Find a key where it is written, be it with the namespace or without."""
    return locate(tree, ("config", key if key in written else key.removeprefix(_PREFIX)))[0]


def _namespaced(key: str) -> str:
    """Write a key as Pulumi takes it: what has no namespace has the project's."""
    return key if ":" in key else f"{_PREFIX}{key}"


def _resolved(path: Path) -> Path | None:
    """Follow links; None for what is no path, or a link that leads back to itself."""
    try:
        return path.resolve()
    except (OSError, RuntimeError, ValueError):
        return None


def _project(folder: Path, file: Path) -> Project:
    content = _map(_tree(file))
    settings = content.get("config")
    found = settings if isinstance(settings, dict) else {}
    stacks = content.get("stackConfigDir")
    root = Path(os.path.relpath(folder))
    return Project(
        root=root,
        stacks=root / stacks if isinstance(stacks, str) else root,
        settings={
            key.removeprefix(_PREFIX): _default(value)
            for key, value in found.items()
            if ":" not in key.removeprefix(_PREFIX)
        },
    )


def _default(setting: object) -> object:
    """Return what a setting is where the stack says nothing."""
    return setting.get("value", setting.get("default")) if isinstance(setting, dict) else None


def _tree(path: Path) -> Table:
    """Read Pulumi's own files by the same rules as declarations; what is told of their content is another thing."""
    source = read_tree(path)
    if source.problems:
        raise Refused(_about_settings(problem) for problem in source.problems)
    return source.root


def _about_settings(problem: Problem) -> Problem:
    if problem.rule not in (EMPTY, NO_MAP):
        return problem
    rule = "this file of Pulumi's is a map, with the settings under `config:`"
    fix = "write `config:` at the start of a line, and the settings indented below; in Pulumi.yaml, `name:` first"
    return replace(problem, rule=EMPTY if problem.rule == EMPTY else rule, fix=fix)


def _map(tree: Table) -> dict[str, object]:
    content = plain(tree)
    assert isinstance(content, dict)
    return content
