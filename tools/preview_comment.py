"""Compose the comment of a pull request out of what one environment's preview and the access diff say.

    python tools/preview_comment.py dev --preview preview.json --access access.md --check check.md > comment.md

What comes from declarations and programs is shown as code: nobody is mentioned, nothing is a link. GitHub refuses
comments of more than 65,536 characters, so changes are listed as long as there is room, and the rest is counted.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from eks_access.cli.output import code, printable

LIMIT = 65_000
"""Characters of a comment, below GitHub's 65,536."""
MARKER = "<!-- eks-access preview: {} -->"
"""First line of the comment: by it the poster finds the one to update."""
_CHANGES = 20_000
_KEPT = frozenset({"same", "read", "refresh"})
_RECORDS = ("eks-access:index:", "pulumi:pulumi:", "eks:index:")
"""Types that only record what others made."""


def compose(stack: str, preview: Mapping[str, Any] | str, access: str, check: str) -> str:
    """Return the comment.

    Args:
        stack: the environment.
        preview: what `pulumi preview --json` printed; a text says why there is none.
        access: Markdown of `eks-access diff`.
        check: Markdown of `eks-access check`, empty where it found nothing.
    """
    changes = [] if isinstance(preview, str) else list(_changes(preview.get("steps") or ()))
    head = _head(stack, preview, changes)
    folded = _folded(changes)
    room = LIMIT - len(MARKER) - sum(map(len, (head, folded, stack)))
    parts = [MARKER.format(stack), head, _cut(access, room * 3 // 4), _cut(_findings(check), room // 5), folded]
    return "\n\n".join(part for part in parts if part) + "\n"


def _head(stack: str, preview: Mapping[str, Any] | str, changes: Sequence[tuple[str, str, str]]) -> str:
    title = f"## {code(stack)}: "
    if isinstance(preview, str):
        return f"{title}no preview\n\n{code(printable(preview.strip())[:2000])}"
    if errors := list(_errors(preview.get("diagnostics") or ())):
        return "\n\n".join([f"{title}no preview", *errors])
    counted = Counter(op for op, _, _ in changes)
    said = ", ".join(f"{number} to {op}" for op, number in sorted(counted.items()))
    return title + (said or "nothing changes in the cluster or the account")


def _errors(diagnostics: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Show what the engine reports as errors, but for its closing words."""
    said = [str(each.get("message", "")).strip() for each in diagnostics if each.get("severity") == "error"]
    for message in list(dict.fromkeys(each for each in said if each != "error: preview failed"))[:5]:
        yield code(printable(message.replace("\n", " "))[:1000])


def _changes(steps: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for step in steps:
        types, _, name = str(step.get("urn", "")).partition("::")[2].partition("::")[2].partition("::")
        kind, op = types.rpartition("$")[2], str(step.get("op", ""))
        if op not in _KEPT and not kind.startswith(_RECORDS):
            yield op, kind, name


def _folded(changes: Sequence[tuple[str, str, str]]) -> str:
    if not changes:
        return ""
    lines: list[str] = []
    left = _CHANGES
    for op, kind, name in sorted(changes):
        line = f"- {code(printable(op))} {code(printable(kind)[:200])} {code(printable(name)[:200])}"
        left -= len(line) + 1
        if left < 0:
            lines.append(f"- … {len(changes) - len(lines)} more")
            break
        lines.append(line)
    summary = f"<summary>{len(changes)} resources change</summary>"
    return "\n".join(["<details>", summary, "", *lines, "", "</details>"])


def _findings(check: str) -> str:
    return f"### Findings of the checks\n\n{check.strip()}" if check.strip() else ""


def _cut(text: str, room: int) -> str:
    """Keep whole lines; what was folded is closed again."""
    text = text.strip()
    if len(text) <= room:
        return text
    kept = text[: room - 100].rpartition("\n")[0]
    open_ = kept.count("<details>") - kept.count("</details>")
    return kept + "\n" + "</details>\n" * open_ + "\n… cut here: run the command for the rest"


def main() -> int:
    """Read the files and print the comment."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("stack")
    parser.add_argument("--preview", type=Path, required=True, help="JSON of the preview, or what it said instead")
    parser.add_argument("--access", type=Path, required=True)
    parser.add_argument("--check", type=Path, required=True)
    given = parser.parse_args()
    said = given.preview.read_text()
    try:
        preview = json.loads(said)
    except ValueError:
        preview = said or "the preview said nothing"
    if not isinstance(preview, dict):
        preview = said
    sys.stdout.write(compose(given.stack, preview, given.access.read_text(), given.check.read_text()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
