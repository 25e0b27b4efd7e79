"""How a planned migration is shown."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from ..authn.access_entries import AccessEntry
from ..migration.actions import Target
from ..migration.model import LineFate, Migration, Obstacle, Step
from .output import Format, Line, code, markdown, printable, say, say_json

_MOST_SHOWN = 20
_STYLES = {"stuck": "red", "never matched": "dim", "shadowed": "dim", "entry": "green", "made by EKS": "green"}


def show_migration(migration: Migration, arn: str | None, label: str, format: Format) -> None:
    """Print it; commands name the region that the cluster's ARN tells."""
    region = arn.split(":")[3] if arn else None
    target = Target(cluster=migration.cluster or "CLUSTER", region=region or None)
    if format is Format.JSON:
        say_json(_data(migration, target))
    elif format is Format.MD:
        typer.echo("\n".join(_markdown(migration, target, label)))
    else:
        say(_text(migration, target, label))


def _way(migration: Migration) -> str:
    modes = dict.fromkeys((migration.mode, *(step.mode for step in migration.steps)))
    return " → ".join(modes)


def _text(migration: Migration, target: Target, label: str) -> Iterator[Line]:
    yield "bold", f"{printable(migration.cluster or 'the cluster')}: {_way(migration)}  ({printable(label)})"
    if not migration.steps:
        yield "green", "in the last mode already: nothing to do"
        return
    if migration.lines:
        yield "", ""
        yield "bold", "aws-auth, line by line"
    for line in migration.lines:
        why = line.why.partition("\n")[0]
        said = f"  {line.place} {line.line.arn}: {line.fate}{f', {why}' if why else ''}"
        yield _STYLES.get(line.fate, ""), printable(said)
    for number, step in enumerate(migration.steps, 1):
        yield "", ""
        yield from _step_text(migration, step, number, target)
    if migration.obstacles:
        yield "", ""
        yield "bold", "in the way"
    for obstacle in migration.obstacles:
        yield from _obstacle_text(obstacle)


def _step_text(migration: Migration, step: Step, number: int, target: Target) -> Iterator[Line]:
    yield "bold", f"step {number}: {step.title} ({step.mode})"
    yield from (("", f"  access: {printable(said)}") for said in _access(step))
    for entry in step.made_by_eks:
        yield "", printable(f"  EKS makes by itself: {_entry(entry)}")
    for said in step.differences:
        yield "yellow", printable(f"  not the very same: {said}")
    if migration.is_blocked(step):
        yield "red", f"  not yet: {_not_yet(migration, step)}"
        return
    for said in step.declare:
        yield "", printable(f"  declare: {said}")
    for action in step.actions:
        for line in action.command(target).split("\n"):
            yield "cyan", printable(line)


def _access(step: Step) -> Iterator[str]:
    if step.evidence.empty:
        yield f"nobody gains or loses anything; {step.evidence.compared} ways in and node roles compared"
    yield from step.evidence.renamed
    for change in step.evidence.changed:
        ways = [name for name, rights in (("gains", change.gains), ("loses", change.loses)) if rights]
        yield f"{change.kind} {change.name} {' and '.join(ways) or 'enters otherwise'}"


def _not_yet(migration: Migration, step: Step) -> str:
    if migration.obstacles_to(step.mode):
        return "see what is in the way"
    return "it changes the access that is named above" if not step.evidence.empty else "a step before it can't be done"


def _obstacle_text(obstacle: Obstacle) -> Iterator[Line]:
    yield "red", printable(f"  before {obstacle.mode}: {obstacle.what}")
    yield "", printable(f"    {obstacle.why}")
    for who in obstacle.affected[:_MOST_SHOWN]:
        yield "", printable(f"    affected: {who}")
    if (more := len(obstacle.affected) - _MOST_SHOWN) > 0:
        yield "", f"    and {more} more"
    yield "", printable(f"    → {obstacle.fix}")


def _entry(entry: AccessEntry) -> str:
    policies = ", ".join(scope.policy for scope in entry.policies)
    return f"{entry.principal_arn}, type {entry.type}" + (f", with {policies}" if policies else "")


def _markdown(migration: Migration, target: Target, label: str) -> Iterator[str]:
    yield f"### {markdown(migration.cluster or 'the cluster')}: {_way(migration).replace('_', chr(92) + '_')}"
    yield f"\nFrom {markdown(label)}."
    if not migration.steps:
        yield "\nIn the last mode already: nothing to do."
        return
    yield "\n| Line | Principal | What becomes of it |\n|---|---|---|"
    for line in migration.lines:
        why = line.why.partition("\n")[0]
        yield _row(code(line.place), code(line.line.arn), markdown(f"{line.fate}{f': {why}' if why else ''}"))
    for number, step in enumerate(migration.steps, 1):
        yield f"\n#### Step {number}: {step.title} ({code(step.mode)})\n"
        yield from (f"- access: {markdown(said)}" for said in _access(step))
        yield from (f"- EKS makes by itself: {markdown(_entry(entry))}" for entry in step.made_by_eks)
        yield from (f"- not the very same: {markdown(said)}" for said in step.differences)
        if migration.is_blocked(step):
            yield f"- **not yet**: {_not_yet(migration, step)}"
            continue
        yield from (f"- declare: {code(said)}" for said in step.declare)
        commands = "\n".join(printable(line) for a in step.actions for line in a.command(target).split("\n"))
        fence = "`" * max(3, 1 + _longest_fence(commands))
        yield f"\n{fence}sh\n{commands}\n{fence}"
    if migration.obstacles:
        yield "\n#### In the way\n"
    for obstacle in migration.obstacles:
        who = f" Affected: {', '.join(map(code, obstacle.affected[:_MOST_SHOWN]))}." if obstacle.affected else ""
        yield f"- before {code(obstacle.mode)}: {markdown(obstacle.what)}: {markdown(obstacle.why)}.{who}"
        yield f"  → {markdown(obstacle.fix)}"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _longest_fence(text: str) -> int:
    import re

    return max((len(run) for run in re.findall("`+", text)), default=0)


def _data(migration: Migration, target: Target) -> dict[str, object]:
    return {
        "cluster": migration.cluster,
        "mode": migration.mode,
        "to": migration.to,
        "clean": migration.clean,
        "lines": [_line_data(line) for line in migration.lines],
        "steps": [_step_data(migration, step, target) for step in migration.steps],
        "obstacles": [
            {
                "mode": each.mode,
                "what": each.what,
                "why": each.why,
                "affected": list(each.affected),
                "fix": each.fix,
            }
            for each in migration.obstacles
        ],
        "notices": list(migration.notices),
    }


def _line_data(line: LineFate) -> dict[str, object]:
    return {"place": line.place, "arn": line.line.arn, "fate": line.fate, "why": line.why.partition("\n")[0]}


def _step_data(migration: Migration, step: Step, target: Target) -> dict[str, object]:
    blocked = migration.is_blocked(step)
    return {
        "title": step.title,
        "mode": step.mode,
        "blocked": blocked,
        "empty": step.evidence.empty,
        "compared": step.evidence.compared,
        "changes": list(_access(step)) if not step.evidence.empty else [],
        "differences": list(step.differences),
        "madeByEks": [{"principalArn": each.principal_arn, "type": each.type} for each in step.made_by_eks],
        "declare": list(step.declare),
        "commands": [] if blocked else [action.command(target) for action in step.actions],
    }
