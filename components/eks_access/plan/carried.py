"""P3 across programs: who binds groups in one program asks the other one which groups it maps. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from ..errors import Problem, Refused
from .model import Rbac

_WANTED = "pass the output `groups` of the platform's stack"


def refuse_unasked(rbac: Rbac, asked: bool) -> None:
    """Refuse groups of which nobody knows whether they are mapped.

    Raises:
        Refused: groups are bound, and what is mapped isn't given.
    """
    if rbac.groups and not asked:
        rule = "is required where grants go to teams or people: a group that no mapping carries grants nothing"
        fix = f"{_WANTED}: `mapped_groups: StackReference(…).require_output('groups')`"
        raise Refused([Problem(path="mapped_groups", rule=rule, fix=fix)])


def carry(rbac: Rbac, mapped: Sequence[str] | None) -> None:
    """Refuse bound groups that nobody carries.

    Args:
        rbac: what is bound.
        mapped: the groups of the cluster's mappings; None where the other program doesn't tell.

    Raises:
        Refused: with every group that is bound in vain.
    """
    if mapped is None:
        rule = "the other stack doesn't say which groups it maps"
        raise Refused([Problem(path="mapped_groups", rule=rule, fix=f"{_WANTED}, and export it there")])
    problems = [_unmapped(group, mapped) for group in rbac.groups if group not in mapped]
    if problems:
        raise Refused(problems)


def _unmapped(group: str, mapped: Sequence[str]) -> Problem:
    close = difflib.get_close_matches(group, mapped, n=1)
    meant = f"did you mean {close[0]}? Otherwise let" if close else "let"
    fix = f"{meant} the platform's declaration carry it: `externalGroups: [{group!r}]`, or a grant of its own there"
    return Problem(
        path="grants", value=group, rule="the group is bound here, but the cluster maps nobody to it", fix=fix
    )
