"""Trust policies of IAM roles: who may assume which role.

Only what names principals is of use here: a service, a federation or a whole account is nobody in particular.
Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

PRINCIPAL = re.compile(r"arn:[\w-]+:iam::(?P<account>\d{12}):(?P<kind>user|role)/(?P<name>\S+)")
_MFA = "aws:multifactorauthpresent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """One principal that may assume a role."""

    arn: str
    mfa: bool = False
    """Whether it must have given a code."""

    @property
    def is_user(self) -> bool:
        """True for an IAM user, which alone can give a code."""
        return ":user/" in self.arn

    @property
    def name(self) -> str:
        """Last part of its ARN."""
        return self.arn.rpartition("/")[2]


def read_trust(document: object) -> tuple[Trusted, ...]:
    """List the users and roles that a trust policy names; none where it is unknown or not one."""
    if isinstance(document, str):
        try:
            document = json.loads(document)
        except (ValueError, RecursionError):
            return ()
    if not isinstance(document, Mapping):
        return ()
    found: dict[str, Trusted] = {}
    for statement in _each(document.get("Statement")):
        if isinstance(statement, Mapping) and statement.get("Effect") == "Allow" and _assumes(statement):
            for arn in _principals(statement.get("Principal")):
                mfa = _asks_mfa(statement.get("Condition"))
                # of two statements the one that asks for less is enough to get in
                found[arn] = Trusted(arn=arn, mfa=mfa and (arn not in found or found[arn].mfa))
    return tuple(found.values())


def _assumes(statement: Mapping[str, Any]) -> bool:
    return any(
        isinstance(action, str) and fnmatchcase("sts:assumerole", action.lower())
        for action in _each(statement.get("Action"))
    )


def _principals(principal: object) -> Iterator[str]:
    if isinstance(principal, Mapping):
        for each in _each(principal.get("AWS")):
            if isinstance(each, str) and PRINCIPAL.fullmatch(each):
                yield each


def _asks_mfa(condition: object) -> bool:
    """Tell whether a code must have been given; BoolIfExists asks none of access keys, which have no such key."""
    if not isinstance(condition, Mapping):
        return False
    return any(
        isinstance(tests, Mapping)
        and str(operator).lower() == "bool"
        and any(str(key).lower() == _MFA and "true" in (str(v).lower() for v in _each(v)) for key, v in tests.items())
        for operator, tests in condition.items()
    )


def _each(value: object) -> list[object]:
    """IAM takes one thing where it takes a list of one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
