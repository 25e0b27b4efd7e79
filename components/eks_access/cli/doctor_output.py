"""The way into a cluster as it is walked: step by step in text, at the end in Markdown and JSON."""

from __future__ import annotations

from dataclasses import asdict

from ..diagnosis.model import Finding, Wall
from ..live.patient import Step
from .output import Format, code, markdown, printable, say, say_json
from .why_output import finding_markdown, finding_text

_BEFORE = (Wall.CREDENTIALS, Wall.CALLER, Wall.CLUSTER, Wall.ENDPOINT)
"""What ends there is no matter of access: the rest of the way can't be walked."""


class Telling:
    """Tells a walk, and remembers how it went."""

    def __init__(self, label: str | None, format: Format) -> None:
        self._label = label
        self._format = format
        self._steps: list[Step] = []
        self._findings: list[Finding] = []

    @property
    def free(self) -> bool:
        """Whether nothing stands in the way."""
        return all(finding.wall is Wall.NONE for finding in self._findings)

    @property
    def cut_short(self) -> bool:
        """Whether the walk ended before it came to who may get in."""
        return any(finding.wall in _BEFORE for finding in self._findings)

    def tell(self, seen: Step | Finding) -> None:
        """Tell what was just seen; those who read along get it at once."""
        if isinstance(seen, Finding):
            self._findings.append(seen)
            return
        self._steps.append(seen)
        if self._format is Format.TEXT:
            mark, style = ("✓", "green") if seen.free else ("✗", "bold red")
            say([(style, printable(f"{mark} {seen.wall}: {seen.said}"))])

    def end(self) -> None:
        """Tell what came of it."""
        if self._format is Format.JSON:
            steps = [{**asdict(step), "wall": str(step.wall)} for step in self._steps]
            found = [{**asdict(finding), "wall": str(finding.wall)} for finding in self._findings]
            say_json({"source": self._label, "free": self.free, "steps": steps, "findings": found})
        elif self._format is Format.MD:
            say(("", line) for line in self._markdown())
        else:
            for finding in self._findings:
                say([("", ""), *finding_text(finding, self._label)])
            if not self._findings:
                say([("", ""), ("green", "the way is free")])

    def _markdown(self) -> list[str]:
        lines = [f"- {'✓' if step.free else '✗'} {markdown(str(step.wall))}: {code(step.said)}" for step in self._steps]
        lines.append("")
        for finding in self._findings:
            lines += finding_markdown(finding, self._label)
        return lines if self._findings else [*lines, "The way is free."]
