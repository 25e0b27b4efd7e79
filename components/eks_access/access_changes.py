"""What an update changes about access, told while the program runs: by preview and by up, without another command."""

from __future__ import annotations

import pulumi

from .plan.model import AccessPlan
from .printing import printable
from .review.declared import state_of_plan
from .review.diff import diff_access
from .review.diff.stored import read_stored_access, stored_access
from .review.diff.summary import summary_lines
from .review.state import AccessState

OUTPUT = "access_state"
"""Name of the stack's output in which the next run finds the access of this one."""
_READ_OUTPUTS = "pulumi:pulumi:readStackOutputs"
"""The engine's own function behind a StackReference; asked like this it is no resource of the stack."""


def tell_access_changes(plan: AccessPlan, resource: pulumi.Resource) -> str:
    """Log who gains and loses what since the last update, and return the access of this plan to be exported.

    What is found decides nothing about resources, so a preview shows the same with and without it.
    """
    before = _last(resource)
    if before is not None:
        diff = diff_access(before, state_of_plan(plan))
        first, *rest = summary_lines(diff)
        pulumi.log.info("\n  ".join([f"access: {first}", *map(printable, rest)]), resource)
    return stored_access(plan)


def _last(resource: pulumi.Resource) -> AccessState | None:
    """Read what the last update kept; None where there was none, or none that this version reads."""
    name = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    try:
        answer = pulumi.runtime.invoke(_READ_OUTPUTS, {"name": name}, pulumi.InvokeOptions(parent=resource)).value
    except Exception as error:  # a failed call has no class of its own
        pulumi.log.info(f"access: the last update can't be read, so nothing is compared: {error}", resource)
        return None
    outputs = answer.get("outputs") if isinstance(answer, dict) else None
    kept = outputs.get(OUTPUT) if isinstance(outputs, dict) else None
    before = read_stored_access(kept)
    if outputs and before is None:
        pulumi.log.info(
            "access: the last update kept no access that can be compared; the next one will find it", resource
        )
    return before
