"""What was recovered, as text, Markdown and JSON."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import asdict

from ..live.engine import Holder
from ..live.recover import Outcome, Recovery
from .output import Format, Line, code, markdown, printable, say, say_json


def show(stack: str, recovery: Recovery, format: Format) -> None:
    """Print what was found and done."""
    if format is Format.JSON:
        say_json(_data(stack, recovery))
    elif format is Format.MD:
        say(("", f"- {markdown(text)}") for _, text in _lines(stack, recovery))
    else:
        say((style, printable(text)) for style, text in _lines(stack, recovery))


def holder_text(holder: Holder) -> str:
    """Say whose update it is."""
    return f"{holder.who} on {holder.host}, process {holder.pid}, since {holder.when}"


def _lines(stack: str, recovery: Recovery) -> Iterator[Line]:
    for file in recovery.mended:
        yield "yellow", f"the engine died while it wrote beside the checkpoint; set aside: {file}"
    yield from _lock(stack, recovery)
    for outcome in recovery.outcomes:
        yield from _outcome(stack, outcome, dry_run=recovery.dry_run)
    for urn in recovery.vanished:
        yield "yellow", f"gone: {urn.rpartition('::')[2]} is not there any more, and no longer in the state"
    if recovery.failure:
        yield "bold red", "the state could not be refreshed; the engine says:"
        for line in recovery.failure.splitlines():
            yield "", f"  {line}"
    if recovery.lock_left:
        return
    if recovery.dry_run:
        yield "", "nothing was changed, and no lock was looked for" if recovery.outcomes else "nothing had begun"
    elif recovery.done:
        yield "green", f"{stack} is ready: `pulumi up --stack {shlex.quote(stack)}` goes on from here"
    else:
        yield "bold red", f"{stack} is not ready yet: see above, then run this again"


def _lock(stack: str, recovery: Recovery) -> Iterator[Line]:
    for holder in recovery.running:
        yield "bold red", f"an update of {stack} still runs: {holder_text(holder)}; wait for it, or end it"
    if recovery.lock_left and not recovery.running:
        yield "bold red", f"{stack} is locked, and the lock was left; if no update runs: add --yes"
    for holder in recovery.cancelled:
        yield "", f"lock taken away: it was of {holder_text(holder)}"
    if recovery.lock_taken_away and not recovery.cancelled:
        yield "", "lock taken away"


def _outcome(stack: str, outcome: Outcome, *, dry_run: bool) -> Iterator[Line]:
    pending = outcome.pending
    what = f"{pending.type.rpartition(':')[2]} {pending.name}"
    if pending.settled_by_hand:
        yield "bold red", f"create of {what}: nobody knows under which id it would be"
        yield "", f"  look: {code(pending.look)}" if pending.look else "  look for it by hand"
        named = f"eks-access recover {shlex.quote(stack)}"
        yield "", f"  it is there: {named} --id {shlex.quote(pending.urn + '=ID')}"
        yield "", f"  it is not:   {named} --never {shlex.quote(pending.urn)}"
    elif pending.operation == "creating":
        told = {True: f"it is there ({pending.id}), and in the state now", False: "it never happened"}
        wanted = f"would be looked for as {pending.id}" if pending.id else "is in the state alone: would be cleared"
        cleared = "cleared; it is in the state alone"
        done = cleared if not pending.id else told.get(outcome.happened is True, "")
        yield "", f"create of {what}: {wanted if dry_run or outcome.happened is None else done}"
    elif pending.operation == "deleting":
        told = {True: "it is gone", False: "it is still there; the next update removes it"}
        found = "would be looked at" if outcome.happened is None else told[outcome.happened]
        yield "", f"delete of {what}: {found}"
    else:
        yield "", f"{pending.operation} {what}: {'would be read' if dry_run else 'read'} as it is"


def _data(stack: str, recovery: Recovery) -> dict[str, object]:
    return {
        "stack": stack,
        "ready": recovery.done and not recovery.dry_run,
        "dryRun": recovery.dry_run,
        "lock": {
            "takenAway": recovery.lock_taken_away,
            "left": recovery.lock_left,
            "holders": [asdict(holder) for holder in (*recovery.cancelled, *recovery.running)],
        },
        "pending": [
            {
                "urn": each.pending.urn,
                "operation": each.pending.operation,
                "type": each.pending.type,
                "id": each.pending.id or None,
                "happened": each.happened,
                "look": each.pending.look or None,
                "byHand": each.pending.settled_by_hand,
            }
            for each in recovery.outcomes
        ],
        "gone": list(recovery.vanished),
        "setAside": list(recovery.mended),
        "failure": recovery.failure or None,
    }
