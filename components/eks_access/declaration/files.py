"""Files and their includes → one tree."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath

from ..errors import Problem
from .nodes import Entry, Items, Leaf, Node, Place, Table, shown
from .yaml_reading import read

MOST_BYTES = 1024 * 1024
MOST_FILES = 64
CONCATENATED = frozenset({"grants", "metricsReaders", "externalRoles", "externalGroups", "accept"})
"""Lists at the top that files may share; whatever else two files write is a contradiction."""


@dataclass(slots=True)
class Source:
    """Everything that the files say, merged, and what is wrong with them."""

    root: Table
    problems: list[Problem] = field(default_factory=list)
    complete: bool = True
    """False where a file couldn't be read: names may be missing that are declared in it."""


def read_tree(path: Path) -> Source:
    """Read `path` and what it includes, each file once."""
    gathering = _Gathering(Source(Table({}, Place(str(path), 1))))
    gathering.visit(path, ())
    return gathering.source


@dataclass(slots=True)
class _Gathering:
    source: Source
    seen: set[Path] = field(default_factory=set)

    def visit(self, path: Path, chain: tuple[Path, ...]) -> None:
        """Add what `path` includes, then `path` itself; `chain` is how it was reached."""
        text = self._text(path)
        if text is None:
            self.source.complete = False
            return
        self.seen.add(path.resolve())
        tree, problems = read(text, str(path))
        self.source.problems += problems
        if tree is None:
            self.source.complete = False
            return
        include = tree.entries.pop("include", None)
        if include is not None:
            self._include(include, path, (*chain, path))
        self._merge(tree)

    def _text(self, path: Path) -> str | None:
        if not _is_file(path):
            what = "a declaration is read from a regular file, which must exist"
            self._unread(path, what, "correct the path" + _nearest(path))
            return None
        try:
            with path.open("rb") as file:
                raw = file.read(MOST_BYTES + 1)
        except OSError as error:
            self._unread(path, f"the file must be readable: {error.strerror}", "correct its permissions")
            return None
        if len(raw) > MOST_BYTES:
            self._unread(path, "a file is at most 1 MiB", "split it into files named under `include:`")
            return None
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            found = f"byte 0x{raw[error.start]:02x}"
            self._unread(path, "the file must be UTF-8", "save it as UTF-8", line=line, value=found)
            return None

    def _include(self, include: Entry, path: Path, chain: tuple[Path, ...]) -> None:
        if not isinstance(include.node, Items):
            rule = "include is a list of files"
            self._problem(include.place, "include", include.node, rule, f"write `include: [{shown(include.node)}]`")
            return
        for index, item in enumerate(include.node.items):
            at = f"include[{index}]"
            if not isinstance(item, Leaf) or not isinstance(item.value, str) or not item.value:
                rule = "an included file is named by its path relative to this file"
                self._problem(item.place, at, item, rule, "write a path, like people.yaml")
                continue
            self._include_one(item, item.value, at, path, chain)

    def _include_one(self, item: Leaf, name: str, at: str, path: Path, chain: tuple[Path, ...]) -> None:
        if PurePosixPath(name).is_absolute() or PureWindowsPath(name).is_absolute():
            rule = "an included file is named by its path relative to this file, so that every checkout reads the same"
            self._problem(item.place, at, item, rule, f"write the path from {path.parent}/ on")
            return
        target = Path(os.path.normpath(path.parent / name))
        if not _is_file(target):
            rule = "an included file must exist; it is looked up from the file that includes it"
            self._problem(item.place, at, item, rule, "correct the path" + _nearest(target))
        elif target.resolve() in {link.resolve() for link in chain}:
            loop = " → ".join(link.name for link in (*chain, target))
            self._problem(item.place, at, item, f"files can't include each other in a circle: {loop}", "remove one")
        elif len(self.seen) >= MOST_FILES:
            rule = f"a declaration is made of at most {MOST_FILES} files"
            self._problem(item.place, at, item, rule, "put several of them into one")
        elif target.resolve() not in self.seen:
            self.visit(target, chain)

    def _merge(self, tree: Table) -> None:
        merged = self.source.root.entries
        for section, entry in tree.entries.items():
            there = merged.get(section)
            if there is None:
                merged[section] = Entry(_own(entry.node), entry.place)
            elif isinstance(there.node, Table) and isinstance(entry.node, Table):
                for key, inner in entry.node.entries.items():
                    if key in there.node.entries:
                        self._twice(f"{section}.{key}", there.node.entries[key], inner)
                    else:
                        there.node.entries[key] = inner
            elif section in CONCATENATED and isinstance(there.node, Items) and isinstance(entry.node, Items):
                there.node.items.extend(entry.node.items)
            else:
                self._twice(section, there, entry)

    def _twice(self, path: str, first: Entry, second: Entry) -> None:
        rule = f"declared in two files; the first is {first.place.file}:{first.place.line}"
        self._problem(second.place, path, second.node, rule, "keep one of the two")

    def _problem(self, place: Place, path: str, node: Node, rule: str, fix: str) -> None:
        if path.startswith("include"):
            self.source.complete = False
        problem = Problem(file=place.file, line=place.line, path=path, value=shown(node), rule=rule, fix=fix)
        self.source.problems.append(problem)

    def _unread(self, path: Path, rule: str, fix: str, *, line: int | None = None, value: str | None = None) -> None:
        self.source.problems.append(Problem(file=str(path), line=line, value=value, rule=rule, fix=fix))


def _own(node: Node) -> Node:
    """Copy the containers that later files are merged into; an alias may share them within its file."""
    match node:
        case Table():
            return Table(dict(node.entries), node.place)
        case Items():
            return Items(list(node.items), node.place)
        case Leaf():
            return node


def _is_file(path: Path) -> bool:
    """Tell whether there is a regular file; a name too long or a folder without permission means no."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _nearest(path: Path) -> str:
    folder = path.parent
    try:
        names = sorted(entry.name for entry in folder.iterdir() if _is_file(entry))
    except (OSError, ValueError):
        names = []
    close = difflib.get_close_matches(path.name, names, n=1)
    return f"; did you mean {folder / close[0]}?" if close else ""
