"""Pulumi.yaml and the stack files beside the declarations, read without Pulumi.

``stacks/settings.py`` reads the same keys inside a Pulumi run; the rules about them live here, for both.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..errors import Problem, Refused
from .files import read_tree
from .nodes import Place, Table, locate, plain, shown

NAMESPACE = "eks-access"
"""Of our keys in a stack file."""
AWS_KEYS = ("profile", "region")
"""Keys of the AWS provider's namespace that the program takes over."""
_ACCESS = f"config.{NAMESPACE}:access"
_WRITE_ACCESS = f"write `{NAMESPACE}:access: access/<environment>.yaml`"


@dataclass(frozen=True, slots=True)
class StackFile:
    """A stack of the project, as its file says."""

    name: str
    path: Path
    config: Mapping[str, object]
    """Key with namespace → value."""
    tree: Table

    @property
    def create_users(self) -> bool:
        """Whether the stack makes the declared users though it has a cluster.

        Raises:
            Refused: the value is neither true nor false.
        """
        value = str(self.config.get(f"{NAMESPACE}:createUsers", False)).lower()
        if value in ("true", "false"):
            return value == "true"
        at = ("config", f"{NAMESPACE}:createUsers")
        rule = "whether this stack creates users is true or false"
        raise Refused([self._problem(at, rule, f"write `{NAMESPACE}:createUsers: true`")])

    def text(self, key: str) -> str | None:
        """Return a setting of our namespace that is a text.

        Raises:
            Refused: it is something else, for example encrypted.
        """
        value = self.config.get(f"{NAMESPACE}:{key}")
        if value is None or isinstance(value, str):
            return value
        at = ("config", f"{NAMESPACE}:{key}")
        raise Refused([self._problem(at, "the setting is a text", "write it plainly: not encrypted, no list, no map")])

    def line_of(self, key: str) -> int | None:
        """Line on which a key of the config is written."""
        return locate(self.tree, ("config", key))[0].line

    def _problem(self, at: tuple[str, str], rule: str, fix: str) -> Problem:
        place, node = locate(self.tree, at)
        return Problem(file=place.file, line=place.line, path=".".join(at), value=shown(node), rule=rule, fix=fix)


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
        config = _map(tree).get("config") or {}
        if not isinstance(config, dict):
            rule, fix = "config is a map of settings", f"{_WRITE_ACCESS} below `config:`"
            raise Refused([Problem(file=str(path), path="config", rule=rule, fix=fix)])
        defaults = {f"{NAMESPACE}:{key}": value for key, value in self.settings.items() if value not in (None, "")}
        stack = StackFile(name, path, defaults | config, tree)
        if problems := list(unknown_settings(config, tuple(self.settings), str(path), stack)):
            raise Refused(problems)
        return stack

    def declaration(self, stack: StackFile) -> Path:
        """Return the path of the declaration that a stack names."""
        line = stack.line_of(f"{NAMESPACE}:access")
        return declaration_file(self.stacks, stack.text("access"), Place(str(stack.path), line))

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


def unknown_settings(
    keys: Iterable[str], known: Iterable[str], file: str, stack: StackFile | None = None
) -> Iterator[Problem]:
    """Look for keys that Pulumi takes without a word and nothing reads.

    Args:
        keys: with namespace, as the stack says them.
        known: those of our namespace that are read.
        file: the stack file.
        stack: gives the lines, where the file was read here.
    """
    for key in sorted(keys):
        namespace, _, name = key.partition(":")
        line = stack.line_of(key) if stack else None
        if namespace == "aws" and name not in AWS_KEYS:
            rule = "the AWS provider is built from the declaration, so this would be passed over"
            fix = f"use {' and '.join(f'aws:{each}' for each in AWS_KEYS)} only; a profile can assume a role"
            yield Problem(file=file, line=line, path=f"config.{key}", rule=rule, fix=fix)
        if namespace == NAMESPACE and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            fix = f"write {near[0]}" if near else f"use one of {', '.join(known)}"
            yield Problem(file=file, line=line, path=f"config.{key}", rule="no such setting", fix=fix)


def other_region(written: str | None, declared: str | None, place: Place) -> Iterator[Problem]:
    """Refuse a region in the stack file that is not the cluster's: the declaration decides.

    Args:
        written: the stack's ``aws:region``.
        declared: the cluster's region; None where there is no cluster.
        place: where the stack says it.
    """
    if written and declared and written != declared:
        yield Problem(
            file=place.file,
            line=place.line,
            path="config.aws:region",
            value=written,
            rule=f"the declaration puts the cluster into {declared}",
            fix="take aws:region out of the stack file; the declaration decides",
        )


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
            key.removeprefix(f"{NAMESPACE}:"): _default(value)
            for key, value in found.items()
            if ":" not in key.removeprefix(f"{NAMESPACE}:")
        },
    )


def _default(setting: object) -> object:
    """Return what a setting is where the stack says nothing."""
    return setting.get("value", setting.get("default")) if isinstance(setting, dict) else None


def _tree(path: Path) -> Table:
    source = read_tree(path)
    if source.problems:
        raise Refused(source.problems)
    return source.root


def _map(tree: Table) -> dict[str, object]:
    content = plain(tree)
    assert isinstance(content, dict)
    return content
