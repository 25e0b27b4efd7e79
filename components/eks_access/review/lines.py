"""Whom the lines of aws-auth name, to find the ways in.

What becomes of a line is for the authenticator to say: here nothing is refused, and what names nobody is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

_SECTIONS = {"mapRoles": "rolearn", "mapUsers": "userarn"}
_LOADER: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One item of mapRoles or mapUsers."""

    arn: str
    username: str


def lines(aws_auth: Mapping[str, str]) -> Iterator[Line]:
    """List the items that name somebody, in the order in which they are looked at; keys fold as they do in Go."""
    for section, key in _SECTIONS.items():
        for item in _items(aws_auth.get(section, "")):
            folded = {str(name).lower(): value for name, value in item.items()}
            arn, username = folded.get(key), folded.get("username")
            if isinstance(arn, str) and arn:
                yield Line(arn=arn, username=username if isinstance(username, str) else "")


def _items(text: str) -> Iterator[Mapping[object, object]]:
    try:
        found = yaml.load(text, Loader=_LOADER)  # noqa: S506, a safe loader, the fast one where there is one
    # explicit tags of wrong values are everything but YAML errors: `!!int x`, `!!bool x`, `!!timestamp x`
    except (yaml.YAMLError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError):
        return
    for item in found if isinstance(found, list) else ():
        if isinstance(item, Mapping):
            yield item
