"""What is named on the command line → the declaration that is meant."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from ..declaration.stack_files import Project, StackFile, find_project
from ..errors import Problem, Refused

_STACK_FILE = re.compile(r"Pulumi\.(?P<name>[^/]+)\.yaml")


@dataclass(frozen=True, slots=True)
class Target:
    """One declaration, and the stack it belongs to where one was named."""

    name: str
    file: Path
    stack: StackFile | None = None

    @property
    def label(self) -> str:
        """What it is, for the head of an answer: ``stack prod``."""
        return f"{'stack' if self.stack else 'declaration'} {self.name}"

    @property
    def stack_name(self) -> str:
        """Name of its stack; empty where it is a file alone."""
        return self.name if self.stack else ""


def target_of(argument: str) -> Target:
    """Tell a stack from a file: files have a folder or .yaml in their name.

    Raises:
        Refused: no such stack, or its file doesn't say which declaration is its own.
    """
    if not argument.strip():
        rule, fix = "an empty name names no stack and no file", "name a stack, or the file of a declaration"
        raise Refused([Problem(value=repr(argument), rule=rule, fix=fix)])
    if match := _STACK_FILE.fullmatch(Path(argument).name):
        return stack_target(find_project(Path(argument).parent), match["name"])
    if os.sep in argument or "/" in argument or argument.endswith((".yaml", ".yml")):
        return Target(argument, Path(argument))
    return stack_target(find_project(), argument)


def stack_target(project: Project, name: str) -> Target:
    """Find the declaration of a stack."""
    stack = project.stack(name)
    return Target(name, project.declaration(stack), stack)
