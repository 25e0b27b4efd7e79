"""Trust policies of our roles: who was declared, and who may assume them now.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html (who was deleted
is left as a unique id, AIDA… or AROA…, which nobody is).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_DEAD = re.compile(r"A(?:IDA|ROA|GPA|NPA)[A-Z0-9]{12,}")


@dataclass(frozen=True, slots=True)
class Trust:
    """What a trust policy says, whatever it is written like."""

    allows: Mapping[str, frozenset[frozenset[str]]] = field(default_factory=dict)
    """Principal, e.g. ``AWS arn:…`` or ``Service ec2.amazonaws.com`` → the conditions of each statement for it."""
    denies: bool = False
    readable: bool = True


def read(document: object) -> Trust:
    """Read a trust policy; what can't be read says nothing that can be relied on."""
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except (ValueError, RecursionError):
            return Trust(readable=False)
    if not isinstance(document, Mapping):
        return Trust(readable=False)
    allows: dict[str, frozenset[frozenset[str]]] = {}
    denies = False
    for statement in _each(document.get("Statement")):
        if not isinstance(statement, Mapping):
            return Trust(readable=False)
        if statement.get("Effect") != "Allow":
            denies = True
            continue
        actions = sorted(str(action).lower() for action in _each(statement.get("Action")))
        conditions = frozenset([f"for {', '.join(actions)}", *_conditions(statement.get("Condition"))])
        for principal in _principals(statement):
            allows[principal] = allows.get(principal, frozenset()) | {conditions}
    return Trust(allows, denies)


def differences(real: Trust, declared: Trust) -> Iterator[tuple[bool, str]]:
    """Say each difference; True where somebody gets in who should not."""
    if not real.readable:
        yield True, "its trust policy can't be read"
        return
    for principal in sorted(real.allows.keys() - declared.allows.keys()):
        if _DEAD.fullmatch(principal.partition(" ")[2]):
            yield False, f"it trusts {principal.partition(' ')[2]}, which is the id of somebody who was deleted"
        else:
            yield True, f"it also trusts {_named(principal)}"
    for principal in sorted(declared.allows.keys() - real.allows.keys()):
        yield False, f"it doesn't trust {_named(principal)} any more"
    for principal in sorted(real.allows.keys() & declared.allows.keys()):
        theirs, ours = real.allows[principal], declared.allows[principal]
        if theirs != ours:
            weaker = any(not any(asked <= said for asked in ours) for said in theirs)
            said = " or ".join(sorted(", ".join(sorted(each)) for each in theirs))
            yield weaker, f"it trusts {_named(principal)} on other conditions: {said}"
    if real.denies and not declared.denies:
        yield False, "a statement denies somebody"


def _named(principal: str) -> str:
    kind, _, name = principal.partition(" ")
    return name if kind == "AWS" else principal


def _principals(statement: Mapping[str, Any]) -> Iterator[str]:
    if "NotPrincipal" in statement:
        yield "NotPrincipal " + json.dumps(statement["NotPrincipal"], sort_keys=True)
    found = statement.get("Principal")
    if isinstance(found, str):
        yield f"AWS {found}"
    for kind, names in found.items() if isinstance(found, Mapping) else ():
        for name in _each(names):
            account = re.fullmatch(r"\d{12}", str(name))
            yield f"{kind} account {name}" if account else f"{kind} {name}"


def _conditions(condition: object) -> Iterator[str]:
    for operator, tests in condition.items() if isinstance(condition, Mapping) else ():
        for key, values in tests.items() if isinstance(tests, Mapping) else ():
            said = ", ".join(sorted(str(value).lower() for value in _each(values)))
            yield f"{str(operator).lower()} {str(key).lower()} {said}"


def _each(value: object) -> list[Any]:
    """IAM takes one thing where it takes a list of one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
