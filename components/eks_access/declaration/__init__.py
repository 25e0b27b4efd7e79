"""What people write: who is who, which cluster, who may do what. Read it with `load` or `from_dict`.

Names are loaded when they are first used, so that what only reads files doesn't load the models.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .loading import from_dict as from_dict
    from .loading import load as load
    from .loading import part_from_dict as part_from_dict
    from .models import Declaration as Declaration

_HOMES = {"Declaration": "models", "from_dict": "loading", "load": "loading", "part_from_dict": "loading"}

__all__ = ["Declaration", "from_dict", "load", "part_from_dict"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOMES[name]}", __name__), name)
