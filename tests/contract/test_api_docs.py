"""The API reference is what the code says, and says something of everything that is public."""

from __future__ import annotations

import importlib.util
import inspect
import re
from functools import cache
from types import ModuleType
from typing import Any

import eks_access
import pytest
from eks_access import testing

from ..plans import ROOT

PAGE = ROOT / "docs" / "api.md"


@cache
def tool() -> ModuleType:
    spec = importlib.util.spec_from_file_location("api_docs", ROOT / "tools" / "api_docs.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_current() -> None:
    assert PAGE.read_text() == tool().page(), "`make api-docs` writes it anew"


def test_every_public_name_has_its_place() -> None:
    sections = tool().SECTIONS
    listed = [name for names in sections.values() for name in names]
    arguments = [name for component in sections["Components"] for name in tool().arguments_of(component)]

    assert sorted({*listed, *arguments}) == eks_access.__all__
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("name", [*eks_access.__all__, *testing.__all__])
def test_every_public_name_is_described(name: str) -> None:
    item = getattr(eks_access, name, None) or getattr(testing, name)
    assert (item.__doc__ or "").strip()
    if inspect.isfunction(item):
        _says_what_it_raises_and_takes(item)
    elif inspect.isclass(item):
        for method, function in inspect.getmembers(item, inspect.isfunction):
            if method in vars(item) and not method.startswith("_"):
                assert (function.__doc__ or "").strip(), f"{name}.{method}"


def _says_what_it_raises_and_takes(function: Any) -> None:
    """An `Args:` section, where there is one, names every parameter and no other; a refusal is told."""
    described = re.search(r"Args:\n((?:        .*\n|\n)+)", (function.__doc__ or "") + "\n")
    if described:
        told = set(re.findall(r"^        (\w+):", described[1], re.MULTILINE))
        assert told == set(inspect.signature(function).parameters)
    if "refus" in (function.__doc__ or "").lower():
        assert "Raises:" in function.__doc__ or "raise `" in function.__doc__


@pytest.mark.parametrize("component", tool().SECTIONS["Components"])
def test_every_component_says_what_it_raises(component: str) -> None:
    assert "Raises:\n        pulumi.RunError:" in getattr(eks_access, component).__doc__


def test_signatures_have_their_empty_defaults_and_no_quotes_of_annotations() -> None:
    signatures = re.findall(r"```python\n(.+?)\n```", PAGE.read_text(), re.DOTALL)

    assert any("session: str = ''" in signature for signature in signatures)
    assert not any("'" in signature.replace("''", "") for signature in signatures)
