"""The plan: what a declaration compiles to. Pure."""

from .compiling import compile_plan
from .model import AccessPlan

__all__ = ["AccessPlan", "compile_plan"]
