"""What people write: who is who, which cluster, who may do what. Read it with `load` or `from_dict`."""

from __future__ import annotations

from .loading import from_dict, load
from .models import Declaration

__all__ = ["Declaration", "from_dict", "load"]
