"""The secrets that a run handled: the engine's log has them in clear, a recording must not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sandbox.standins.values import OUTPUT_MARK, SECRET_MARK, SIGNATURE

_CREDENTIAL: Final = re.compile("password|secret|token|private|client-key", re.IGNORECASE)
_BY_CHANCE: Final = 12
"""A shorter text would be found by chance."""
_ARN: Final = r"\barn:[\w-]+:[\w:/.@+=*-]*"


def pattern_of(secrets: Iterable[str]) -> re.Pattern[str] | None:
    """Return what finds these secrets in a text, as its group `secret`, and passes over ARNs.

    Only whole words: a person's or a role's name that happens to be a secret's value as well is part of many others.
    """
    longest_first = "|".join(re.escape(secret) for secret in sorted(secrets, key=len, reverse=True))
    if not longest_first:
        return None
    begins = r"(?:(?<![\w-])|(?<=\\[nrt]))"  # the latter: after an escape, in a document within a text
    return re.compile(rf"{_ARN}|{begins}(?P<secret>{longest_first})(?![\w-])")


def secrets_of(value: Any) -> set[str]:
    """Return the secrets that stand in clear in what the engine logged, to be looked for everywhere else.

    Of a secret structure, such as a kubeconfig, only what is a credential: the rest of it is told elsewhere openly.
    """
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == SECRET_MARK or (value.get(SIGNATURE) == OUTPUT_MARK and value.get("secret")):
            return set(_credentials(value.get("value"), wanted=True))
        return set().union(*(secrets_of(item) for item in value.values()))
    if isinstance(value, list):
        return set().union(*(secrets_of(item) for item in value))
    return set()


def _credentials(value: Any, *, wanted: bool) -> Iterable[str]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _credentials(item, wanted=bool(_CREDENTIAL.search(key)))
    elif isinstance(value, list):
        for item in value:
            yield from _credentials(item, wanted=wanted)
    elif wanted and isinstance(value, str) and len(value) >= _BY_CHANCE:
        yield value
