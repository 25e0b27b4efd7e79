"""Trust policies that let in more than the principals they name.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html (an account, by its
id or its root, stands for everybody in it; ``*`` for everybody in AWS; a federated principal for everybody who can
sign in with that provider).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

_ABOUT_NOBODY = {"aws:securetransport", "aws:currenttime", "aws:epochtime"}
"""Conditions that say when and over what line, and not who."""
_ACCOUNT = re.compile(r"[0-9]{12}|arn:[\w-]+:iam::[0-9]{12}:root")


def open_statements(document: str) -> Iterator[str]:
    """List the whole accounts and providers, and the ``*``, that a trust policy lets in, whoever they are."""
    try:
        policy = json.loads(document)
    except (ValueError, RecursionError):
        return
    for statement in _each(policy.get("Statement") if isinstance(policy, Mapping) else None):
        if not isinstance(statement, Mapping) or statement.get("Effect") != "Allow":
            continue
        if not _narrows(statement.get("Condition")):
            yield from _open(statement)


def _open(statement: Mapping[str, object]) -> Iterator[str]:
    if "NotPrincipal" in statement:
        yield "everybody but those under NotPrincipal"
    principal = statement.get("Principal")
    federated = principal.get("Federated") if isinstance(principal, Mapping) else None
    named = principal.get("AWS") if isinstance(principal, Mapping) else principal
    yield from (each for each in _each(federated) if isinstance(each, str))
    for each in _each(named):
        if isinstance(each, str) and ("*" in each or _ACCOUNT.fullmatch(each)):
            yield each


def _narrows(condition: object) -> bool:
    """Tell a condition about who it is; one that fits everybody is none."""
    for block in condition.values() if isinstance(condition, Mapping) else ():
        for key, values in block.items() if isinstance(block, Mapping) else ():
            if str(key).lower() not in _ABOUT_NOBODY and any(value != "*" for value in _each(values)):
                return True
    return False


def _each(value: object) -> list[object]:
    """IAM takes one thing where it takes a list of one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
