"""Who gains and loses what between two states of access. `diff_access` is the door."""

from .comparing import diff_access
from .model import AccessDiff, Change, Fact, FactKind, Right, SubjectKind

__all__ = ["AccessDiff", "Change", "Fact", "FactKind", "Right", "SubjectKind", "diff_access"]
