"""Texts that others wrote, made harmless before they are shown. Pure."""

from __future__ import annotations


def printable(text: str) -> str:
    """Write control characters and line breaks as escapes: values come from files that others write."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)
