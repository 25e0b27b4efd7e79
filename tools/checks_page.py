"""Write docs/checks.md: every check of the catalogue, with the examples of docs/checks.examples.yaml."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby
from pathlib import Path

import yaml
from eks_access.checks import Check, Needs, Over, catalogue

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "checks.md"
EXAMPLES = ROOT / "docs" / "checks.examples.yaml"
_HEAD = """# Checks

Written by `make checks-doc` from the catalogue; the tests try every example. An **error** refuses: nothing is
registered, and `eks-access check` exits with 1. A **warning** is told, in `check` and in every preview, and things go
on; `check --strict` exits with 1 for it. `eks-access check --list` prints the catalogue.

What a check looks at decides where it runs. Rules over a `declaration` are kept when it is read, with file and line.
Rules over a `plan` or a `cluster` run before anything is registered; those over a `cluster` judge any other cluster
too, whoever made it: `eks-access check --live --cluster NAME`, `check -f FILE` (manifests, dumps), `check --state`, or
in Python `eks_access.checks.find_state_problems`. Where a source doesn't tell everybody and everything, nothing is said
to be missing. Rules over `settings` and `stacks` are part of `check`, those over `findings` of whatever accepts some.

Findings to live with are accepted in the declaration, by id and path and with a reason; what lies below the path is
meant too. Every report shows them. Lock-outs can't be accepted, and neither can what is refused when it is read.

```yaml
accept:
  - {check: EA609, path: roles.auditor, reason: the yearly audit reads secrets, until: 2027-01-31}
```

Examples are pieces: of a declaration, of a stack file (`config`), of all stacks (`stacks`), or of what is in a
cluster. In the declarations aiko and botan are IAM users and admins, chie is an Identity Center permission set,
deployer the role that creates the cluster.
"""
_OVER = {"declaration": "the declaration", "plan": "the plan", "cluster": "any cluster"}
_NEEDS = {
    Needs.ONE: "of which one object is enough",
    Needs.SEVERAL: "whose objects it compares",
    Needs.ALL: "all of which it needs to see",
}


def page() -> str:
    """Render the whole page."""
    examples = yaml.safe_load(EXAMPLES.read_text())
    return "\n".join(_lines(examples)) + "\n"


def _lines(examples: Mapping[str, Mapping[str, str]]) -> Iterator[str]:
    yield _HEAD
    yield "| Check | Severity | Looks at | Rule |"
    yield "|---|---|---|---|"
    for each in catalogue():
        yield f"| [{each.id}](#{each.id.lower()}) | {each.severity} | {each.over} | {each.title} |"
    for family, checks in groupby(catalogue(), key=lambda each: each.family):
        yield ""
        yield f"## {family[0].upper()}{family[1:]}"
        for each in checks:
            yield from _section(each, examples[each.id])


def _section(each: Check, example: Mapping[str, str]) -> Iterator[str]:
    yield ""
    yield f"### {each.id}"
    yield ""
    needs = f", {_NEEDS[each.needs]}" if each.over is Over.CLUSTER else ""
    yield f"**{each.title}.** {str(each.severity).title()}, over {_OVER.get(each.over, each.over)}{needs}."
    yield ""
    found = each.find and each.find.__doc__
    yield f"- How: {_sentence(found) if found else 'the loader looks, and refuses with file and line.'}"
    yield f"- Why: {each.why}"
    yield f"- Fix: {each.fix}"
    if "by_hand" in example:
        yield f"- Example: {example['by_hand']}"
        return
    yield ""
    yield from ("```yaml", "# found", *example["fires"].rstrip().splitlines(), "```", "")
    yield from ("```yaml", "# mended", *example["mended"].rstrip().splitlines(), "```")


def _sentence(docstring: str) -> str:
    text = " ".join(docstring.split())
    return text[0].lower() + text[1:]


if __name__ == "__main__":
    PAGE.write_text(page())
