"""Make docs/api.md anew from the docstrings and annotations of the public names.

Run with `make api-docs`; a contract test holds the page to the code.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import eks_access
import pulumi
from eks_access.provider import COMPONENTS

TARGET = Path(__file__).parents[1] / "docs" / "api.md"
INTRODUCTION = """# API reference

Written by `make api-docs` from the docstrings. What is here is contract, as [versioning](versioning.md) says; the rest
may change. Import the names from `eks_access`, those of the last section from `eks_access.testing`. Components and
`read_access` belong into a Pulumi program; everything else is pure. How to begin: [components](components.md). The
shape of `access`: [the declaration, key by key](declaration.md).
"""
SECTIONS = {
    "Components": [name for name in eks_access.__all__ if name in COMPONENTS],
    "Declarations and plans": ["read_access", "load", "Declaration", "compile_plan", "AccessPlan"],
    "Names that two programs share": ["team_group", "person_group"],
    "Questions": ["AccessReview", "AccessState", "question", "state_of_plan"],
    "Errors": ["EksAccessError", "Refused", "Problem"],
}
"""Every public name is in one of these, or is the arguments of a component."""
TESTING = "Assertions for your own tests"


def main() -> None:
    """Write the page."""
    TARGET.write_text(page(), encoding="utf-8")


def page() -> str:
    """Render the whole reference."""
    parts = [INTRODUCTION]
    for title, names in SECTIONS.items():
        parts.append(f"## {title}\n")
        parts += [_entry(name, getattr(eks_access, name)) for name in names]
    testing = import_module("eks_access.testing")
    parts.append(f"## {TESTING}\n")
    parts += [_entry(name, getattr(testing, name)) for name in testing.__all__]
    return "\n".join(parts)


def arguments_of(component: str) -> list[str]:
    """Name the TypedDicts of a component: its own, and those of lists in it."""
    own = f"{component}Args"
    inner = [name for name in eks_access.__all__ if name.endswith("Args") and name in _source(own)]
    return list(dict.fromkeys([own, *inner]))


def _entry(name: str, item: Any) -> str:
    if inspect.isclass(item) and issubclass(item, pulumi.ComponentResource):
        return _component(name, item)
    if inspect.isclass(item):
        return _class(name, item)
    return f"### {name}\n\n```python\n{_signature(name, item)}\n```\n\n{_text(item.__doc__)}"


def _component(name: str, item: type[Any]) -> str:
    signature = f"{name}(name: str, args: {name}Args, opts: pulumi.ResourceOptions | None = None)"
    parts = [f"### {name}\n\n```python\n{signature}\n```\n\n{_text(item.__doc__)}"]
    for arguments in arguments_of(name):
        title = f"Arguments, `{arguments}`" if arguments == f"{name}Args" else f"Each item, `{arguments}`"
        parts.append(_table(title, ("argument", "type", "", ""), _arguments(arguments)))
    parts.append(_table("Outputs", ("output", "type", ""), _fields(item)))
    return "\n".join(parts)


def _class(name: str, item: type[Any]) -> str:
    parts = [f"### {name}\n\n{_text(item.__doc__)}"]
    if rows := list(_fields(item)):
        parts.append(_table("", ("attribute", "type", ""), rows))
    for method, function in inspect.getmembers(item, inspect.isfunction):
        if not method.startswith("_") and method in vars(item):
            parts.append(f"```python\n{name}.{_signature(method, function)}\n```\n\n{_text(function.__doc__)}")
    return "\n".join(parts)


def _arguments(name: str) -> Iterator[tuple[str, ...]]:
    for key, annotation, text in _fields(getattr(eks_access, name)):
        bare = annotation.removeprefix("`").removesuffix("`")
        optional = bare.startswith("NotRequired[")
        plain = bare.removeprefix("NotRequired[").removesuffix("]") if optional else bare
        yield key, f"`{plain}`", "" if optional else "required", text


def _fields(item: type[Any]) -> Iterator[tuple[str, str, str]]:
    """Yield attributes that have a docstring, with the annotation as it is written, and documented properties."""
    body = _body(item)
    for node, following in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id[0] != "_":
            yield f"`{node.target.id}`", f"`{ast.unparse(node.annotation)}`", _line(_docstring(following))
    for name, value in vars(item).items():
        if isinstance(value, property) and name[0] != "_" and value.fget and value.__doc__:
            yield f"`{name}`", f"`{inspect.signature(value.fget).return_annotation}`", _line(value.__doc__)


def _body(item: type[Any]) -> list[ast.stmt]:
    (found,) = ast.parse(inspect.getsource(item)).body
    assert isinstance(found, ast.ClassDef)
    return found.body


def _source(name: str) -> str:
    return inspect.getsource(getattr(eks_access, name))


def _docstring(node: ast.stmt | None) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return node.value.value
    return ""


def _signature(name: str, function: Any) -> str:
    """Write a signature, one parameter a line where it is long."""
    # annotations are text, and shown without their quotes; an empty default keeps its own
    signature = re.sub(r"(?<!')'([^']+)'(?!')", r"\1", str(inspect.signature(function)))
    if len(name + signature) <= 100:
        return name + signature
    inner, _, returned = signature.rpartition(" -> ")
    parameters = ",\n    ".join(re.split(r", (?=\w+:|\*(?:,|$))", inner[1:-1]))
    return f"{name}(\n    {parameters},\n) -> {returned}"


def _table(title: str, heads: tuple[str, ...], rows: Any) -> str:
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return (f"{title}:\n\n" if title else "") + "\n".join(lines) + "\n"


def _line(text: str) -> str:
    """Put a docstring into a cell."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "<br>".join(" ".join(paragraph.split()) for paragraph in paragraphs).replace("``", "`")


def _text(docstring: str | None) -> str:
    """Render a docstring: its sections as lists, its code as blocks."""
    lines: list[str] = []
    for line in inspect.cleandoc(docstring or "").replace("``", "`").splitlines():
        if re.fullmatch(r"(Args|Raises|Returns):", line):
            lines += [f"{line.removesuffix(':').replace('Args', 'Arguments')}:", ""]
        elif entry := re.fullmatch(r"    ([\w.]+): (.*)", line):
            lines.append(f"- `{entry[1]}`: {entry[2]}")
        elif line.startswith("        "):
            lines.append(f"  {line.strip()}")
        else:
            lines.append(line)
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    main()
