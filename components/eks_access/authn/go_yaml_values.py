"""What a scalar stands for: YAML 1.1 as go-yaml v2 resolves it.

Source: go.yaml.in/yaml/v2 v2.4.3, ``resolve.go`` and ``decode.go`` (``scalar``). A timestamp stays text (``decode.go``:
"It looks like a timestamp but for backward compatibility reasons we set it as a string").
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from calendar import monthrange

from .go_yaml_text import GoYamlError

Scalar = str | int | float | bool | None

_PREFIX = "tag:yaml.org,2002:"
STRING, BOOL, INT, FLOAT, NULL, TIMESTAMP, BINARY, MERGE = (
    _PREFIX + name for name in ("str", "bool", "int", "float", "null", "timestamp", "binary", "merge")
)
_RESOLVABLE = {"", STRING, BOOL, INT, FLOAT, NULL, TIMESTAMP}
_WORDS: dict[str, tuple[str, Scalar]] = {
    **{each: (BOOL, True) for word in ("y", "yes", "true", "on") for each in (word, word.capitalize(), word.upper())},
    **{each: (BOOL, False) for word in ("n", "no", "false", "off") for each in (word, word.capitalize(), word.upper())},
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), (NULL, None)),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), (FLOAT, math.nan)),
    **{sign + each: (FLOAT, math.inf) for sign in ("", "+") for each in (".inf", ".Inf", ".INF")},
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), (FLOAT, -math.inf)),
}
_NUMERIC = "+-0123456789"
_HINTS = _NUMERIC + "yYnNtTfFoO~."
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_INTEGER = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))", re.ASCII)
_SIGNED_BINARY = re.compile(r"0b([-+]?[01]+)", re.ASCII)
_TIMESTAMP = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(?:Z|[-+](\d\d):(\d\d)))"
    r"|(?: (\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?))?",
    re.ASCII,
)


def scalar(tag: str, text: str, *, implicit: bool) -> tuple[str, Scalar]:
    """Resolve a scalar into its tag and its value."""
    if not tag and not implicit:
        return STRING, text
    if tag not in _RESOLVABLE:
        return tag, _bytes_of(text) if tag == BINARY else text
    if tag == STRING:
        return STRING, text
    found, value = _guess(tag, text)
    if tag in ("", found):
        return found, value
    if tag == FLOAT and found == INT and isinstance(value, int) and value < 2**63:
        return FLOAT, float(value)
    raise GoYamlError(f"cannot decode {_short(found)} `{text}` as a {_short(tag)}")


def _short(tag: str) -> str:
    return tag.replace(_PREFIX, "!!")


def _guess(tag: str, text: str) -> tuple[str, Scalar]:
    if text and text[0] not in _HINTS:
        return STRING, text
    if text in _WORDS:
        return _WORDS[text]
    if text[0] == ".":
        number = _float(text)
        return (STRING, text) if number is None else (FLOAT, number)
    if text[0] not in _NUMERIC:
        return STRING, text
    if tag in ("", TIMESTAMP) and _is_timestamp(text):
        return TIMESTAMP, text
    return _number(text)


def _number(text: str) -> tuple[str, Scalar]:
    plain = text.replace("_", "")
    if (found := _INTEGER.fullmatch(plain)) is not None:
        sign, *digits = found.groups()
        value = next(int(each, base) for each, base in zip(digits, (16, 2, 8, 10), strict=True) if each is not None)
        value = -value if sign == "-" else value
        if -(2**63) <= value < (2**63 if sign else 2**64):
            return INT, value
    if _FLOAT.fullmatch(plain) and (number := _float(plain)) is not None:
        return FLOAT, number
    if (signed := _SIGNED_BINARY.fullmatch(plain)) is not None and -(2**63) <= int(signed[1], 2) < 2**63:
        return INT, int(signed[1], 2)
    return STRING, text


def _float(text: str) -> float | None:
    """Go's ParseFloat refuses what is out of range."""
    if not _FLOAT.fullmatch(text):
        return None
    value = float(text)
    return None if math.isinf(value) else value


def _is_timestamp(text: str) -> bool:
    """Go's time.Parse with the four layouts of ``allowedTimestampFormats``."""
    found = _TIMESTAMP.fullmatch(text)
    if found is None:
        return False
    year, month, day, *times = (int(each or 0) for each in found.groups())
    hours, minutes = (times[0], times[5]), (times[1], times[6])
    return (
        1 <= month <= 12
        and 1 <= day <= (monthrange(year or 4, month)[1])
        and max(hours) < 24
        and max(*minutes, times[2], times[7]) < 60
        and times[3] <= 24
        and times[4] <= 60
    )


def _bytes_of(text: str) -> str:
    """Decode base64 as Go's StdEncoding: line breaks don't count, all else does.

    Bytes that are no UTF-8 become surrogates.
    """
    packed = text.replace("\r", "").replace("\n", "")
    if not re.fullmatch(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", packed, re.ASCII):
        raise GoYamlError("!!binary value contains invalid base64 data")
    try:
        return base64.b64decode(packed).decode("utf-8", "surrogateescape")
    except binascii.Error as error:  # pragma: no cover, the pattern leaves nothing to find
        raise GoYamlError("!!binary value contains invalid base64 data") from error
