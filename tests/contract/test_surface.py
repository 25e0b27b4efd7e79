"""What others build on: names, arguments and outputs, and that the core computes without Pulumi."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import eks_access
import pulumi
import pytest

from ..plans import ROOT

PACKAGE = ROOT / "components" / "eks_access"
CORE = (
    "authn",
    "authz",
    "checks",
    "declaration",
    "diagnosis",
    "errors",
    "iam",
    "migration",
    "plan",
    "review",
    "takeover",
)


def components() -> list[type[pulumi.ComponentResource]]:
    public = [getattr(eks_access, name) for name in eks_access.__all__]
    return [p for p in public if inspect.isclass(p) and issubclass(p, pulumi.ComponentResource)]


def documented_classes() -> Iterator[tuple[str, list[ast.stmt]]]:
    """Classes of arguments and components, with their bodies."""
    for path in sorted(PACKAGE.glob("*.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                bases = {ast.unparse(base) for base in node.bases}
                if bases & {"TypedDict", "pulumi.ComponentResource"}:
                    yield f"{path.name}:{node.name}", node.body


def test_public_names_are_sorted_complete_and_importable() -> None:
    assert eks_access.__all__ == sorted(eks_access.__all__)
    assert dir(eks_access) == eks_access.__all__
    assert all(getattr(eks_access, name).__name__ == name for name in eks_access.__all__)


def test_every_component_and_its_arguments_are_public() -> None:
    classes = {place.partition(":")[2] for place, _ in documented_classes()}

    assert classes <= set(eks_access.__all__)
    assert len(classes) == 15


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="Plattform"):
        eks_access.Plattform  # noqa: B018


def test_the_core_computes_without_pulumi() -> None:
    modules = ["eks_access"]
    for part in CORE:
        modules += [_module(path) for path in sorted((PACKAGE / part).rglob("*.py"))] or [f"eks_access.{part}"]
    program = f"import importlib, sys; [importlib.import_module(m) for m in {modules}]; print('pulumi' in sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=PACKAGE.parent, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
    assert len(modules) > 20


def _module(path: Path) -> str:
    return ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__")


@pytest.mark.parametrize(
    ("place", "body"), [*documented_classes()], ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_argument_and_output_says_what_it_is(place: str, body: list[ast.stmt]) -> None:
    for node, following in zip(body, [*body[1:], None], strict=True):
        if isinstance(node, ast.AnnAssign) and not ast.unparse(node.target).startswith("_"):
            assert isinstance(following, ast.Expr), f"{place}.{ast.unparse(node.target)} has no docstring"
            assert isinstance(following.value, ast.Constant)
            assert isinstance(following.value.value, str)
