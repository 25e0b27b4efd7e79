"""What every component does first: compile and check its plan, so that a refusal registers nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar, cast

import pulumi

from .checks import refuse_unless_sound
from .declaration import from_dict, load
from .errors import EksAccessError, Problem, Refused
from .plan import AccessPlan, compile_plan
from .plan.model import ClusterPlan

T = TypeVar("T")


def refusing(compute: Callable[[], T]) -> T:
    """Run a pure computation; what it refuses becomes a RunError, which the engine prints without a traceback.

    Raises:
        pulumi.RunError: with the text of every problem.
    """
    try:
        return compute()
    except EksAccessError as refusal:
        raise pulumi.RunError(str(refusal)) from refusal


def read_access(path: Path | str) -> dict[str, Any]:
    """Read a declaration, with what it includes, as the plain data that components take as `access`.

    Args:
        path: the YAML file; relative to the folder of the program, where Pulumi runs it.

    Raises:
        pulumi.RunError: with the file, the line and the remedy of everything that is wrong.
    """
    return refusing(lambda: load(path).model_dump(mode="json", by_alias=True, exclude_unset=True))


def plan_cluster_access(access: Mapping[str, Any] | None) -> AccessPlan:
    """Compile a whole declaration and refuse it unless every check passes."""
    return refusing(lambda: refuse_unless_sound(compile_plan(from_dict(access))))


def plan_part(access: Mapping[str, Any] | None) -> AccessPlan:
    """Compile a declaration of which only a part is used, where the checks of a whole cluster say nothing."""
    return refusing(lambda: compile_plan(from_dict(access)))


def cluster_of(plan: AccessPlan) -> ClusterPlan:
    """Return the plan's cluster, for components that are nothing without one."""
    if plan.cluster is None:
        missing = Problem(path="cluster", rule="the declaration has no cluster", fix="declare `cluster`")
        raise pulumi.RunError(str(Refused([missing])))
    return plan.cluster


def gather(values: Mapping[str, pulumi.Output[str]]) -> pulumi.Output[dict[str, str]]:
    """Turn a dict of outputs into an output of a dict; the SDK resolves them, but its types do not say so."""
    return pulumi.Output.from_input(cast(dict[str, str], dict(values)))
