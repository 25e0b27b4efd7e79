"""Field selectors, as far as authorization looks at them: whether they choose a single value of a field.

Source: k8s.io/apimachinery pkg/fields/selector.go (ParseSelector, RequiresExactMatch).
"""

from __future__ import annotations

import re

_TERM = re.compile(r"(?:[^\\,]|\\.|\\\Z)+", re.DOTALL)
_OPERATOR = re.compile(r"!=|==|=")
_ESCAPE = re.compile(r"\\([\\,=])")


def exact_match(selector: str, field: str) -> str | None:
    """Return the value that `field` must have; None where there is none, or the selector can't be parsed."""
    terms = []
    for text in sorted(_TERM.findall(selector)):
        operator = _OPERATOR.search(text)
        if operator is None:
            return None
        value = _unescape(text[operator.end() :])
        if value is None:
            return None
        terms.append((text[: operator.start()], operator[0], value))
    return next((value for name, operator, value in terms if name == field and operator != "!="), None)


def _unescape(text: str) -> str | None:
    plain = _ESCAPE.sub("", text)
    return None if re.search(r"[\\,=]", plain) else _ESCAPE.sub(r"\1", text)
