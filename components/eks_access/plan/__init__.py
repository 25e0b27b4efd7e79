"""The plan: what a declaration compiles to. Pure.

Names are loaded when they are first used, so that a question which needs no declaration doesn't load its models.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .compiling import compile_part as compile_part
    from .compiling import compile_plan as compile_plan
    from .model import AccessPlan as AccessPlan

_HOMES = {"AccessPlan": "model", "compile_part": "compiling", "compile_plan": "compiling"}

__all__ = ["AccessPlan", "compile_part", "compile_plan"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
