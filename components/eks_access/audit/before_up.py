"""What an update would take away or write over, and what the last update had declared."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ..errors import Problem, Refused
from ..iam.arns import identity
from ..review.documents import as_documents
from ..review.engine_reading import known, read_resources
from .model import AuditFinding, Deployed, Ours

_STACK = "pulumi:pulumi:Stack"


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeUp:
    """Whether an update may go on."""

    stops: tuple[AuditFinding, ...]
    """What has to be kept or dropped first."""
    dropped: tuple[AuditFinding, ...]
    """What was dropped by name."""


def before_up(findings: Iterable[AuditFinding], drops: Sequence[str]) -> BeforeUp:
    """Sort what the update would overwrite by whether somebody said so.

    Args:
        findings: of an audit.
        drops: names (`AuditFinding.name`) of what may go; ARNs in any letter case.

    Raises:
        Refused: nothing that would be overwritten is called so: a slip of the pen must not pass for a decision.
    """
    overwritten = [each for each in findings if each.overwritten]
    named = {each.name.lower(): each.name for each in overwritten}
    if problems := [_unknown(drop, sorted(named.values())) for drop in drops if drop.lower() not in named]:
        raise Refused(problems)
    wanted = {drop.lower() for drop in drops}
    return BeforeUp(
        stops=tuple(each for each in overwritten if each.name.lower() not in wanted),
        dropped=tuple(each for each in overwritten if each.name.lower() in wanted),
    )


def _unknown(drop: str, names: Sequence[str]) -> Problem:
    near = difflib.get_close_matches(drop, names, n=1, cutoff=0.8)
    rule = "the update would take away nothing that is called so"
    listed = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
    fix = f"did you mean {near[0]}?" if near else f"leave it out; there is: {listed or 'nothing'}"
    return Problem(path="--drop", value=drop, rule=rule, fix=fix)


def read_deployed(document: object) -> Deployed:
    """Read what the last update recorded of itself: the outputs `access` and `node_role_arns` of the stack.

    Not its resources: a refresh writes what it finds in the cluster into them, foreign lines included.

    Args:
        document: content of `pulumi stack export`.

    Raises:
        Refused: it is no state.
    """
    (placed,) = as_documents([document])
    stack = next(read_resources(placed).of(_STACK), None)
    values = stack.values if stack else {}
    principals: dict[str, Ours] = {}
    access = known(values.get("access"))
    for raw in access if isinstance(access, list) else []:
        if isinstance(raw, Mapping) and isinstance(raw.get("principal"), str):
            groups = raw.get("groups")
            principals[identity(raw["principal"])] = Ours(
                username=str(raw.get("username") or ""),
                groups=frozenset(map(str, groups if isinstance(groups, list) else [])),
            )
    roles = known(values.get("node_role_arns"))
    arns = roles.values() if isinstance(roles, Mapping) else ()
    return Deployed(principals=principals, nodes=frozenset(identity(arn) for arn in arns if isinstance(arn, str)))
