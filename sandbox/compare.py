"""Lay two recordings side by side: what only one of them has, and where the same object differs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from sandbox.errors import SandboxError
from sandbox.recording import FORMAT, SECTIONS

Document = dict[str, Any]

HARMLESS: Final[tuple[tuple[str, str, str], ...]] = (
    # section and key, path, why it says nothing
    ("objects pulumi:providers:", r"inputs\.(version|pluginDownloadURL)", "each SDK asks for a plugin of its version"),
    ("objects pulumi:providers:", r"options\.propertyDependencies\.(version|pluginDownloadURL)(\[\d+\])?", "the same"),
)
"""Where real plugins and stand-ins are known to differ without consequence, as regular expressions."""


_OF_THE_SDK: Final = re.compile(r"options\.(dependencies|propertyDependencies)\b.*")
"""What each SDK works out in its own way. Told apart, since it may differ where everything else is the same."""


class Absent:
    """What stands for a value that one recording doesn't have; None is a value."""

    def __repr__(self) -> str:
        return "(absent)"


ABSENT: Final = Absent()


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where the recordings differ; a whole object when the path is empty."""

    section: str
    key: str
    path: str
    a: Any
    b: Any

    @property
    def of_the_sdk(self) -> bool:
        """Whether it is about nothing but which objects wait for which."""
        return self.section == "objects" and _OF_THE_SDK.fullmatch(self.path) is not None


def load(file: Path) -> Document:
    """Read a recording.

    Raises:
        SandboxError: there is none, or it is something else.
    """
    try:
        document = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise SandboxError(f"{file} could not be read as a recording: {error}\n    → {_HOW}") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise SandboxError(f"{file} is no recording of format {FORMAT}.\n    → {_HOW}")
    for section in SECTIONS:
        items = document.get(section)
        if not isinstance(items, list) or not all(isinstance(item, dict) and "key" in item for item in items):
            raise SandboxError(f"{file}: {section} is not a list of recorded objects.\n    → {_HOW}")
    return document


_HOW: Final = "python -m sandbox record STACK FILE    writes one"


def compare(a: Document, b: Document) -> list[Difference]:
    """Return every difference that isn't known to be harmless, section by section, by key and path.

    Raises:
        SandboxError: one is of a preview and the other isn't; what only an update knows would differ everywhere.
    """
    if a.get("operation") != b.get("operation"):
        raise SandboxError(
            f"A records {a.get('operation')} and B {b.get('operation')}, which can't be compared.\n"
            "    → record both with the same --operation"
        )
    found = [difference for section in SECTIONS for difference in _section(section, a[section], b[section])]
    return [difference for difference in found if not _harmless(difference)]


def _section(section: str, a: list[Document], b: list[Document]) -> Iterator[Difference]:
    left, right = ({item["key"]: item for item in items} for items in (a, b))
    for key in sorted(left.keys() | right.keys()):
        if key in left and key in right:
            yield from (Difference(section, key, path, x, y) for path, x, y in _paths(left[key], right[key], ""))
        else:
            yield Difference(section, key, "", left.get(key, ABSENT), right.get(key, ABSENT))


def _paths(a: Any, b: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        for key in sorted(a.keys() | b.keys()):
            inner = key if re.fullmatch(r"[\w$]+", key) else f'["{key}"]'
            where = f"{path}.{inner}".removeprefix(".") if inner == key else f"{path}{inner}"
            yield from _paths(a.get(key, ABSENT), b.get(key, ABSENT), where)
    elif isinstance(a, list) and isinstance(b, list):
        for index in range(max(len(a), len(b))):
            x, y = (items[index] if index < len(items) else ABSENT for items in (a, b))
            yield from _paths(x, y, f"{path}[{index}]")
    elif type(a) is not type(b) or a != b:
        yield path, a, b


def _harmless(difference: Difference) -> bool:
    where = f"{difference.section} {difference.key}"
    return any(where.startswith(start) and re.fullmatch(path, difference.path) for start, path, _ in HARMLESS)


def telling(differences: list[Difference], *, strict: bool = False) -> list[Difference]:
    """Return the differences on which the verdict depends: those of dependencies only when `strict`."""
    return [difference for difference in differences if strict or not difference.of_the_sdk]


def show(differences: list[Difference], console: Console, *, strict: bool = False) -> None:
    """Print the differences, grouped by section and object, and how many there are; those of dependencies apart."""
    told = telling(differences, strict=strict)
    _show_sections(told, console)
    apart = [difference for difference in differences if difference not in told]
    if apart:
        _say(console, "dependencies (not counted without --strict)")
        _show_objects(apart, console)
    _say(console, summary(told) + (f"; dependencies of {_objects(apart)} differ" if apart else ""))


def _show_sections(differences: list[Difference], console: Console) -> None:
    for section, of_section in groupby(differences, key=lambda difference: difference.section):
        _say(console, section)
        _show_objects(of_section, console)


def _show_objects(differences: Iterable[Difference], console: Console) -> None:
    for key, of_object in groupby(differences, key=lambda difference: difference.key):
        _show_object(key, list(of_object), console)


def _show_object(key: str, differences: list[Difference], console: Console) -> None:
    if not differences[0].path:
        _say(console, f"  - only in A: {key}" if differences[0].b is ABSENT else f"  + only in B: {key}")
        return
    _say(console, f"  ~ {key}")
    for difference in differences:
        _say(console, f"      {difference.path}: {_shown(difference.a)} ≠ {_shown(difference.b)}")


def summary(differences: list[Difference]) -> str:
    """Return the line that says how many objects are missing, extra and different."""
    if not differences:
        return "equal"
    whole = [difference for difference in differences if not difference.path]
    missing = sum(difference.b is ABSENT for difference in whole)
    differing = _objects(difference for difference in differences if difference.path)
    return f"different: {missing} only in A, {len(whole) - missing} only in B, {differing} differ"


def _objects(differences: Iterable[Difference]) -> int:
    return len({(difference.section, difference.key) for difference in differences})


def _shown(value: Any) -> str:
    return repr(value) if value is ABSENT else json.dumps(value, ensure_ascii=False)


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
