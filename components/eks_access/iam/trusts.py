"""Trust policies that let in more than the principals they name.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html (an account, by its
id or its root, stands for everybody in it; ``*`` for everybody in AWS).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

_ACCOUNT = re.compile(r"[0-9]{12}|arn:[\w-]+:iam::[0-9]{12}:root")


def open_statements(document: str) -> Iterator[str]:
    """List the whole accounts, and the ``*``, that a trust policy lets in without any condition."""
    try:
        policy = json.loads(document)
    except (ValueError, RecursionError):
        return
    for statement in _each(policy.get("Statement") if isinstance(policy, Mapping) else None):
        if not isinstance(statement, Mapping) or statement.get("Effect") != "Allow" or statement.get("Condition"):
            continue
        principal = statement.get("Principal")
        named = principal.get("AWS") if isinstance(principal, Mapping) else principal
        for each in _each(named):
            if isinstance(each, str) and ("*" in each or _ACCOUNT.fullmatch(each)):
                yield each


def _each(value: object) -> list[object]:
    """IAM takes one thing where it takes a list of one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
