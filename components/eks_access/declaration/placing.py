"""Where in the files a path of a declaration is written: checks know paths only."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ..errors import Problem
from .files import read_tree
from .nodes import Location, Place, locate

_STEP = re.compile(r"\[(?P<index>[0-9]+)\]|\[(?P<quoted>\"(?:[^\"\\]|\\.)*\")\]|\.?(?P<key>[A-Za-z0-9_-]+)")


def with_places(problems: Iterable[Problem], file: Path | str) -> list[Problem]:
    """Add file and line to problems that know their path in the declaration `file` only."""
    listed = list(problems)
    if all(problem.line for problem in listed):
        return listed
    root = read_tree(Path(file)).root
    placed = []
    for problem in listed:
        if not problem.line:
            location = parse(problem.path)
            place, _ = locate(root, location)
            if not location or locate(root, location[:1])[1] is None:
                place = Place(str(file))
            problem = replace(problem, file=place.file, line=place.line)
        placed.append(problem)
    return placed


def parse(path: str) -> Location:
    """Read what `nodes.render` writes, as far as it goes: ``nodeGroups (managed)`` is ``nodeGroups``."""
    steps: list[str | int] = []
    at = 0
    while match := _STEP.match(path, at):
        if match["index"]:
            steps.append(int(match["index"]))
        else:
            steps.append(json.loads(match["quoted"]) if match["quoted"] else match["key"])
        at = match.end()
    return tuple(steps)
