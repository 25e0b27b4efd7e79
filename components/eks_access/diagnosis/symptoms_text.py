"""Pasted text → text that patterns can be held against: bounded, without markup, escapes and line wraps."""

from __future__ import annotations

import html
import re
import unicodedata

MOST = 64 * 1024
"""Characters that are looked at: the first and the last half of them."""
_ANSI = re.compile(r"\x1b(?:\[[0-9;?:<=>]{0,64}[ -/]{0,4}[@-~]|\][^\x07\x1b\n]{0,2048}(?:\x07|\x1b\\)|[@-Z\\^_])")
_JSON_ESCAPE = re.compile(r"\\{1,2}u00(3c|3e|26|27|22)", re.IGNORECASE)
_QUOTE_ESCAPE = re.compile(r"(?<!\\)\\{1,4}(?=[\"'])")
_FRAME = re.compile(r"^[ \t]{0,16}[│┃╷╵|>]{1,4}", re.MULTILINE)
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "\xa0": " "})  # noqa: RUF001
_ARN = re.compile(
    r"arn:aws[a-z-]{0,20}:(?:iam|sts)::[0-9]{12}:(?:(?:user|role|assumed-role|federated-user)/[\w+=,.@/-]{1,600}|root)"
)
_NOT_WHO_ASKED = ("rolearn: ", "userarn: ", 'rolearn: "', 'userarn: "', "resource: ", "--role-arn ")
_SHOWN = 200


def views(text: str) -> tuple[str, ...]:
    """Return the text on one line: once with line breaks as spaces, once for text that was wrapped within words."""
    clean = _cleaned(text)
    flat = " ".join(clean.split())
    glued = " ".join(re.sub(r"\n[ \t]*", "", clean).split())
    return (flat,) if glued == flat else (flat, glued)


def principals_in(text: str) -> tuple[str, ...]:
    """List the ARNs of IAM principals in a text that may be those who asked, each once.

    Not those of lines of aws-auth that were pasted too, nor what an action was asked for.
    """
    found = (
        match
        for match in _ARN.finditer(text)
        if not text[max(0, match.start() - 12) : match.start()].endswith(_NOT_WHO_ASKED)
    )
    return tuple(dict.fromkeys(match[0].rstrip(".,-=@/") for match in found))[:8]


def shown(text: str, start: int, end: int) -> str:
    """Return what was recognised, shortened."""
    found = text[start:end].strip()
    return found if len(found) <= _SHOWN else found[: _SHOWN - 1] + "…"


def unwrapped(name: str) -> str:
    """Drop the spaces that a line break left in a name that can have none."""
    return name.replace(" ", "")


def _cleaned(text: str) -> str:
    if len(text) > MOST:
        text = text[: MOST // 2] + "\n" + text[-MOST // 2 :]
    text = html.unescape(text)
    text = text.replace("\\r", "").replace("\\n", "\n").replace("\\t", " ") if '\\"' in text else text
    text = _JSON_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    text = _ANSI.sub("", text).replace("\r\n", "\n").replace("\r", "\n").translate(_QUOTES)
    text = "".join(char for char in text if char in "\n\t" or unicodedata.category(char)[0] != "C")
    return _FRAME.sub("", _QUOTE_ESCAPE.sub("", text))
