"""Letter case and white space as Go's ``strings`` and ``unicode`` see them: one character for one."""

from __future__ import annotations

_SPACE = "\t\n\v\f\r \x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
"""``unicode.IsSpace``; Python's own idea has four control characters more."""


def go_strip(text: str) -> str:
    """``strings.TrimSpace``."""
    return text.strip(_SPACE)


def go_lower(text: str) -> str:
    """``strings.ToLower``: never more characters than before, and no final sigma."""
    return text.lower() if text.isascii() else "".join(letter.lower()[0] for letter in text)


def fold(text: str) -> str:
    """Fold case one character for one: two texts are ``strings.EqualFold`` exactly if this makes them equal.

    So a long s is an s, but a sharp s is not two.
    """
    return text.lower() if text.isascii() else "".join(map(_fold, text))


def _fold(letter: str) -> str:
    folded = letter.casefold()
    if len(folded) == 1:
        return folded
    lower = letter.lower()
    return lower if len(lower) == 1 else letter
